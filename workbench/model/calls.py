"""The calls to models behind a proposal, as its detail records them under ``calls``."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Call(msgspec.Struct, frozen=True):
    """One call that was answered. Tokens are counted once each."""

    model: str
    input: int = 0
    """Read afresh."""
    cached: int = 0
    """Read from a cache."""
    cache_write: int = 0
    """Read and written into a cache."""
    output: int = 0
    reasoning: int = 0
    """Of `output`."""
    usd: float | None = None
    """None where the price is not known."""
    sent: int = 0
    """Bytes of the prompt; 0 where nobody noted them."""

    @property
    def read(self) -> int:
        """Tokens that the model has read, however it came by them."""
        return self.input + self.cached + self.cache_write


class Reading(msgspec.Struct, frozen=True, gc=False):
    """Tokens that models have read, and how many of them came from a cache."""

    tokens: int = 0
    cached: int = 0

    @property
    def hit_rate(self) -> float | None:
        """The cached part, 0..1; None before anything was read."""
        return self.cached / self.tokens if self.tokens else None

    def __add__(self, other: Reading) -> Reading:
        return Reading(self.tokens + other.tokens, self.cached + other.cached)


def calls_in(detail: Mapping[str, object]) -> tuple[Call, ...]:
    """Return the calls that a proposal's detail records; none where it records none.

    A session file may come from anywhere: what does not read as calls is passed over.
    """
    if "calls" not in detail:
        return ()
    try:
        return msgspec.convert(detail["calls"], tuple[Call, ...])
    except msgspec.ValidationError:
        return ()


def reading_of(detail: Mapping[str, object]) -> Reading:
    """Sum what the calls of one proposal have read."""
    calls = calls_in(detail)
    return Reading(sum(call.read for call in calls), sum(call.cached for call in calls))
