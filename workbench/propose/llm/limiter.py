"""When the next call to a provider may begin: one limiter for all lineages of an account.

It keeps to what the provider says (``retry-after``, what is left of its limits), and adapts how
many calls run at once: one more for each round that went well, half as many after a refusal, as TCP
does (Chiu and Jain 1989).
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec

from workbench.propose.llm import bucket
from workbench.propose.llm.call import CallFailed, Kind

FIRST = 8
"""Calls at once before anything is known of the account."""
MOST = 64
LONGEST_BACKOFF = 30.0
"""Seconds that the limiter waits by itself; what a provider asks for may be longer."""

REFUSALS = (Kind.RATE_LIMIT, Kind.OVERLOADED)

Wait = Callable[[str, float | None], None]


class Clock(Protocol):
    """The time, and something to do at a time. An event loop is one."""

    def time(self) -> float:
        """Seconds that only grow."""
        ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> asyncio.TimerHandle:
        """Call back at that time; the handle can be cancelled."""
        ...


class State(msgspec.Struct, frozen=True):
    """What a limiter does at the moment, for the screen."""

    account: str
    running: int
    waiting: int
    at_once: int
    """Calls that may run at the same time."""
    why: str = ""
    """Why no call may begin now; empty when one may."""
    seconds: float | None = None
    """For how long, as far as it is known."""


class _Turn(msgspec.Struct, eq=False):
    """A call that runs, or wants to."""

    lineage: str
    tokens: float
    told: asyncio.Event
    """Set when it may begin, or when what it waits for is another."""
    began: float | None = None


class Limiter:
    """Lets calls begin, in fair turns between the lineages."""

    def __init__(self, account: str, *, clock: Clock | None = None) -> None:
        """`clock` is the running event loop's unless given."""
        self.account = account
        self._own_clock = clock
        self._at_once = float(FIRST)
        self._buckets: dict[str, bucket.Bucket] = {}
        self._blocked_until = -math.inf
        self._why = ""
        self._refused_at = -math.inf
        self._refusals = 0
        self._waiting: list[_Turn] = []
        self._running: list[_Turn] = []
        self._served: dict[str, int] = {}
        self._serial = itertools.count(1)
        self._timer: asyncio.TimerHandle | None = None

    @asynccontextmanager
    async def turn(
        self, lineage: str, tokens: int = 0, wait: Wait | None = None
    ) -> AsyncIterator[None]:
        """Hold a place among the running calls; make exactly one call inside.

        `tokens` is about what the prompt holds. `wait` is told why nothing happens yet and for how
        long, and once an empty reason when the call begins after a wait; what it raises passes. A
        `CallFailed` that leaves the block teaches the limiter, and passes.
        """
        turn = _Turn(lineage, float(tokens), asyncio.Event())
        self._waiting.append(turn)
        try:
            self._admit()
            waited = turn.began is None
            while turn.began is None:
                turn.told.clear()
                if wait is not None:
                    wait(*self._reason())
                await turn.told.wait()
            if waited and wait is not None:
                wait("", None)
            yield
        except CallFailed as error:
            if error.kind in REFUSALS:
                self._refused(turn, error)
            raise
        else:
            self._went_well()
        finally:
            (self._waiting if turn.began is None else self._running).remove(turn)
            self._admit()

    def hear(self, headers: Mapping[str, str]) -> None:
        """Read what is left of the limits from the headers of any response."""
        self._buckets.update(bucket.read(headers, self._clock.time(), time.time()))
        self._admit()

    def state(self) -> State:
        """Return what it does at the moment."""
        why, seconds = self._reason() if self._waiting else ("", None)
        return State(
            self.account,
            len(self._running),
            len(self._waiting),
            int(self._at_once),
            why,
            seconds,
        )

    @property
    def _clock(self) -> Clock:
        return self._own_clock or asyncio.get_running_loop()

    def _admit(self) -> None:
        """Let begin what may, and come back when the next one may."""
        now = self._clock.time()
        while self._waiting and len(self._running) < int(self._at_once):
            turn = self._next()
            if self._pause(turn, now)[1] > 0:
                break
            self._waiting.remove(turn)
            self._running.append(turn)
            turn.began = now
            self._served[turn.lineage] = next(self._serial)
            for kind, found in self._buckets.items():
                found.take(_need(kind, turn), now)
            turn.told.set()
        self._come_back(now)

    def _come_back(self, now: float) -> None:
        """Set the timer for the next turn that only time holds up."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._waiting or len(self._running) >= int(self._at_once):
            return
        seconds = self._pause(self._next(), now)[1]
        # A hair later than computed: never to find, by rounding, that the time has not come.
        self._timer = self._clock.call_at(now + seconds + 1e-3, self._admit)

    def _next(self) -> _Turn:
        """Whose turn it is: the lineage with the fewest calls, then the one served longest ago."""
        return min(
            self._waiting,
            key=lambda turn: (
                sum(other.lineage == turn.lineage for other in self._running),
                self._served.get(turn.lineage, 0),
            ),
        )

    def _pause(self, turn: _Turn, now: float) -> tuple[str, float]:
        """Return what a turn waits for and how long, its place among the running aside."""
        pauses = [(self._why, self._blocked_until - now)]
        for kind, found in self._buckets.items():
            words = kind.replace("-", " ")
            why = f"{self.account}: the limit of {words} is used up"
            pauses.append((why, found.wait(_need(kind, turn), now)))
        return max(pauses, key=lambda pause: pause[1])

    def _reason(self) -> tuple[str, float | None]:
        """Say why the next turn does not begin, and for how long."""
        why, seconds = self._pause(self._next(), self._clock.time())
        if seconds > 0:
            return why, seconds
        return (
            f"{self.account}: {len(self._running)} calls run, and no more may at once",
            None,
        )

    def _refused(self, turn: _Turn, error: CallFailed) -> None:
        """Slow down after a refusal, once for all the calls that were under way with it."""
        now = self._clock.time()
        if turn.began is not None and turn.began > self._refused_at:
            self._at_once = max(1.0, self._at_once / 2)
            self._refusals += 1
            self._refused_at = now
        own = min(LONGEST_BACKOFF, 2.0 ** (self._refusals - 1))
        until = now + (own if error.retry_seconds is None else error.retry_seconds)
        if until > self._blocked_until:
            self._blocked_until = until
            self._why = f"{self.account}: {error.kind.value}"
            for other in self._waiting:
                other.told.set()

    def _went_well(self) -> None:
        """Dare one more call at once for each round of them."""
        self._refusals = 0
        self._at_once = min(float(MOST), self._at_once + 1 / max(1.0, self._at_once))


def _need(kind: str, turn: _Turn) -> float:
    """How much of a limit a call takes; what the answer will take, nobody knows."""
    return max(1.0, turn.tokens) if kind in ("tokens", "input-tokens") else 1.0
