"""From an allocator's decision to the event that gives a lineage its turn."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from workbench.model.candidate import LineageId
from workbench.model.event import TurnGiven
from workbench.model.limits import Limits
from workbench.model.lineage import Lineage
from workbench.model.move import rng_for
from workbench.model.session import Session
from workbench.search.allocate.allocator import Allocator, Arm, Table
from workbench.search.allocate.pool import can_step, unspent, with_steps

SESSION = 0
"""In the place of a lineage's number, for randomness that belongs to the whole session."""


class _Read(msgspec.Struct):
    """How far a lineage's curve has been read into its arm."""

    arm: Arm
    points: int = 0
    revision: int = 0
    first: float | None = None
    """Its first best reward: what it started from, if that was feasible."""


class Dealer:
    """Decides turns for one session. What it remembers only saves reading curves again."""

    def __init__(self, allocator: Allocator) -> None:
        """Decide as `allocator` does."""
        self._allocator = allocator
        self._read: dict[LineageId, _Read] = {}

    def deal(self, session: Session) -> TurnGiven | None:
        """Return the next turn to give; None while there is none to give, or nothing to pay it.

        Lineages that a person paused or stopped get none, and what they hold is left to them.
        """
        able: list[Lineage] = []
        under_way = 0
        for lineage in session.lineages.values():
            if lineage.wanted == "run" and lineage.stopped in (None, "budget"):
                able.append(lineage)
                under_way += owed(lineage)
        places = self._allocator.abreast(len(session.lineages)) - under_way
        if places < 1 or not able:
            return None
        free = unspent(session)
        steps = _affordable(free, self._allocator.batch)
        if steps < 1:
            return None
        # The last of the money may be too little for one more call when it is kept for several.
        for parts in dict.fromkeys((places, 1)):
            share = {x.id: with_steps(x, steps, free, parts) for x in able if x.stopped}
            ready = [x for x in able if not x.stopped or share[x.id].above(x.share)]
            if ready:
                return self._decide(session, ready, steps, free, parts)
        return None

    def _decide(
        self, session: Session, ready: list[Lineage], steps: int, free: Limits, parts: int
    ) -> TurnGiven:
        rng = rng_for(session.facts.seed, SESSION, session.turns + 1, "turn")
        choice = self._allocator.choose(self.table(session, ready), rng)
        chosen = session.lineages[choice.lineage]
        return TurnGiven(
            lineage=chosen.id,
            turn=session.turns + 1,
            steps=steps,
            share=with_steps(chosen, steps, free, parts),
            reason=choice.reason,
            odds=choice.odds,
        )

    def table(self, session: Session, ready: Iterable[Lineage]) -> Table:
        """Return what the allocator sees when one of `ready` is to be chosen."""
        low, high = math.inf, -math.inf
        for lineage in session.lineages.values():
            read = self._up_to_date(lineage)
            if read.first is not None and read.arm.best is not None:
                low, high = min(low, read.first), max(high, read.arm.best)
        return Table(
            arms=[self._read[lineage.id].arm for lineage in ready],
            low=low if low < math.inf else 0.0,
            high=high if high > -math.inf else 0.0,
            lineages=len(session.lineages),
            budget=payable(session.limits),
        )

    def _up_to_date(self, lineage: Lineage) -> _Read:
        """Read what is new of a lineage's curve; all of it where a person changed its ranks."""
        read = self._read.get(lineage.id)
        if read is None or read.revision != lineage.revision:
            read = _Read(Arm(lineage.id), revision=lineage.revision)
            self._read[lineage.id] = read
        arm = read.arm
        arm.given = lineage.given
        if read.points == len(lineage.curve):
            return read
        for at in range(read.points, len(lineage.curve)):
            point = lineage.curve[at]
            if point.best is not None:
                read.first = point.best if read.first is None else read.first
                arm.best = point.best
            if point.step == 0:
                continue
            arm.steps += 1
            if point.best is not None:
                arm.known += 1
                arm.total += point.best
                arm.weight += 1.0 / point.odds
                arm.weighted += point.best / point.odds
        read.points = len(lineage.curve)
        return read


def owed(lineage: Lineage) -> int:
    """Return how many steps of its turns a lineage has still to finish."""
    ahead = lineage.due - lineage.step
    if ahead < 0 or lineage.stopped is not None:
        return 0
    busy = lineage.pending is not None or bool(lineage.unverified)
    if not busy and (not ahead or not can_step(lineage)):
        return 0
    return ahead + busy


def payable(limits: Limits) -> int | None:
    """Return how many steps a whole budget pays for; the initial files' verification is none."""
    evaluations = None if limits.evaluations is None else max(0, limits.evaluations - 1)
    known = [x for x in (evaluations, limits.proposals) if x is not None]
    return min(known) if known else None


def _affordable(free: Limits, steps: int) -> int:
    """Return how many of `steps` what is free pays for; of money, any at all is enough."""
    if free.tokens == 0 or (free.usd is not None and free.usd <= 0.0):
        return 0
    return min([steps, *(x for x in (free.evaluations, free.proposals) if x is not None)])
