"""What all models of one provider and URL share: one client, and one limiter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from workbench.propose.llm.limiter import Limiter

CONNECT_SECONDS = 10.0
"""Until a connection stands. Beyond that, a call has its own deadline."""

KEPT_HEADERS = frozenset(
    [
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "transfer-encoding",
        "user-agent",
        "authorization",
        "anthropic-version",
    ]
)
"""Headers that leave the process, the SDKs' own ``x-stainless-`` ones beside them."""


class Account:
    """One client, shared and counted; closed when the last model lets go."""

    def __init__(
        self,
        name: str,
        client: Any,
        close: Callable[[], Awaitable[None]],
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.client = client
        self.limiter = Limiter(name)
        self._close = close
        self._forget = forget
        self._users = 0

    def hold(self) -> Account:
        """Count one more user."""
        self._users += 1
        return self

    async def release(self) -> None:
        """Count one user less."""
        self._users -= 1
        if self._users == 0:
            self._forget()
            await self._close()


def http_client(key: str, local: bool, extra: Mapping[str, str]) -> Any:
    """Return the HTTP client of an account.

    It sends the key that it is given and no other: variables such as ``OPENAI_CUSTOM_HEADERS``,
    which the SDKs read by themselves, change nothing. It follows no redirect, so that neither key
    nor prompt goes where nobody named; and asks no proxy for this machine's own servers.
    """
    import httpx2  # comes with the SDKs, and is imported as late as they

    async def only_ours(request: httpx2.Request) -> None:
        for name in list(request.headers):
            if name not in KEPT_HEADERS and not name.startswith("x-stainless-"):
                del request.headers[name]
        request.headers.update(extra)
        request.headers["authorization"] = f"Bearer {key}"

    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=None, max_keepalive_connections=32),
        follow_redirects=False,
        trust_env=not local,
        event_hooks={"request": [only_ours]},
    )
