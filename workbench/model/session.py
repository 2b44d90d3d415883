"""The session: the projection that engine, screens, resume and reports all compute the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from workbench.model import event as ev
from workbench.model.calls import reading_of
from workbench.model.candidate import INITIAL, Candidate, CandidateId, Judgement, LineageId
from workbench.model.enacted import ENACTED
from workbench.model.event import Record
from workbench.model.hint import EFFECT_STEPS, Hint, Taken
from workbench.model.limits import Limits, Spend
from workbench.model.lineage import UNABLE, Lineage

REVIVED = ("barren", "person", *UNABLE, "recording")
"""Why a lineage may have stopped that goes on when a person names it."""


class Session:
    """Everything a journal says, folded record by record with `apply`.

    Cost of `apply` is constant per record. State is read by anybody and changed by `apply` alone.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        """Fold `records`, which must start with a `SessionCreated`."""
        self.created: ev.SessionCreated | None = None
        self.lineages: dict[LineageId, Lineage] = {}
        self.candidates: dict[CandidateId, Candidate] = {}
        self.hints: dict[ev.HintId, Hint] = {}
        self.limits = Limits()
        self.target: float | None = None
        self.spent = Spend()
        self.seq = 0
        self.started_at = 0.0
        self.updated_at = 0.0
        self.elapsed = 0.0
        self.best: CandidateId | None = None
        self.judgements = 0
        """How often people changed what counts, and curves with it, after the fact."""
        self.engine: ev.EngineOpened | None = None
        """The run that is open, or was when the journal ends without a checkpoint."""
        self.isolation: ev.EngineOpened | None = None
        """The newest run, open or not."""
        self.closed: ev.EngineClosed | None = None
        self.enacted = 0
        """Records so far of the kinds that a replay re-enacts."""
        self.replayed: ev.ReplayEnded | None = None
        self.turns = 0
        """Turns that an allocator has given."""
        self.differing = 0
        """Steps of a replay that came to something else than was recorded."""
        for record in records:
            self.apply(record)

    @property
    def facts(self) -> ev.SessionCreated:
        """The session's own settings. Raises `ValueError` on an empty journal."""
        if self.created is None:
            raise ValueError("the journal holds no session yet")
        return self.created

    @property
    def replaying(self) -> bool:
        """Whether a recording is still to be re-enacted."""
        return self.facts.recording is not None and self.replayed is None

    @property
    def initial(self) -> Candidate | None:
        """The task's initial files as a candidate, once proposed."""
        return self.candidates.get(INITIAL)

    @property
    def best_candidate(self) -> Candidate | None:
        """The best feasible candidate of all lineages."""
        return None if self.best is None else self.candidates[self.best]

    @property
    def judged(self) -> list[Candidate]:
        """The candidates that people found wrong, oldest first."""
        return [one for one in self.candidates.values() if one.judgement is not None]

    @property
    def state(self) -> str:
        """One word: running, pausing, paused, finished or interrupted.

        ``running`` is what the journal says; whether an engine lives is for its lock to tell.
        """
        if self.engine is None:
            if self.closed is not None and self.closed.reason == "finished":
                return "finished"
            return "interrupted"
        alive = [x.state for x in self.lineages.values() if x.stopped is None]
        if alive and all(state == "paused" for state in alive):
            return "paused"
        return "pausing" if "pausing" in alive and "running" not in alive else "running"

    def apply(self, record: Record) -> None:
        """Fold one record in. Records must come in order, each once."""
        if record.seq <= self.seq:
            raise ValueError(f"record {record.seq} comes after {self.seq}")
        self.seq = record.seq
        self.updated_at = record.at
        self.elapsed = max(self.elapsed, record.elapsed)
        kind = type(record.event)
        self.enacted += kind in ENACTED
        _FOLD[kind](self, record, record.event)
        lineage = None if record.lineage is None else self.lineages.get(record.lineage)
        if lineage is not None:
            lineage.last_seq = record.seq

    # One method per kind of event; `_FOLD` below pairs them.

    def _session_created(self, record: Record, e: ev.SessionCreated) -> None:
        self.created = e
        self.limits = e.limits
        self.target = e.target
        self.started_at = record.at

    def _lineage_created(self, record: Record, e: ev.LineageCreated) -> None:
        origin = self.candidates[e.origin]
        lineage = Lineage(e, {origin.id: origin}, {origin.digest: origin.id})
        if origin.traits is not None:
            lineage.syntaxes[origin.traits.syntax] = origin.id
        self.lineages[e.lineage] = lineage
        if origin.verdict is not None:
            self._start_curve(record, lineage)

    def _proposer_chosen(self, record: Record, e: ev.ProposerChosen) -> None:
        for number in e.lineages:
            lineage = self.lineages[number]
            lineage.created = msgspec.structs.replace(
                lineage.created, proposer=e.proposer, options=e.options
            )

    def _shares_allotted(self, record: Record, e: ev.SharesAllotted) -> None:
        for number, share in e.shares.items():
            lineage = self.lineages[number]
            if lineage.stopped == "budget" and share.above(lineage.share):
                lineage.stopped = None
            lineage.share = share

    def _turn_given(self, record: Record, e: ev.TurnGiven) -> None:
        self.turns = e.turn
        self.lineages[e.lineage].take_turn(e)

    def _budget_changed(self, record: Record, e: ev.BudgetChanged) -> None:
        self.limits = e.limits
        self.target = e.target
        for lineage in self.lineages.values():
            if lineage.stopped in ("budget", "target", "recording"):
                lineage.stopped = None
        self.closed = None

    def _engine_opened(self, record: Record, e: ev.EngineOpened) -> None:
        self.engine = self.isolation = e
        self.closed = None
        for lineage in self.lineages.values():
            if lineage.wanted == "pause" and not lineage.in_flight:
                lineage.settled = True

    def _isolation_tried(self, record: Record, e: ev.IsolationTried) -> None:
        if self.isolation is not None:
            self.isolation = msgspec.structs.replace(self.isolation, isolation=e.isolation)

    def _engine_closed(self, record: Record, e: ev.EngineClosed) -> None:
        self.engine = None
        self.closed = e

    def _heartbeat(self, record: Record, e: ev.Heartbeat) -> None:
        """Time itself is taken from the record."""

    def _move_chosen(self, record: Record, e: ev.MoveChosen) -> None:
        lineage = self.lineages[e.lineage]
        lineage.step = e.step
        lineage.pending = e

    def _proposal_made(self, record: Record, e: ev.ProposalMade) -> None:
        candidate = Candidate(
            id=e.candidate,
            lineage=e.lineage,
            step=e.step,
            parents=e.parents,
            digest=e.digest,
            files=e.files,
            operator=e.operator,
            proposer=e.proposer,
            note=e.note,
            hint_note=e.hint_note,
            hints=e.hints,
            elapsed=record.elapsed,
            detail=e.detail,
            prompt=e.prompt,
            reply=e.reply,
            spend=e.spend,
            traits=e.traits,
        )
        self.candidates[e.candidate] = candidate
        self._spend(e.lineage, e.spend)
        if e.lineage is None:
            return
        lineage = self.lineages[e.lineage]
        lineage.step = max(lineage.step, e.step)
        lineage.candidates[e.candidate] = candidate
        lineage.remember(candidate)
        lineage.count(e.traits)
        lineage.unverified.append(e.candidate)
        lineage.reading += reading_of(e.detail)
        if lineage.pending is not None and lineage.pending.step == e.step:
            lineage.pending = None
            lineage.barren = 0
            lineage.fault = None

    def _call_failed(self, record: Record, e: ev.CallFailed) -> None:
        self._spend(e.lineage, e.spend)

    def _proposal_failed(self, record: Record, e: ev.ProposalFailed) -> None:
        lineage = self.lineages[e.lineage]
        lineage.reading += reading_of(e.detail)
        lineage.count(e.traits)
        if e.reason == "aborted":  # as if it had never been: no model saw its hints or its fault
            self._return_hints(e.lineage, e.step)
        else:
            lineage.barren += 1
            lineage.fault = e if e.reason == "unusable" and e.reply is not None else None
        self._end_step(record, lineage, e.step, e.spend)

    def _proposal_lost(self, record: Record, e: ev.ProposalLost) -> None:
        lineage = self.lineages[e.lineage]
        self._return_hints(e.lineage, e.step)
        lineage.barren += 1
        lineage.fault = None
        self._end_step(record, lineage, e.step, e.spend)

    def _verdict_reached(self, record: Record, e: ev.VerdictReached) -> None:
        candidate = self.candidates[e.candidate]
        candidate.verdict = e.verdict
        self._spend(e.lineage, e.spend)
        if e.lineage is not None:
            lineage = self.lineages[e.lineage]
            if lineage.improves(candidate):
                lineage.best = candidate.id
            if candidate.id in lineage.unverified:
                lineage.unverified.remove(candidate.id)
            self._finish_step(record, lineage, candidate.step, candidate)
        for other in self.lineages.values():  # made before the verdict on their origin was in
            if other.created.origin == candidate.id:
                self._start_curve(record, other)
        reward, best = candidate.reward, self.best_candidate
        if reward is not None and (best is None or best.reward is None or reward > best.reward):
            self.best = candidate.id

    def _infrastructure_failed(self, record: Record, e: ev.InfrastructureFailed) -> None:
        """Says nothing of the candidate; the pause that follows is an event of its own."""

    def _pause_requested(self, record: Record, e: ev.PauseRequested) -> None:
        for number in e.lineages:
            lineage = self.lineages[number]
            if lineage.wanted != "pause":  # one that is paused already stays settled
                lineage.settled = False
            lineage.wanted = "pause"
            lineage.paused_by = e.by
            lineage.pause_reason = e.reason

    def _lineage_paused(self, record: Record, e: ev.LineagePaused) -> None:
        self.lineages[e.lineage].settled = True

    def _lineage_resumed(self, record: Record, e: ev.LineageResumed) -> None:
        for number in e.lineages:
            lineage = self.lineages[number]
            lineage.wanted = "run"
            lineage.settled = False
            lineage.paused_by = lineage.pause_reason = ""
            if lineage.stopped in REVIVED:
                lineage.stopped = None
                lineage.barren = 0

    def _lineage_stopped(self, record: Record, e: ev.LineageStopped) -> None:
        lineage = self.lineages[e.lineage]
        lineage.stopped = e.reason
        lineage.stop_detail = e.detail
        lineage.wanted = "run"  # stopping overrides a pause: what is in flight still finishes

    def _hint_queued(self, record: Record, e: ev.HintQueued) -> None:
        self.hints[e.hint] = Hint(e.hint, e.text, e.lineages, e.standing, e.author, record.at)

    def _hint_edited(self, record: Record, e: ev.HintEdited) -> None:
        self.hints[e.hint].text = e.text

    def _hint_withdrawn(self, record: Record, e: ev.HintWithdrawn) -> None:
        self.hints[e.hint].withdrawn = True

    def _hint_taken(self, record: Record, e: ev.HintTaken) -> None:
        before = self.lineages[e.lineage].best_reward
        self.hints[e.hint].taken.setdefault(e.lineage, Taken(e.step, before, before))

    def _candidate_judged(self, record: Record, e: ev.CandidateJudged) -> None:
        candidate = self.candidates[e.candidate]
        candidate.judgement = Judgement(e.reason, e.author) if e.reason else None
        self.judgements += 1
        for lineage in self.lineages.values():
            if e.candidate in lineage.candidates:
                lineage.rank_again()
        rated = ((x.reward, -x.id) for x in self.candidates.values() if x.reward is not None)
        best = max(rated, default=None)
        self.best = None if best is None else -best[1]

    def _candidate_pinned(self, record: Record, e: ev.CandidatePinned) -> None:
        for number in e.lineages:
            lineage = self.lineages[number]
            others = tuple(x for x in lineage.pinned if x != e.candidate)
            lineage.pinned = (*others, e.candidate) if e.pinned else others

    def _replay_differed(self, record: Record, e: ev.ReplayDiffered) -> None:
        self.differing += 1

    def _replay_ended(self, record: Record, e: ev.ReplayEnded) -> None:
        self.replayed = e

    def _return_hints(self, lineage: LineageId, step: int) -> None:
        """Let the hints of a step wait again: its proposer never answered."""
        for hint in self.hints.values():
            taken = hint.taken.get(lineage)
            if taken is not None and taken.step == step:
                del hint.taken[lineage]

    def _spend(self, lineage: LineageId | None, spend: Spend) -> None:
        self.spent += spend
        if lineage is not None:
            self.lineages[lineage].spent += spend

    def _start_curve(self, record: Record, lineage: Lineage) -> None:
        """Step 0 of a curve: what the lineage starts from."""
        if lineage.improves(lineage.origin):
            lineage.best = lineage.origin.id
        self._finish_step(record, lineage, 0, lineage.origin)

    def _end_step(self, record: Record, lineage: Lineage, step: int, spend: Spend) -> None:
        """End a step that gave no candidate."""
        move, lineage.pending = lineage.pending, None
        self._spend(lineage.id, spend)
        self._finish_step(record, lineage, step, None, move)

    def _finish_step(
        self,
        record: Record,
        lineage: Lineage,
        step: int,
        candidate: Candidate | None,
        move: ev.MoveChosen | None = None,
    ) -> None:
        lineage.curve.append(lineage.point(record.elapsed, step, candidate, move))
        for hint in self.hints.values():
            taken = hint.taken.get(lineage.id)
            if taken is not None and step >= taken.step and taken.steps < EFFECT_STEPS:
                taken.steps += 1
                taken.after = lineage.best_reward

    def waiting_hints(self, lineage: LineageId) -> list[Hint]:
        """Return the hints that the next move of `lineage` must carry, oldest first."""
        return [hint for hint in self.hints.values() if hint.waits_for(lineage)]


_FOLD: dict[type[ev.Event], Callable[[Session, Record, Any], None]] = {
    ev.SessionCreated: Session._session_created,
    ev.LineageCreated: Session._lineage_created,
    ev.ProposerChosen: Session._proposer_chosen,
    ev.SharesAllotted: Session._shares_allotted,
    ev.TurnGiven: Session._turn_given,
    ev.BudgetChanged: Session._budget_changed,
    ev.EngineOpened: Session._engine_opened,
    ev.IsolationTried: Session._isolation_tried,
    ev.EngineClosed: Session._engine_closed,
    ev.Heartbeat: Session._heartbeat,
    ev.MoveChosen: Session._move_chosen,
    ev.CallFailed: Session._call_failed,
    ev.ProposalMade: Session._proposal_made,
    ev.ProposalFailed: Session._proposal_failed,
    ev.ProposalLost: Session._proposal_lost,
    ev.VerdictReached: Session._verdict_reached,
    ev.InfrastructureFailed: Session._infrastructure_failed,
    ev.PauseRequested: Session._pause_requested,
    ev.LineagePaused: Session._lineage_paused,
    ev.LineageResumed: Session._lineage_resumed,
    ev.LineageStopped: Session._lineage_stopped,
    ev.HintQueued: Session._hint_queued,
    ev.HintEdited: Session._hint_edited,
    ev.HintWithdrawn: Session._hint_withdrawn,
    ev.HintTaken: Session._hint_taken,
    ev.CandidateJudged: Session._candidate_judged,
    ev.CandidatePinned: Session._candidate_pinned,
    ev.ReplayDiffered: Session._replay_differed,
    ev.ReplayEnded: Session._replay_ended,
}
