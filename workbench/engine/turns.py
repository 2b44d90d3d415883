"""Turns out of one budget: where lineages share it, who makes the next steps, and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from workbench.engine.journal import Journal
from workbench.model.candidate import LineageId
from workbench.model.event import LineageStopped
from workbench.model.limits import Spend
from workbench.model.lineage import Lineage
from workbench.model.session import Session
from workbench.search.allocate.allocator import Allocator
from workbench.search.allocate.dealing import Dealer
from workbench.search.allocate.pool import can_step, unspent


class Turns:
    """Gives turns as an allocator decides. Every decision is in the journal before it is acted on.

    A person's word comes first: who is paused or stopped gets no turn, and the share that a boost
    gave is the lineage's own, beside its turns.
    """

    def __init__(
        self, journal: Journal, allocator: Allocator, wake: Callable[[Iterable[LineageId]], None]
    ) -> None:
        """Decide as `allocator` does; `wake` lets runners look at the journal again."""
        self._journal = journal
        self._dealer = Dealer(allocator)
        self._wake = wake

    def deal(self) -> None:
        """Give out the turns that are due, or end the lineages that can have no further one."""
        session = self._journal.session
        stop = reason_for_all(self._journal)
        while stop is None and (turn := self._dealer.deal(session)) is not None:
            self._journal.post(turn)
            self._wake([turn.lineage])
        waiting = [x for x in session.lineages.values() if _waits(x)]
        if not waiting or (stop is None and _more_may_come(session)):
            return
        reason, detail = stop or ("budget", _used_up(session))
        self._journal.post(*(LineageStopped(x.id, reason, detail) for x in waiting))
        self._wake(x.id for x in waiting)


def reason_for_all(journal: Journal, wait: float = 0.0) -> tuple[str, str] | None:
    """Say why no lineage may begin a call in `wait` seconds: reason and detail of their stops."""
    session = journal.session
    best, target = session.best_candidate, session.target
    if target is not None and best is not None and best.reward is not None:
        goal = session.facts.direction.reward(target)
        if best.reward >= goal:
            return "target", f"#{best.id} reached the target {target:g}"
    limit = session.limits.exceeded_by(Spend(), journal.clock.elapsed + wait)
    return None if limit is None else ("budget", f"its share of {limit} is used up")


def _waits(lineage: Lineage) -> bool:
    """Whether a lineage would go on, and has no turn."""
    resting = lineage.stopped is None and lineage.wanted == "run" and not lineage.in_flight
    return resting and not can_step(lineage)


def _more_may_come(session: Session) -> bool:
    """Whether a lineage at work may leave some of what it holds, so that others can have it."""
    return any(
        x.in_flight or (x.state == "running" and can_step(x))
        for x in session.lineages.values()
        if x.state in ("running", "pausing") or (x.stopped is not None and x.in_flight)
    )


def _used_up(session: Session) -> str:
    left = msgspec.structs.asdict(unspent(session))
    gone = [name for name, value in left.items() if value is not None and value <= 0]
    return f"the session's {' and '.join(gone) or 'budget'} are used up"
