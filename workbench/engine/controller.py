"""Commands become events: the one place where people change a running search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import msgspec

from workbench.engine import command as cmd
from workbench.engine import shares
from workbench.engine.command import AnyCommand, Reply
from workbench.engine.journal import Journal
from workbench.engine.novelty import known
from workbench.model import event as ev
from workbench.model.candidate import (
    Candidate,
    CandidateId,
    LineageId,
    digest_of,
    digest_of_files,
)
from workbench.model.limits import Limits
from workbench.model.lineage import Lineage, name_of
from workbench.model.session import REVIVED, Session
from workbench.model.task import Task
from workbench.model.traits import traits_of
from workbench.search.allocate.pool import NOTHING, is_pooled
from workbench.store import Blob

HINT_BYTES = 8192
"""Longest hint taken; a longer one belongs into the task's instruction."""
MOST_PINNED = 4
"""Candidates that a lineage's moves can be made to show: a prompt has only so much room."""
CANDIDATE_BYTES = 1 << 20
"""Largest hand-edited candidate taken."""


WHILE_REPLAYING = (cmd.Pause, cmd.Abort, cmd.Continue, cmd.Shutdown)
"""What people can do while a recording is re-enacted; more would make it another story."""


class Refused(Exception):
    """A command that cannot be carried out; the message says why and what to do."""


class Crew(msgspec.Struct, frozen=True):
    """What the controller may set in motion once an event is durable."""

    wake: Callable[[Iterable[LineageId]], None]
    abort: Callable[[Iterable[LineageId]], None]
    start: Callable[[LineageId], None]
    shutdown: Callable[[], None]
    forked: Callable[[ev.LineageCreated, str | None, str | None], ev.LineageCreated]
    """Gives a lineage another strategy and proposer; `ValueError` for an unknown name."""
    refuse_limits: Callable[[Limits], None]
    """Raises `ValueError` for limits that nobody could keep."""


class Controller:
    """Carries commands out. Every reply that is `ok` speaks of something durable."""

    def __init__(self, journal: Journal, task: Task, crew: Crew) -> None:
        """Post to `journal`, set `crew` in motion."""
        self._journal = journal
        self._task = task
        self._crew = crew
        self._carry: dict[type, Callable[..., Awaitable[Reply]]] = {
            cmd.Pause: self._pause,
            cmd.Abort: self._abort,
            cmd.Continue: self._continue,
            cmd.Stop: self._stop,
            cmd.AddHint: self._add_hint,
            cmd.EditHint: self._edit_hint,
            cmd.WithdrawHint: self._withdraw_hint,
            cmd.Fork: self._fork,
            cmd.Inject: self._inject,
            cmd.Judge: self._judge,
            cmd.Pin: self._pin,
            cmd.Boost: self._boost,
            cmd.ChangeBudget: self._change_budget,
            cmd.Shutdown: self._shutdown,
        }

    @property
    def _session(self) -> Session:
        return self._journal.session

    async def send(self, command: AnyCommand) -> Reply:
        """Carry out one command; a refusal is a reply, never an exception."""
        try:
            if self._session.replaying and not isinstance(command, WHILE_REPLAYING):
                raise Refused(_replaying(self._session))
            return await self._carry[type(command)](command)
        except Refused as refusal:
            return Reply(False, str(refusal))

    async def _pause(self, command: cmd.Pause) -> Reply:
        targets = [x for x in self._targets(command.lineages) if x.state == "running"]
        if not targets:
            raise Refused("nothing to pause: no such lineage is running")
        busy = [x.name for x in targets if x.in_flight]
        numbers = tuple(x.id for x in targets)
        await self._journal.post(ev.PauseRequested(numbers, "person", command.reason))
        self._crew.wake(numbers)
        wait = f" once {_list(busy)} finished what is in flight" if busy else ""
        return Reply(True, f"{_list(x.name for x in targets)} will pause{wait}")

    async def _abort(self, command: cmd.Abort) -> Reply:
        targets = [x for x in self._targets(command.lineages) if x.state in ("running", "pausing")]
        if not targets:
            raise Refused("nothing to abort: no such lineage has anything in flight")
        numbers = tuple(x.id for x in targets)
        await self._journal.post(ev.PauseRequested(numbers, "person", "aborted"))
        self._crew.abort(numbers)
        self._crew.wake(numbers)
        return Reply(True, f"{_list(x.name for x in targets)} aborted and paused")

    async def _continue(self, command: cmd.Continue) -> Reply:
        states = ("paused", "pausing")
        chosen = self._targets(command.lineages)
        targets = [
            x for x in chosen if x.state in states or (command.lineages and x.stopped in REVIVED)
        ]
        if not targets:
            spent = [x.name for x in chosen if x.stopped == "budget"]
            more = f"; {_list(spent)} stopped for budget: raise it" if spent else ""
            raise Refused(f"nothing to continue: no such lineage is paused{more}")
        numbers = tuple(x.id for x in targets)
        await self._journal.post(ev.LineageResumed(numbers, "person"))
        self._crew.wake(numbers)
        return Reply(True, f"{_list(x.name for x in targets)} goes on")

    async def _stop(self, command: cmd.Stop) -> Reply:
        targets = [x for x in self._targets(command.lineages) if x.stopped is None]
        if not targets:
            raise Refused("nothing to stop: no such lineage is running or paused")
        stops = [ev.LineageStopped(x.id, "person", "stopped by a person") for x in targets]
        await self._journal.post(*stops)
        self._crew.wake(x.id for x in targets)
        return Reply(True, f"{_list(x.name for x in targets)} stopped; every candidate is kept")

    async def _add_hint(self, command: cmd.AddHint) -> Reply:
        text = _hint_text(command.text)
        targets = [x for x in self._targets(command.lineages) if x.stopped is None]
        if not targets:
            raise Refused("no such lineage makes another move; fork one or raise the budget")
        number = self._journal.next_hint()
        numbers = tuple(x.id for x in targets)
        await self._journal.post(
            ev.HintQueued(number, text, numbers, command.standing, command.author)
        )
        stay = "every move until withdrawn" if command.standing else "the next move"
        names = _list(x.name for x in targets)
        return Reply(True, f"hint {number} queued for {stay} of {names}", number)

    async def _edit_hint(self, command: cmd.EditHint) -> Reply:
        hint = self._session.hints.get(command.hint)
        if hint is None or not hint.editable:
            raise Refused(f"hint {command.hint} is not waiting any more; queue a new one")
        await self._journal.post(ev.HintEdited(hint.id, _hint_text(command.text)))
        return Reply(True, f"hint {hint.id} changed", hint.id)

    async def _withdraw_hint(self, command: cmd.WithdrawHint) -> Reply:
        hint = self._session.hints.get(command.hint)
        if hint is None or not hint.editable:
            raise Refused(f"hint {command.hint} is not waiting any more")
        await self._journal.post(ev.HintWithdrawn(hint.id))
        return Reply(True, f"hint {hint.id} withdrawn", hint.id)

    async def _fork(self, command: cmd.Fork) -> Reply:
        candidate = self._candidate(command.candidate)
        if candidate.verdict is None:
            raise Refused(f"#{candidate.id} has no verdict yet; fork when it has")
        source = self._source(candidate.lineage)
        number = self._journal.next_lineage()
        cut = self._cut(source, number)
        try:
            like = self._crew.forked(source.created, command.strategy, command.proposer)
        except ValueError as error:
            raise Refused(str(error)) from None
        await self._journal.post(
            msgspec.structs.replace(
                like, lineage=number, origin=candidate.id, forked_from=source.id
            ),
            ev.SharesAllotted(cut, f"fork of {source.name}"),
        )
        self._crew.start(number)
        return Reply(True, f"{name_of(number)} starts from #{candidate.id}", number)

    def _cut(self, source: Lineage, number: LineageId) -> dict[LineageId, Limits]:
        """Return the shares after lineage `number` was forked from `source`: half of its own, or,
        where all share one budget, nothing before its first turn."""
        if is_pooled(self._session):
            enough, cut = shares.steps_left(self._session), {number: NOTHING}
        else:
            mine, theirs = shares.halve(source)
            enough, cut = shares.can_give(source), {source.id: mine, number: theirs}
        if not enough:
            raise Refused(f"{source.name} has too little budget left to share; raise the budget")
        return cut

    async def _inject(self, command: cmd.Inject) -> Reply:
        lineage = self._lineage(command.lineage)
        parent = self._candidate(command.parent)
        stray = sorted(set(command.files) - set(self._task.editable))
        if stray:
            raise Refused(f"not an editable file of this task: {', '.join(stray)}")
        if sum(map(len, command.files.values())) > CANDIDATE_BYTES:
            raise Refused(f"the edited files are larger than {CANDIDATE_BYTES} bytes")
        before = await self._journal.files(parent.files)
        # No await from here to the post: what is found out now is what it is.
        if not shares.can_verify(self._session, lineage):
            raise Refused(f"{lineage.name} has no evaluation left; raise the budget")
        edited = {path: text.encode() for path, text in command.files.items()}
        files = {**parent.files, **{path: digest_of(data) for path, data in edited.items()}}
        digest = digest_of_files(files)
        traits = traits_of({**before, **edited}, [before], lineage.removed)
        twin = known(lineage, digest, traits)
        if twin is not None:
            raise Refused(f"a duplicate of #{twin.candidate}: {twin.message}")
        number = self._journal.next_candidate()
        made = ev.ProposalMade(
            candidate=number,
            lineage=lineage.id,
            step=lineage.step + 1,
            digest=digest,
            files=files,
            parents=(parent.id,),
            operator="edit",
            proposer="person",
            note=command.note or "edited by hand",
            traits=traits,
        )
        blobs = [Blob(data, parent.files.get(path)) for path, data in edited.items()]
        await self._journal.post(made, blobs=blobs)
        self._crew.wake([lineage.id])
        return Reply(True, f"#{number} joins {lineage.name} and is verified next", number)

    async def _judge(self, command: cmd.Judge) -> Reply:
        candidate = self._candidate(command.candidate)
        reason = command.reason.strip()
        if len(reason.encode()) > HINT_BYTES:
            raise Refused(f"the reason is longer than {HINT_BYTES} bytes; shorten it")
        if candidate.verdict is None:
            raise Refused(f"#{candidate.id} has no verdict yet; judge it when it has")
        if not reason and candidate.judgement is None:
            raise Refused(f"#{candidate.id} is not judged wrong; say why it is")
        await self._journal.post(ev.CandidateJudged(candidate.id, reason, command.author))
        if not reason:
            return Reply(True, f"#{candidate.id} counts again")
        best = self._session.best_candidate
        now = "nothing feasible is left" if best is None else f"the best is #{best.id} now"
        return Reply(True, f"#{candidate.id} counts no more, and its verdict stays; {now}")

    async def _pin(self, command: cmd.Pin) -> Reply:
        candidate = self._candidate(command.candidate)
        chosen = self._targets(command.lineages)
        if command.pinned:
            targets = [x for x in chosen if x.stopped is None and candidate.id not in x.pinned]
            full = [x.name for x in targets if len(x.pinned) >= MOST_PINNED]
            if full:
                raise Refused(f"{_list(full)} has {MOST_PINNED} pinned already; unpin one")
        else:
            targets = [x for x in chosen if candidate.id in x.pinned]
        if not targets:
            state = "no such lineage makes another move, or all have it" if command.pinned else ""
            raise Refused(state or f"#{candidate.id} is pinned to none of them")
        numbers = tuple(x.id for x in targets)
        await self._journal.post(ev.CandidatePinned(candidate.id, numbers, command.pinned))
        names = _list(x.name for x in targets)
        what = "is shown in every move" if command.pinned else "is no longer pinned in moves"
        return Reply(True, f"#{candidate.id} {what} of {names}")

    async def _boost(self, command: cmd.Boost) -> Reply:
        lineage = self._lineage(command.lineage)
        if lineage.stopped not in (None, "budget"):
            raise Refused(f"{lineage.name} is stopped ({lineage.stopped}); let it go on first")
        before = shares.left(lineage).evaluations
        cut = shares.boosted(self._session, lineage)
        if cut is None:
            raise Refused("no other lineage has enough left to give half of it; raise the budget")
        await self._journal.post(ev.SharesAllotted(cut, f"boost of {lineage.name}"))
        self._crew.wake(self._session.lineages)
        after = shares.left(lineage).evaluations
        more = "" if None in (before, after) else f": {after} evaluations left, not {before}"
        return Reply(True, f"{lineage.name} has half of what the others had left{more}")

    async def _change_budget(self, command: cmd.ChangeBudget) -> Reply:
        try:
            self._crew.refuse_limits(command.limits)
        except ValueError as error:
            raise Refused(str(error)) from None
        events = shares.reallot(self._session, command.limits, self._session.target)
        await self._journal.post(*events)
        self._crew.wake(self._session.lineages)
        return Reply(True, "the new budget is in force")

    async def _shutdown(self, command: cmd.Shutdown) -> Reply:
        self._crew.shutdown()
        return Reply(True, "the engine makes a checkpoint and ends; the session can be resumed")

    def _candidate(self, number: CandidateId) -> Candidate:
        candidate = self._session.candidates.get(number)
        if candidate is None:
            raise Refused(f"there is no candidate #{number}")
        return candidate

    def _targets(self, numbers: tuple[LineageId, ...]) -> list[Lineage]:
        if not numbers:
            return list(self._session.lineages.values())
        return [self._lineage(number) for number in dict.fromkeys(numbers)]

    def _lineage(self, number: LineageId) -> Lineage:
        lineage = self._session.lineages.get(number)
        if lineage is None:
            known = _list(x.name for x in self._session.lineages.values())
            raise Refused(f"there is no lineage {name_of(number)}; this session has {known}")
        return lineage

    def _source(self, number: LineageId | None) -> Lineage:
        """The lineage that shares its budget with a fork: its own, else the richest."""
        if number is not None:
            return self._session.lineages[number]

        def richness(lineage: Lineage) -> float:
            remaining = shares.left(lineage)
            return min(
                float("inf") if value is None else value
                for value in (remaining.evaluations, remaining.proposals)
            )

        return max(self._session.lineages.values(), key=richness)


def _replaying(session: Session) -> str:
    recording = session.facts.recording
    until = None if recording is None else recording.until
    later = "the rest can be done" if until is None else f"the rest can be done from step {until}"
    return f"this session is being replayed: pause it or let it go on; {later} when that is over"


def _hint_text(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused("the hint is empty")
    if len(text.encode()) > HINT_BYTES:
        raise Refused(f"the hint is longer than {HINT_BYTES} bytes; shorten it")
    return text


def _list(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
