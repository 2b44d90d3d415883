"""One lineage at work: whatever its journal says comes next, it does, until there is nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from workbench.engine import shares
from workbench.engine.feed import Live
from workbench.engine.journal import Journal
from workbench.engine.novelty import filtered, known
from workbench.engine.reporting import Closing, StepReporter, talk
from workbench.engine.requests import Requests, advice
from workbench.engine.turns import Turns, reason_for_all
from workbench.engine.verification import InfrastructureDown, Verifications
from workbench.model import event as ev
from workbench.model.candidate import LineageId, digest_of, digest_of_files
from workbench.model.limits import Spend
from workbench.model.lineage import Lineage
from workbench.model.move import Move, rng_for, shown_also
from workbench.model.task import Task
from workbench.model.traits import Traits, traits_of
from workbench.propose.proposer import (
    NoFurtherAttempt,
    Proposal,
    ProposalUnusable,
    Proposer,
    ProposerStopped,
    Request,
)
from workbench.search.allocate.pool import can_step
from workbench.search.strategy import Strategy
from workbench.store import Blob

Act = Callable[[], Awaitable[None]]


class Runner:
    """Drives one lineage. It holds no state of its own that the journal could not rebuild."""

    def __init__(
        self,
        number: LineageId,
        task: Task,
        journal: Journal,
        verifications: Verifications,
        strategy: Strategy,
        proposer: Proposer,
        settled: Callable[[], None],
        turns: Turns | None = None,
    ) -> None:
        """`settled` is called whenever the lineage has nothing to do and waits. With `turns` it
        takes its steps out of the budget that all share, as it is given them."""
        self._number = number
        self._requests = Requests(task, journal)
        self._journal = journal
        self._verifications = verifications
        self._strategy = strategy
        self._proposer = proposer
        self._settled = settled
        self._turns = turns
        self._wake = asyncio.Event()
        self._act: asyncio.Task[None] | None = None
        self._reporter: StepReporter | None = None
        for candidate in self.lineage.candidates.values():
            if candidate.verdict is not None and candidate.lineage == number:
                proposer.observe(candidate)

    @property
    def lineage(self) -> Lineage:
        """The lineage as the journal tells it."""
        return self._journal.session.lineages[self._number]

    @property
    def proposer(self) -> Proposer:
        """What carries out this lineage's moves."""
        return self._proposer

    @property
    def over(self) -> bool:
        """Whether nothing is left to do unless a person changes something."""
        lineage = self.lineage
        return lineage.stopped is not None and not lineage.unverified

    def wake(self) -> None:
        """Look at the journal again: something about the lineage changed."""
        self._wake.set()
        # Who waits for a model to be reachable may wait for hours; nothing of it is in flight.
        if self._reporter is not None and self._reporter.waits and self._unwanted():
            self.abort()

    def abort(self) -> None:
        """Cut what is in flight; whatever was committed of it stays."""
        if self._act is not None:
            self._act.cancel()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._wake.clear()
            act = self._next()
            if act is None:
                self._say("idle")
                self._settled()
                await self._wake.wait()
                continue
            self._act = asyncio.ensure_future(act())
            try:
                await self._act
            except asyncio.CancelledError:
                current = asyncio.current_task()
                if current is None or current.cancelling():
                    raise
                # Only the act was cut (abort): look at the journal and go on from there.
            finally:
                self._act = None

    def _next(self) -> Act | None:
        lineage = self.lineage
        if self._turns is not None:
            self._turns.deal()
        if lineage.wanted == "pause":
            return None if lineage.settled else self._pause
        if lineage.unverified:
            return self._verify
        if lineage.stopped is not None:
            return None
        stop = None if lineage.pending is not None else self._reason_to_stop(lineage)
        if stop is not None:
            return lambda: self._stop(*stop)
        if lineage.pending is None and self._turns is not None and not can_step(lineage):
            return None  # waits for its turn
        return self._step

    def _reason_to_stop(self, lineage: Lineage, wait: float = 0.0) -> tuple[str, str] | None:
        """Say why no call may begin in `wait` seconds: reason and detail of a stop."""
        stop, pending = reason_for_all(self._journal, wait), lineage.pending
        if lineage.barren >= lineage.created.max_barren and (stop is None or stop[0] != "target"):
            return "barren", f"{lineage.barren} steps in a row gave no new candidate"
        if stop is not None or (pending is None and self._turns is not None):
            return stop
        needed = Spend(proposals=1) if pending is None else pending.reserved
        limit = lineage.share.exceeded_by(lineage.spent + needed + Spend(evaluations=1))
        return None if limit is None else ("budget", f"its share of {limit} is used up")

    def _unwanted(self) -> bool:
        """Whether a person does not want the lineage to go on."""
        return self.lineage.wanted == "pause" or self.lineage.stopped is not None

    def _ends(self, seconds: float) -> Closing | None:
        """Say whether the step under way must end rather than try once more in `seconds`."""
        if self._unwanted():
            return ()
        stop = self._reason_to_stop(self.lineage, seconds)
        return None if stop is None else (ev.LineageStopped(self._number, *stop),)

    async def _pause(self) -> None:
        await self._journal.post(ev.LineagePaused(self._number))

    async def _stop(self, reason: str, detail: str) -> None:
        await self._journal.post(ev.LineageStopped(self._number, reason, detail))

    async def _verify(self) -> None:
        number = self.lineage.unverified[0]
        candidate = self._journal.session.candidates[number]
        try:
            await self._verifications.verify(candidate)
        except InfrastructureDown as error:
            await self._journal.post(ev.PauseRequested((self._number,), "engine", str(error)))
            return
        self._proposer.observe(candidate)

    async def _step(self) -> None:
        move = self.lineage.pending
        request = await (self._choose() if move is None else self._again(move))
        if request is None:
            return
        begun = time.monotonic()
        reporter = StepReporter(self._number, request.step, self._journal, self._ends)
        try:
            proposal = await self._ask(request, reporter)
        except ProposalUnusable as error:
            failed = ev.ProposalFailed(self._number, request.step, "unusable", error.message)
            await self._fail(failed, error, time.monotonic() - begun)
        except NoFurtherAttempt:
            await self._release(request.step, "no further attempt", reporter.closing)
        except ProposerStopped as error:
            stopped = ev.LineageStopped(self._number, error.reason, str(error))
            await self._release(request.step, str(error), [stopped])
        else:
            await self._record(request, proposal, time.monotonic() - begun)

    async def _ask(self, request: Request, reporter: StepReporter) -> Proposal:
        self._reporter = reporter
        try:
            return await self._proposer.propose(request, reporter)
        except asyncio.CancelledError:
            if not self._proposer.free:
                self._post_aborted(in_flight=not reporter.waits)
            raise
        finally:
            self._reporter = None

    async def _again(self, chosen: ev.MoveChosen) -> Request:
        """Rebuild the request of a move that was chosen before a crash or an abort."""
        hints = self._journal.session.hints
        move = Move(chosen.operator, chosen.parents, chosen.inspirations)
        request = await self._requests.gather(self.lineage, chosen.step, move)
        request = replace(request, left=shares.reserved(chosen.reserved))
        return replace(request, hints=advice(hints[number] for number in chosen.hints))

    async def _choose(self) -> Request | None:
        """Choose the next move and reserve its cost; None if the reservation does not fit."""
        lineage = self.lineage
        step = lineage.step + 1
        rng = rng_for(lineage.created.seed, lineage.id, step, "move")
        move = shown_also(self._strategy.next_move(lineage, rng), lineage.pinned)
        request = await self._requests.gather(lineage, step, move)
        # No await from here to the post: what the event says is what the move is.
        hints = self._journal.session.waiting_hints(self._number)
        request = replace(request, hints=advice(hints), left=shares.left(lineage))
        reserved = self._proposer.reserve(request)
        limit = lineage.share.exceeded_by(lineage.spent + reserved + Spend(evaluations=1))
        if limit is not None:
            await self._stop("budget", f"the next proposal may go past its share of {limit}")
            return None
        chosen = ev.MoveChosen(
            lineage=self._number,
            step=step,
            basis=lineage.last_seq,
            operator=move.operator,
            parents=move.parents,
            inspirations=move.inspirations,
            hints=tuple(hint.id for hint in hints),
            reserved=reserved,
        )
        taken = [ev.HintTaken(hint.id, self._number, step) for hint in hints]
        durable = self._journal.post(*taken, chosen)
        if not self._proposer.free:
            await durable
        return request

    async def _record(self, request: Request, proposal: Proposal, seconds: float) -> None:
        files = {path: digest_of(data) for path, data in proposal.files.items()}
        digest = digest_of_files(files)
        lineage, parents = self.lineage, [shown.files for shown in request.parents]
        traits = traits_of(proposal.files, parents, lineage.removed)
        shown = (*request.parents, *request.inspirations, *filter(None, [request.best]))
        twin = known(lineage, digest, traits) or filtered(
            traits, proposal.files, shown, self._strategy.options
        )
        if twin is not None:
            error = ProposalUnusable(
                twin.message,
                hint_note=proposal.hint_note,
                detail=proposal.detail,
                prompt=proposal.prompt,
                reply=proposal.reply,
                spend=proposal.spend,
            )
            seen = ev.ProposalFailed(
                lineage.id,
                request.step,
                "duplicate",
                twin.message,
                duplicate_of=twin.candidate,
                digest=digest,
                traits=Traits(added=traits.added, returned=traits.returned),
            )
            await self._fail(seen, error, seconds)
            return
        parent = request.parents[0].candidate.files if request.parents else {}
        blobs = [Blob(data, parent.get(path)) for path, data in proposal.files.items()]
        made = ev.ProposalMade(
            candidate=self._journal.next_candidate(),
            lineage=self._number,
            step=request.step,
            digest=digest,
            files=files,
            parents=request.move.parents,
            operator=request.move.operator,
            proposer=self._proposer.name,
            note=proposal.note,
            hint_note=proposal.hint_note,
            hints=tuple(hint.hint for hint in request.hints),
            detail=proposal.detail,
            prompt=tuple(digest_of(part) for part in proposal.prompt),
            reply=None if proposal.reply is None else digest_of(proposal.reply),
            seconds=round(seconds, 6),
            spend=proposal.spend,
            traits=traits,
        )
        await self._journal.post(made, blobs=[*blobs, *talk(proposal.prompt, proposal.reply)])

    async def _fail(
        self, failed: ev.ProposalFailed, error: ProposalUnusable, seconds: float
    ) -> None:
        """Record a step that gave nothing to verify, with what its proposer said."""
        failed = replace(
            failed,
            detail=error.detail,
            hint_note=error.hint_note,
            prompt=tuple(digest_of(part) for part in error.prompt),
            reply=None if error.reply is None else digest_of(error.reply),
            seconds=round(seconds, 6),
            spend=error.spend,
        )
        await self._journal.post(failed, blobs=talk(error.prompt, error.reply))

    def _post_aborted(self, in_flight: bool) -> None:
        """Record that a step was cut. A paid call stays charged at its reservation."""
        pending = self.lineage.pending
        if pending is None:
            return
        if in_flight:
            spend = pending.reserved + Spend(unknown=1)
            self._journal.post(ev.ProposalLost(self._number, pending.step, spend))
        else:
            self._journal.post(ev.ProposalFailed(self._number, pending.step, "aborted", "cut"))

    async def _release(self, step: int, message: str, closing: Closing) -> None:
        """End the step without a proposal: what was reserved for it is free again."""
        aborted = ev.ProposalFailed(self._number, step, "aborted", message)
        await self._journal.post(aborted, *closing)

    def _say(self, phase: str) -> None:
        step = self.lineage.step
        self._journal.hub.publish([Live(self._number, phase, step, None, time.time())])
