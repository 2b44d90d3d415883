"""What the three protocols have in common: reading a request, and frames of a stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

import msgspec

from workbench.dev.answer import Asked, Reply
from workbench.dev.injection import FaultKind
from workbench.dev.limits import Left


class Frame(msgspec.Struct, frozen=True):
    """One server-sent event."""

    data: bytes
    place: Literal["head", "middle", "tail"]
    """The middle is the reply itself; faults after so many pieces count its frames."""
    tokens: int = 0
    """How many of the reply it carries, for the pace."""


Wrongness = Literal[
    "invalid", "key", "forbidden", "credit", "model", "context", "rate", "server", "overloaded"
]


class Wrong(Exception):
    """A request that gets a status and a reason instead of a reply."""

    def __init__(
        self,
        what: Wrongness,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """`param` and `code` are OpenAI's; `retry_after` in seconds is sent where it is set."""
        super().__init__(message)
        self.what: Wrongness = what
        self.message = message
        self.param = param
        self.code = code
        self.retry_after = retry_after


class Dialect(Protocol):
    """One protocol."""

    def read(self, headers: Mapping[str, str], body: Mapping[str, object]) -> Asked:
        """Read a request as strictly as the provider does; raises `Wrong`."""

    def frames(self, asked: Asked, reply: Reply) -> Iterator[Frame]:
        """Yield a whole stream."""

    def whole(self, asked: Asked, reply: Reply) -> object:
        """Return the JSON of a reply that is not streamed."""

    def failure(self, wrong: Wrong, request: str) -> tuple[int, object]:
        """Return the status and the JSON of a failure; `request` is the call's identifier."""

    def fault_message(self, kind: FaultKind, asked: Asked, context_tokens: int) -> Wrong:
        """Return what the provider says when that fault comes instead of a reply."""

    def wrong_key(self, key: str) -> Wrong:
        """Return what the provider says to a key that it does not know."""

    def no_model(self, name: str) -> Wrong:
        """Return what the provider says to a model that it does not have."""

    def breaks(self, kind: FaultKind, reply: Reply, sent: int) -> bytes:
        """Return the event that says, after `sent` frames, that the reply has failed."""

    def headers(self, left: Left, request: str) -> dict[str, str]:
        """Return the headers of every response."""


def encode(value: object) -> bytes:
    """Return compact JSON."""
    return msgspec.json.encode(value)


def event(name: str, value: object) -> bytes:
    """Return a server-sent event with its name, without which Anthropic's SDK ignores it."""
    return b"event: " + name.encode() + b"\ndata: " + encode(value) + b"\n\n"


def data(value: object) -> bytes:
    """Return a server-sent event that has no name, as Chat Completions sends them."""
    return b"data: " + encode(value) + b"\n\n"


def mapping(value: object) -> Mapping[str, object]:
    """Return a JSON object as it is, and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """Return a JSON array as it is, and anything else as an empty one."""
    return value if isinstance(value, list) else []
