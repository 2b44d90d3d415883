"""Who may spend what: shares of the session's budget, always re-cut by an event.

Where lineages share one budget (`workbench.search.allocate`), what nobody holds is dealt out turn
by turn, and what a person gives to one comes out of that.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbench.model import event as ev
from workbench.model.candidate import LineageId
from workbench.model.limits import Limits, Spend, split
from workbench.model.lineage import UNABLE, Lineage
from workbench.model.session import Session
from workbench.search.allocate.pool import held, is_pooled, unspent


def committed(lineage: Lineage) -> Spend:
    """What a lineage has spent plus what it has in flight, at its worst case."""
    total = lineage.spent + Spend(evaluations=len(lineage.unverified))
    if lineage.pending is not None:
        total += lineage.pending.reserved + Spend(evaluations=1)
    return total


def left(lineage: Lineage) -> Limits:
    """What a lineage may still begin; None where nothing bounds it."""
    share, used = lineage.share, committed(lineage)
    return Limits(
        evaluations=_minus(share.evaluations, used.evaluations),
        proposals=_minus(share.proposals, used.proposals),
        tokens=_minus(share.tokens, used.tokens),
        usd=None if share.usd is None else max(0.0, share.usd - used.usd),
    )


def reserved(spend: Spend) -> Limits:
    """Return what a proposal may cost that was reserved for it before."""
    return Limits(tokens=spend.tokens or None, usd=None if spend.unpriced else spend.usd)


def _minus(total: int | None, used: int) -> int | None:
    return None if total is None else max(0, total - used)


def halve(source: Lineage) -> tuple[Limits, Limits]:
    """Cut what `source` has left in two: its own new share, and the fork's."""
    share, theirs = source.share, _halved(left(source))
    mine = Limits(
        evaluations=_minus(share.evaluations, theirs.evaluations or 0),
        proposals=_minus(share.proposals, theirs.proposals or 0),
        tokens=_minus(share.tokens, theirs.tokens or 0),
        usd=None if share.usd is None else share.usd - (theirs.usd or 0.0),
    )
    return mine, theirs


def can_give(source: Lineage) -> bool:
    """Whether half of what `source` has left is anything that a lineage could go on with."""
    _, theirs = halve(source)
    return theirs.evaluations != 0 and theirs.proposals != 0


def boosted(session: Session, lineage: Lineage) -> dict[LineageId, Limits] | None:
    """Return the shares by which `lineage` has half of what the others have left; None if that is
    nothing. Where all share one budget, it is half of what nobody holds."""
    if is_pooled(session):
        free = unspent(session)
        half = _halved(free)
        if not steps_left(session) or 0 in (half.evaluations, half.proposals):
            return None
        return {lineage.id: _plus(lineage.spent + held(lineage), half)}
    others = [
        x
        for x in session.lineages.values()
        if x.id != lineage.id and x.stopped is None and can_give(x)
    ]
    return _boost(lineage, others) if others else None


def _boost(lineage: Lineage, others: Iterable[Lineage]) -> dict[LineageId, Limits]:
    """Return the shares by which each of `others` gives half of what it has left to `lineage`."""
    given = {other.id: halve(other) for other in others}
    shares = {number: mine for number, (mine, _) in given.items()}
    total = lineage.share
    for _, theirs in given.values():
        total = _together(total, theirs)
    return {**shares, lineage.id: total}


def steps_left(session: Session) -> bool:
    """Whether what nobody holds of a shared budget pays for a step."""
    free = unspent(session)
    return 0 not in (free.evaluations, free.proposals, free.tokens, free.usd)


def can_verify(session: Session, lineage: Lineage) -> bool:
    """Whether one more candidate of `lineage` can be paid for, whoever made it."""
    free = unspent(session) if is_pooled(session) else left(lineage)
    return free.evaluations != 0


def _together(one: Limits, other: Limits) -> Limits:
    return Limits(
        evaluations=_sum(one.evaluations, other.evaluations),
        proposals=_sum(one.proposals, other.proposals),
        tokens=_sum(one.tokens, other.tokens),
        usd=None if one.usd is None or other.usd is None else one.usd + other.usd,
    )


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _halved(limits: Limits) -> Limits:
    return Limits(
        evaluations=_half(limits.evaluations),
        proposals=_half(limits.proposals),
        tokens=_half(limits.tokens),
        usd=None if limits.usd is None else limits.usd / 2,
    )


def _half(value: int | None) -> int | None:
    return None if value is None else value // 2


def reallot(session: Session, limits: Limits, target: float | None) -> list[ev.AnyEvent]:
    """Return the events that put new session limits in force.

    What is neither spent nor in flight is divided evenly over the lineages that can still use
    it: those running, paused, or stopped for budget, target or want of a proposer. Where they share
    one budget, it is left to their next turns.
    """
    if is_pooled(session):
        return [ev.BudgetChanged(limits, target)]
    used = session.spent
    if session.initial is not None and session.initial.verdict is None:
        used += Spend(evaluations=1)  # the initial files are still to be verified
    able = []
    for lineage in session.lineages.values():
        flight = committed(lineage)
        used += Spend(
            flight.evaluations - lineage.spent.evaluations,
            flight.proposals - lineage.spent.proposals,
            flight.tokens - lineage.spent.tokens,
            flight.usd - lineage.spent.usd,
        )
        if lineage.stopped in (None, "budget", "target", *UNABLE, "recording"):
            able.append(lineage)
    events: list[ev.AnyEvent] = [ev.BudgetChanged(limits, target)]
    if able:
        parts = split(limits, len(able), used)
        shares = {
            lineage.id: _plus(committed(lineage), part)
            for lineage, part in zip(able, parts, strict=True)
        }
        events.append(ev.SharesAllotted(shares, "budget changed"))
    return events


def _plus(spend: Spend, part: Limits) -> Limits:
    return Limits(
        evaluations=None if part.evaluations is None else spend.evaluations + part.evaluations,
        proposals=None if part.proposals is None else spend.proposals + part.proposals,
        tokens=None if part.tokens is None else spend.tokens + part.tokens,
        usd=None if part.usd is None else spend.usd + part.usd,
    )
