"""A recorded session, run again: every step in the recorded order, judged anew, compared.

Moves are chosen, mutations made and replies carried out again, and each candidate is verified by
the same verifier. No model is asked and no command is run. What a step comes to is compared with
the recording; where they differ the recorded step stands, because those after it build on it, and
the difference is an event. Verdicts are this run's own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from workbench.engine.journal import Journal
from workbench.engine.requests import Requests, advice
from workbench.engine.shares import reallot
from workbench.engine.verification import InfrastructureDown, Verifications
from workbench.model import event as ev
from workbench.model.candidate import Candidate, CandidateId, LineageId, digest_of, digest_of_files
from workbench.model.event import Record
from workbench.model.lineage import Lineage
from workbench.model.move import Move, rng_for, shown_also
from workbench.model.session import Session
from workbench.model.task import Task
from workbench.model.verdict import Verdict
from workbench.propose.proposer import ProposalUnusable, Proposer, Quiet, Request
from workbench.propose.replay import Replay, Tape
from workbench.search.registry import strategy
from workbench.search.strategy import Strategy
from workbench.verify.verifier import Verification

NOTHING = "no candidate"


class RecordingBroken(Exception):
    """The recording does not fit together: the session file is damaged, or nobody's own."""


class Replayed:
    """Re-enacts the recording of a session, from wherever the last run of it ended."""

    def __init__(
        self,
        records: Sequence[Record],
        task: Task,
        journal: Journal,
        verifications: Verifications,
        made_again: Callable[[ev.LineageCreated], Proposer | None],
        settled: Callable[[], None],
    ) -> None:
        """Replay `records`. `made_again` returns the proposer of a lineage that costs nothing and
        is asked again, or None. `settled` is called when people or faults keep it waiting."""
        self._records = records
        self._journal = journal
        self._requests = Requests(task, journal)
        self._verifications = verifications
        self._made_again = made_again
        self._settled = settled
        self._tape = Tape(records)
        self._wake = asyncio.Event()
        self._judged: dict[CandidateId, asyncio.Task[Verification]] = {}
        self._asked: dict[LineageId, Request] = {}
        """The requests of moves whose answers come next."""
        self._strategies: dict[LineageId, Strategy] = {}
        self._proposers: dict[LineageId, Proposer] = {}

    @property
    def _session(self) -> Session:
        return self._journal.session

    def wake(self) -> None:
        """Look again: a person has paused lineages, or lets them go on."""
        self._wake.set()

    async def run(self) -> None:
        """Re-enact what is left, then let the search go on or end. Raises `RecordingBroken`,
        and `InfrastructureDown` when not even the task's own files can be verified."""
        try:
            for candidate in self._session.candidates.values():
                if candidate.verdict is None:
                    self._judge(candidate)
            while self._session.enacted < len(self._records):
                record = self._records[self._session.enacted]
                await self._turn(record)
                await self._enact(record.event)
        except (LookupError, ValueError) as error:
            number = self._session.enacted + 1
            raise RecordingBroken(
                f"the recording does not fit together at its record {number} ({error!r}); replay "
                "the recorded session again"
            ) from error
        finally:
            for judging in self._judged.values():
                judging.cancel()
            await asyncio.gather(*self._judged.values(), return_exceptions=True)
        await self._journal.post(*self._end())

    async def _turn(self, record: Record) -> None:
        """Wait while the record's lineage is paused; one of the whole session waits for all."""
        while True:
            self._wake.clear()
            paused = [x for x in self._session.lineages.values() if x.wanted == "pause"]
            for lineage in paused:
                if not lineage.settled:
                    self._journal.post(ev.LineagePaused(lineage.id))
            if not any(record.lineage in (None, lineage.id) for lineage in paused):
                return
            self._settled()
            await self._wake.wait()

    async def _enact(self, event: ev.AnyEvent) -> None:
        """Carry one record out. Exactly one event of its kind is posted."""
        match event:
            case ev.MoveChosen():
                await self._move(event)
            case ev.ProposalMade():
                await self._proposal(event)
            case ev.ProposalFailed() if event.reason != "aborted":
                await self._failure(event)
            case ev.VerdictReached():
                await self._verdict(event)
            case _:
                self._journal.post(event)

    async def _move(self, recorded: ev.MoveChosen) -> None:
        lineage = self._session.lineages[recorded.lineage]
        rng = rng_for(lineage.created.seed, lineage.id, recorded.step, "move")
        found = shown_also(self._strategy(lineage).next_move(lineage, rng), lineage.pinned)
        wanted = Move(recorded.operator, recorded.parents, recorded.inspirations)
        if found != wanted:
            message = f"{_told(found)} instead of {_told(wanted)}"
            self._differs(lineage.id, recorded.step, "move", message)
        self._asked[lineage.id] = await self._request(lineage, recorded)
        self._journal.post(msgspec.structs.replace(recorded, basis=lineage.last_seq))

    async def _request(self, lineage: Lineage, chosen: ev.MoveChosen) -> Request:
        move = Move(chosen.operator, chosen.parents, chosen.inspirations)
        request = await self._requests.gather(lineage, chosen.step, move)
        hints = advice(self._session.hints[number] for number in chosen.hints)
        return msgspec.structs.replace(request, hints=hints)

    async def _proposal(self, recorded: ev.ProposalMade) -> None:
        if recorded.lineage is not None and recorded.proposer != "person":
            found = await self._again(recorded.lineage, recorded.step)
            self._compare(recorded.lineage, recorded.step, found, recorded.digest)
        self._journal.post(recorded)
        self._judge(self._session.candidates[recorded.candidate])

    async def _failure(self, recorded: ev.ProposalFailed) -> None:
        lineage = self._session.lineages[recorded.lineage]
        found = await self._again(lineage.id, recorded.step)
        twin = recorded.duplicate_of
        wanted = NOTHING if twin is None else self._session.candidates[twin].digest
        # The files of what only was taken for a duplicate are kept nowhere: an answer that has
        # them again is as recorded, and so is a recording's own, which gives the twin's instead.
        if found != recorded.digest:
            self._compare(lineage.id, recorded.step, found, wanted)
        self._journal.post(recorded)

    async def _again(self, number: LineageId, step: int) -> str:
        """Make the proposal again; return the digest of its files, or `NOTHING`."""
        lineage = self._session.lineages[number]
        request = self._asked.pop(number, None)
        if request is None:
            if lineage.pending is None:
                raise LookupError(f"step {step} of {lineage.name} was never chosen")
            request = await self._request(lineage, lineage.pending)
        try:
            proposal = await self._proposer(lineage).propose(request, Quiet())
        except ProposalUnusable:
            return NOTHING
        return digest_of_files({path: digest_of(data) for path, data in proposal.files.items()})

    def _compare(self, lineage: LineageId, step: int, found: str, wanted: str) -> None:
        if found != wanted:
            made, then = (x if x == NOTHING else f"files {x[:12]}" for x in (found, wanted))
            self._differs(lineage, step, "proposal", f"{made} instead of {then}")

    async def _verdict(self, recorded: ev.VerdictReached) -> None:
        candidate = self._session.candidates[recorded.candidate]
        verification = await self._judgement(candidate)
        proposer = None  # found first: it is told of all verdicts there are
        if candidate.lineage is not None:
            proposer = self._proposer(self._session.lineages[candidate.lineage])
        # Posted first: whoever is told that it differs can look at it.
        await self._verifications.commit(candidate, verification)
        message = difference(verification.verdict, recorded.verdict)
        if message:
            step = candidate.step
            self._differs(candidate.lineage, step, "verdict", f"#{candidate.id} {message}")
        if proposer is not None:
            proposer.observe(candidate)

    def _judge(self, candidate: Candidate) -> asyncio.Task[Verification]:
        judging = asyncio.create_task(self._verifications.judge(candidate))
        self._judged[candidate.id] = judging
        return judging

    async def _judgement(self, candidate: Candidate) -> Verification:
        """Wait for the verification of a candidate; a machine that fails pauses its lineage."""
        while True:
            judging = self._judged.get(candidate.id) or self._judge(candidate)
            try:
                found = await judging
            except InfrastructureDown as error:
                del self._judged[candidate.id]
                if candidate.lineage is None:
                    raise
                paused = ev.PauseRequested((candidate.lineage,), "engine", str(error))
                await self._journal.post(paused, ev.LineagePaused(candidate.lineage))
                await self._while_paused(candidate.lineage)
            else:
                del self._judged[candidate.id]
                return found

    async def _while_paused(self, number: LineageId) -> None:
        while self._session.lineages[number].wanted == "pause":
            self._wake.clear()
            self._settled()
            await self._wake.wait()

    def _differs(self, lineage: LineageId | None, step: int, what: str, message: str) -> None:
        self._journal.post(ev.ReplayDiffered(lineage, step, what, message))

    def _strategy(self, lineage: Lineage) -> Strategy:
        if lineage.id not in self._strategies:
            made = strategy(lineage.created.strategy, lineage.created.strategy_options)
            self._strategies[lineage.id] = made
        return self._strategies[lineage.id]

    def _proposer(self, lineage: Lineage) -> Proposer:
        """Return what makes the proposals of a lineage again, with all that it has learnt."""
        if lineage.id not in self._proposers:
            made = self._made_again(lineage.created)
            if made is None:
                made = Replay(lineage.id, self._tape, self._journal.blob)
            for candidate in lineage.candidates.values():
                if candidate.verdict is not None and candidate.lineage == lineage.id:
                    made.observe(candidate)
            self._proposers[lineage.id] = made
        return self._proposers[lineage.id]

    def _end(self) -> list[ev.AnyEvent]:
        """Return what ends the replay: the lineages stop, or go on as was asked for."""
        session, recording = self._session, self._session.facts.recording
        assert recording is not None
        steps = sum(lineage.step for lineage in session.lineages.values())
        ended = ev.ReplayEnded(steps, len(session.candidates), session.differing)
        if recording.until is None:
            return [*_closing(session), ended]
        numbers = tuple(session.lineages)
        chosen: list[ev.AnyEvent] = []
        if recording.proposer:
            chosen.append(ev.ProposerChosen(numbers, recording.proposer, recording.options))
        limits = session.limits if recording.limits is None else recording.limits
        return [ended, *chosen, *reallot(session, limits, session.target)]


def _closing(session: Session) -> list[ev.AnyEvent]:
    """Return the events by which lineages end where their recording does."""
    events: list[ev.AnyEvent] = []
    for lineage in session.lineages.values():
        if lineage.pending is not None:
            step, cut = lineage.pending.step, "the recording ends before its answer"
            events.append(ev.ProposalFailed(lineage.id, step, "aborted", cut))
        told = f"the recording ends at step {lineage.step}"
        events.append(ev.LineageStopped(lineage.id, "recording", told))
    return events


def difference(found: Verdict, recorded: Verdict) -> str:
    """Say in what a verdict differs from the recorded one of the same candidate; empty if not."""
    if found.outcome != recorded.outcome:
        return f"is {found.outcome} instead of {recorded.outcome}"
    if found.score != recorded.score:
        return f"scores {found.score!r} instead of {recorded.score!r}"
    return ""


def _told(move: Move) -> str:
    parents = " ".join(f"#{number}" for number in move.parents)
    return f"{move.operator} {parents}".strip()
