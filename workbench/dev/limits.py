"""Requests and tokens per minute, as providers limit them and say so in headers."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

WINDOW = 60.0
"""Seconds after which both limits are whole again."""


class Left(msgspec.Struct, frozen=True):
    """What the present minute still allows."""

    requests: int
    requests_limit: int
    tokens: int
    tokens_limit: int
    reset_seconds: float


class Limits:
    """One account's limits: whole again each minute after the first call."""

    def __init__(
        self, requests: int, tokens: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._requests_limit = requests
        self._tokens_limit = tokens
        self._clock = clock
        self._since: float | None = None
        self._requests = 0
        self._tokens = 0

    def admit(self) -> bool:
        """Count a request; False when the minute has none, or no tokens, left."""
        now = self._clock()
        if self._since is None or now - self._since >= WINDOW:
            self._since, self._requests, self._tokens = now, 0, 0
        if self._requests >= self._requests_limit or self._tokens >= self._tokens_limit:
            return False
        self._requests += 1
        return True

    def use(self, tokens: int) -> None:
        """Count the tokens of a request that was let in."""
        self._tokens += tokens

    def left(self) -> Left:
        """Return what is left now."""
        since = self._clock() if self._since is None else self._since
        return Left(
            max(self._requests_limit - self._requests, 0),
            self._requests_limit,
            max(self._tokens_limit - self._tokens, 0),
            self._tokens_limit,
            max(WINDOW - (self._clock() - since), 0.0),
        )
