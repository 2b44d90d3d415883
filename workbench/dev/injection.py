"""Faults that a server is told to show, and a seeded mix of them."""

from __future__ import annotations

import collections
import hashlib
import random
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec


class FaultKind(StrEnum):
    """What goes wrong with a call."""

    RATE_LIMIT = "429 rate limit"
    SERVER_ERROR = "500 server error"
    OVERLOADED = "529 overloaded"
    WRONG_KEY = "401 wrong key"
    FORBIDDEN = "403 forbidden"
    NO_CREDIT = "no credit"
    """402 at Anthropic; at OpenAI a 429 that waiting does not mend."""
    CONTEXT = "400 context overflow"
    ERROR_EVENT = "error event after 200"
    FAILED = "failed response after 200"
    """The Responses API's own event; elsewhere an error event with another type."""
    ENDS_EARLY = "ends early, cleanly"
    CUT = "cut connection"
    GARBAGE = "bytes that are no text"
    BROKEN_JSON = "JSON that breaks off"
    DRIP = "slow drip"
    HANG_BEFORE = "hang before the first byte"
    HANG_AFTER = "hang after the first bytes"
    REFUSAL = "refusal"
    FILTERED = "filtered"
    LENGTH = "length stop"


INSTEAD = frozenset(
    [
        FaultKind.RATE_LIMIT,
        FaultKind.SERVER_ERROR,
        FaultKind.OVERLOADED,
        FaultKind.WRONG_KEY,
        FaultKind.FORBIDDEN,
        FaultKind.NO_CREDIT,
        FaultKind.CONTEXT,
    ]
)
"""Faults that are a status and a body, and no reply."""

PASSING = (
    FaultKind.RATE_LIMIT,
    FaultKind.SERVER_ERROR,
    FaultKind.OVERLOADED,
    FaultKind.ERROR_EVENT,
    FaultKind.FAILED,
    FaultKind.ENDS_EARLY,
    FaultKind.CUT,
    FaultKind.GARBAGE,
    FaultKind.BROKEN_JSON,
    FaultKind.REFUSAL,
    FaultKind.FILTERED,
    FaultKind.LENGTH,
)
"""Faults that end by themselves, and soon: a mix of them never stalls a search."""


class Injection(msgspec.Struct, frozen=True):
    """One fault for one call."""

    kind: FaultKind
    retry_after: float | None = None
    """Seconds that a 429, 500 or 529 asks to wait; None leaves the headers out."""
    after: int = 2
    """Pieces of the reply (of sixteen characters each) before a fault in its middle."""
    seconds: float = 0.5
    """Between two tokens of a slow drip."""


class SeededFaults:
    """Injects faults into a share of the calls.

    What happens to a call depends on the seed, on its body and on how often that body was sent:
    not on which of several clients came first.
    """

    def __init__(
        self,
        share: float,
        seed: int = 0,
        kinds: Sequence[FaultKind] = PASSING,
        retry_after: float | None = 1.0,
    ) -> None:
        """`share` lies between 0 and 1; every second 429 or 529 asks to wait `retry_after`."""
        if not 0 <= share <= 1:
            raise ValueError(f"the share of faults must lie between 0 and 1, not {share}")
        self._share = share
        self._seed = seed
        self._kinds = tuple(kinds)
        self._retry_after = retry_after
        self._times: collections.Counter[str] = collections.Counter()

    def __call__(self, body: bytes) -> Injection | None:
        """Return what happens to the call with this body."""
        digest = hashlib.sha256(body).hexdigest()
        self._times[digest] += 1
        chance = random.Random(f"{self._seed}:{digest}:{self._times[digest]}")
        if chance.random() >= self._share:
            return None
        kind = chance.choice(self._kinds)
        return Injection(kind, chance.choice((None, self._retry_after)), chance.randint(1, 4))


Inject = Callable[[bytes], Injection | None]
"""From a request's body to the fault of that call, if any."""


def nothing(body: bytes) -> Injection | None:
    """Inject no fault."""
    return None
