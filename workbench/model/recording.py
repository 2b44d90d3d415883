"""What a replay re-enacts: the records of a session that tell how its search went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from workbench.model import event as ev
from workbench.model.candidate import CandidateId, LineageId
from workbench.model.enacted import ENACTED
from workbench.model.event import Record
from workbench.model.session import Session

E = TypeVar("E", bound=ev.Event)


def encode(records: Iterable[Record]) -> bytes:
    """Return records as the content that a replayed session keeps of them."""
    return msgspec.json.encode(list(records))


def decode(data: bytes) -> list[Record]:
    """Read back what `encode` made. Raises `ValueError` for anything else."""
    try:
        return msgspec.json.decode(data, type=list[Record])
    except msgspec.ValidationError as error:
        raise ValueError(f"the recording cannot be read: {error}") from None


def first_of(records: Iterable[Record]) -> int:
    """Return how many records of a recording belong to the making of its session."""
    count = 0
    for record in records:
        if isinstance(record.event, ev.MoveChosen | ev.VerdictReached):
            break
        count += 1
    return count


def recorded(records: Iterable[Record], until: int | None = None) -> list[Record]:
    """Return the records to re-enact, in order: all that are, or each lineage's up to a step.

    What is left out leaves no gap in the numbers of candidates, hints and lineages: they are given
    anew. `records` are a whole journal.
    """
    cut = _Cut(until)
    return [kept for record in records if (kept := cut.keep(record)) is not None]


def contents(records: Iterable[Record]) -> set[str]:
    """Return the digests of all content that the records name, but for what verdicts name."""
    found: set[str] = set()
    for record in records:
        found.update(_contents(record.event))
    return found


def _contents(event: ev.AnyEvent) -> Iterator[str]:
    if isinstance(event, ev.ProposalMade):
        yield from event.files.values()
    if isinstance(event, ev.ProposalMade | ev.ProposalFailed | ev.CallFailed):
        yield from event.prompt
        if event.reply is not None:
            yield event.reply


class _Cut:
    """Chooses and renumbers, record by record."""

    def __init__(self, until: int | None) -> None:
        self._until = until
        self._session = Session()
        self._candidates: dict[CandidateId, CandidateId] = {}
        self._hints: dict[ev.HintId, ev.HintId] = {}
        self._lineages: set[LineageId] = set()
        self._later = False
        """Whether a fork was left out: then all after it are, so that numbers have no gap."""

    def keep(self, record: Record) -> Record | None:
        """Return the record as it is re-enacted, or None."""
        event = record.event
        kept = self._kept(event) if type(event) in ENACTED else None
        self._session.apply(record)
        return None if kept is None else msgspec.structs.replace(record, event=kept)

    def _kept(self, event: ev.AnyEvent) -> ev.AnyEvent | None:
        match event:
            case ev.LineageCreated():
                return self._lineage(event)
            case ev.ProposalMade():
                return self._proposal(event)
            case ev.VerdictReached():
                known = self._candidates.get(event.candidate)
                return None if known is None else _with(event, candidate=known)
            case ev.MoveChosen() if self._has(event.lineage, event.step):
                return _with(
                    event,
                    parents=self._numbers(event.parents),
                    inspirations=self._numbers(event.inspirations),
                    hints=tuple(self._hints[hint] for hint in event.hints if hint in self._hints),
                )
            case ev.ProposalFailed() if self._has(event.lineage, event.step):
                twin = event.duplicate_of
                return _with(event, duplicate_of=None if twin is None else self._candidates[twin])
            case ev.CallFailed() | ev.ProposalLost() if self._has(event.lineage, event.step):
                return event
            case ev.HintTaken() if self._has(event.lineage, event.step):
                hint = self._hints.get(event.hint)
                return None if hint is None else _with(event, hint=hint)
            case ev.HintQueued():
                return self._hint(event)
            case ev.HintEdited() | ev.HintWithdrawn():
                hint = self._hints.get(event.hint)
                if hint is None or not self._early(self._session.hints[event.hint].lineages):
                    return None
                return _with(event, hint=hint)
            case ev.SharesAllotted():
                shares = {x: share for x, share in event.shares.items() if x in self._lineages}
                return _with(event, shares=shares) if self._early(shares) else None
            case ev.TurnGiven():
                return event if self._early((event.lineage,)) else None
            case ev.ProposerChosen():
                early = self._early(event.lineages)
                return _with(event, lineages=early) if early else None
            case ev.BudgetChanged():
                return event if self._until is None else None
        return None

    def _lineage(self, event: ev.LineageCreated) -> ev.LineageCreated | None:
        source = event.forked_from
        self._later = self._later or (source is not None and not self._early((source,)))
        if self._later or event.origin not in self._candidates:
            self._later = True
            return None
        self._lineages.add(event.lineage)
        return _with(event, origin=self._candidates[event.origin])

    def _proposal(self, event: ev.ProposalMade) -> ev.ProposalMade | None:
        if event.lineage is not None and not self._has(event.lineage, event.step):
            return None
        number = len(self._candidates) + 1
        self._candidates[event.candidate] = number
        return _with(
            event,
            candidate=number,
            parents=self._numbers(event.parents),
            hints=tuple(self._hints[hint] for hint in event.hints if hint in self._hints),
        )

    def _hint(self, event: ev.HintQueued) -> ev.HintQueued | None:
        early = self._early(event.lineages)
        if not early:
            return None
        number = self._hints[event.hint] = len(self._hints) + 1
        return _with(event, hint=number, lineages=early)

    def _has(self, lineage: LineageId, step: int) -> bool:
        return lineage in self._lineages and (self._until is None or step <= self._until)

    def _early(self, lineages: Iterable[LineageId]) -> tuple[LineageId, ...]:
        """Return those of the lineages that still have steps to replay at this point."""
        made = self._session.lineages
        return tuple(
            x
            for x in lineages
            if x in self._lineages
            and (self._until is None or x not in made or made[x].step < self._until)
        )

    def _numbers(self, candidates: Iterable[CandidateId]) -> tuple[CandidateId, ...]:
        return tuple(self._candidates[number] for number in candidates)


def _with(event: E, **changes: object) -> E:
    return msgspec.structs.replace(event, **changes)
