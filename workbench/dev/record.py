"""What a server was asked and what became of it."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Callable
from typing import Literal

import msgspec

from workbench.propose.llm.call import Usage

Outcome = Literal["open", "completed", "faulty", "refused", "hung up", "closed"]
"""`refused`: the request itself was wrong, or over a limit. `closed`: the server went first."""


class Call(msgspec.Struct):
    """One request. What it holds is exactly what came over the wire, the key included."""

    number: int
    path: str
    headers: dict[str, str]
    body: bytes
    model: str = ""
    outcome: Outcome = "open"
    fault: str = ""
    """What was injected."""
    detail: str = ""
    """The message of a refusal."""
    usage: Usage = Usage()
    """Of a completed call: what it was told it used. Otherwise the prompt's part alone."""


class Counts(msgspec.Struct, frozen=True):
    """Sums over all calls, those included that are no longer kept."""

    outcomes: dict[str, int]
    faults: dict[str, int]
    usage: dict[str, Usage]
    """Of completed calls, by model: what a provider would charge for certain."""

    @property
    def calls(self) -> int:
        """All calls."""
        return sum(self.outcomes.values())


class Record:
    """Keeps the calls, and wakes who waits for one."""

    def __init__(self, keep: int) -> None:
        self.calls: collections.deque[Call] = collections.deque(maxlen=keep)
        self._outcomes: collections.Counter[str] = collections.Counter()
        self._faults: collections.Counter[str] = collections.Counter()
        self._usage: dict[str, Usage] = {}
        self._changed = asyncio.Event()
        self._number = 0

    def begin(self, path: str, headers: dict[str, str], body: bytes) -> Call:
        """Note that a request came."""
        self._number += 1
        call = Call(self._number, path, headers, body)
        self.calls.append(call)
        self._outcomes["open"] += 1
        self._tell()
        return call

    def inject(self, call: Call, fault: str) -> None:
        """Note what this call is to suffer."""
        call.fault = fault
        self._faults[fault] += 1

    def end(self, call: Call, outcome: Outcome, detail: str = "") -> None:
        """Note what became of it. Only the first end counts."""
        if call.outcome != "open":
            return
        call.outcome, call.detail = outcome, detail
        self._outcomes["open"] -= 1
        self._outcomes[outcome] += 1
        if outcome == "completed":
            self._usage[call.model] = _sum(self._usage.get(call.model, Usage()), call.usage)
        self._tell()

    @property
    def open(self) -> int:
        """How many calls are under way."""
        return self._outcomes["open"]

    def counts(self) -> Counts:
        """Return the sums so far."""
        return Counts(
            {name: count for name, count in self._outcomes.items() if count},
            dict(self._faults),
            dict(self._usage),
        )

    async def until(self, holds: Callable[[Counts], bool]) -> Counts:
        """Wait until the counts are such that `holds`, and return them."""
        while not holds(self.counts()):
            await self._changed.wait()
        return self.counts()

    def _tell(self) -> None:
        """Wake all who wait; whoever waits on waits for the next event."""
        self._changed.set()
        self._changed = asyncio.Event()


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.input + other.input,
        one.cached + other.cached,
        one.cache_write + other.cache_write,
        one.output + other.output,
        one.reasoning + other.reasoning,
    )
