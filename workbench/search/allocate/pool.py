"""What a session has left that no lineage holds, and a lineage's share of it."""

from __future__ import annotations

from workbench.model.limits import Limits, Spend
from workbench.model.lineage import Lineage
from workbench.model.session import Session

NOTHING = Limits(evaluations=0, proposals=0)
"""The share of a lineage that waits for its first turn."""


def is_pooled(session: Session) -> bool:
    """Whether the lineages share one budget, turn by turn, instead of having it split."""
    return session.facts.allocation != "uniform"


def can_step(lineage: Lineage) -> bool:
    """Whether a lineage's share has room for one more step, money aside."""
    share, pending = lineage.share, lineage.pending
    flight = len(lineage.unverified) + (pending is not None)
    if share.evaluations is not None and lineage.spent.evaluations + flight >= share.evaluations:
        return False
    if share.proposals is None:
        return True
    reserved = 0 if pending is None else pending.reserved.proposals
    return lineage.spent.proposals + reserved < share.proposals


def held(lineage: Lineage) -> Spend:
    """Return what a lineage holds beside what it has spent.

    That is what it has in flight, at its worst case; and all of its share as long as it can make
    a step with it.
    """
    pending, flight = lineage.pending, len(lineage.unverified)
    holds = lineage.stopped is None and can_step(lineage)
    if pending is None and not holds:
        return Spend(evaluations=flight) if flight else _NONE
    now = _NONE if pending is None else pending.reserved
    flight += pending is not None
    if not holds:
        return Spend(flight, now.proposals, now.tokens, now.usd)
    spent, share = lineage.spent, lineage.share
    return Spend(
        max(flight, (share.evaluations or 0) - spent.evaluations),
        max(now.proposals, (share.proposals or 0) - spent.proposals),
        max(now.tokens, (share.tokens or 0) - spent.tokens),
        max(now.usd, (share.usd or 0.0) - spent.usd),
    )


_NONE = Spend()


def unspent(session: Session) -> Limits:
    """Return what is left of the session's limits that no lineage holds."""
    used, limits = session.spent, session.limits
    if session.initial is not None and session.initial.verdict is None:
        used += Spend(evaluations=1)  # the initial files are still to be verified
    for lineage in session.lineages.values():
        more = held(lineage)
        if more is not _NONE:
            used += more
    return Limits(
        evaluations=_minus(limits.evaluations, used.evaluations),
        proposals=_minus(limits.proposals, used.proposals),
        tokens=_minus(limits.tokens, used.tokens),
        usd=None if limits.usd is None else max(0.0, limits.usd - used.usd),
    )


def with_steps(lineage: Lineage, steps: int, free: Limits, parts: int) -> Limits:
    """Return a lineage's share with room for `steps` more than it has now.

    Of tokens and dollars, which nobody can count in steps, it may spend one of `parts` equal parts
    of what is `free`: what it leaves is free again when its turn is over.
    """
    spent, keeps = lineage.spent, held(lineage)
    usd = spent.usd + keeps.usd
    return Limits(
        evaluations=_plus(free.evaluations, spent.evaluations + keeps.evaluations, steps),
        proposals=spent.proposals + keeps.proposals + steps,
        tokens=_plus(free.tokens, spent.tokens + keeps.tokens, (free.tokens or 0) // parts),
        usd=None if free.usd is None else usd + free.usd / parts,
    )


def _minus(total: int | None, used: int) -> int | None:
    return None if total is None else max(0, total - used)


def _plus(bound: int | None, used: int, more: int) -> int | None:
    """Add up, where the session bounds it at all."""
    return None if bound is None else used + more
