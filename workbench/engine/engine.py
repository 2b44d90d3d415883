"""The running session: opens it, drives its lineages side by side, closes it at a checkpoint."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec

import sandbox
from sandbox import memo
from workbench import __version__
from workbench.engine.command import AnyCommand, Reply
from workbench.engine.controller import Controller, Crew
from workbench.engine.journal import Journal
from workbench.engine.launch import Launch, backend_for, interpreter_for
from workbench.engine.proposers import Proposers
from workbench.engine.replay import RecordingBroken, Replayed
from workbench.engine.runner import Runner
from workbench.engine.shares import reallot
from workbench.engine.slots import Slots, machine_slots
from workbench.engine.turns import Turns
from workbench.engine.verification import InfrastructureDown, NoSandbox, Verifications
from workbench.formats.read import parse
from workbench.model import event as ev
from workbench.model.candidate import INITIAL, LineageId
from workbench.model.limits import Spend
from workbench.model.lineage import UNABLE
from workbench.model.recording import decode
from workbench.model.simulation import SIMULATION
from workbench.model.task import Task
from workbench.propose.registry import REPLAY
from workbench.propose.replay import Source, Tape
from workbench.search.allocate.registry import allocator
from workbench.search.registry import read, settled, strategy
from workbench.store import JournalBroken
from workbench.verify import simulated
from workbench.verify.interpreter import applied
from workbench.verify.verifier import Verifier

HEARTBEAT_SECONDS = 10.0
"""Longest active time that a crash can leave uncounted."""


class EngineFailed(Exception):
    """The engine cannot go on; the message says why and what to do. The journal is intact."""


class Engine:
    """Runs one session in this process until it is finished, shut down or broken."""

    def __init__(
        self,
        journal: Journal,
        launch: Launch,
        *,
        attended: bool = True,
        on_start: Callable[[], None] = lambda: None,
    ) -> None:
        """Serve the session of `journal`, which is open, as `launch` says.

        Unattended, the engine ends when the machine's fault has paused every lineage, instead of
        waiting. `on_start` is called once it works.
        """
        self.journal = journal
        self.hub = journal.hub
        self._launch = launch
        self._on_start = on_start
        self._attended = attended
        self._runners: dict[LineageId, Runner] = {}
        self._over = asyncio.Event()
        self._reason = "interrupted"
        self._detail = ""
        self._group: asyncio.TaskGroup | None = None
        self._ready = asyncio.Event()
        self._control: Controller | None = None
        self._found: sandbox.Capabilities
        """What isolation candidates have."""
        self._commands = ""
        """In what the sandboxes of commands differ from it."""
        self._python = ""
        """Which interpreter of the person's own runs the task's programs."""
        self._replayed: Replayed | None = None

    async def run(self) -> ev.EngineClosed:
        """Work until there is nothing left to do or `shutdown` is called.

        Raises `sandbox.SandboxUnavailable` before anything is written if programs cannot be
        isolated here, `ValueError` likewise if a proposer must not be used, and `EngineFailed` when
        the machine or the disk gave up.
        """
        task = await self._load()
        proposers = Proposers(
            self.journal.session, self._launch, await self._tapes(), self.journal.blob
        )
        backend, self._found = await self._isolation(task)
        self._commands = await proposers.isolation(self._found)

        async def open_verifier() -> Verifier:
            verifier = Verifier(task, backend)
            try:
                await verifier.open()
            except (sandbox.SandboxUnavailable, ValueError) as error:
                raise NoSandbox(str(error)) from error
            return verifier

        slots = Slots(self._launch.slots or machine_slots(), open_verifier)
        try:
            means = Means(task, Verifications(self.journal, slots), proposers, self._turns())
            return await self._work(means, backend)
        finally:
            self._over.set()
            self._ready.set()  # whoever still waits to send a command is told that it is over
            await proposers.aclose()
            await slots.aclose()
            self.hub.close()

    async def send(self, command: AnyCommand) -> Reply:
        """Carry a command out, once the run has begun. Raises `ConnectionError` when it is over."""
        await self._ready.wait()
        if self._control is None or self.over:
            raise ConnectionError("the engine has ended; resume the session")
        return await self._control.send(command)

    @property
    def over(self) -> bool:
        """Whether the run is coming to its end."""
        return self._over.is_set()

    def shutdown(self, reason: str = "interrupted", detail: str = "") -> None:
        """Ask for a clean checkpoint; `run` returns soon after."""
        if not self._over.is_set():
            self._reason, self._detail = reason, detail
            self._over.set()

    async def _load(self) -> Task:
        facts = self.journal.session.facts
        bundle = {path: await self.journal.blob(x) for path, x in facts.task_files.items()}
        task, _ = parse(bundle, facts.task, facts.task_format)
        own = await asyncio.to_thread(interpreter_for, self._launch, facts.python)
        if own is None:
            return task
        self._python = own.line()
        return applied(task, own)

    async def _tapes(self) -> dict[str, Tape]:
        """Load the recordings that lineages answer from. Raises `ValueError` for a broken one."""
        tapes: dict[str, Tape] = {}
        for lineage in self.journal.session.lineages.values():
            if lineage.created.proposer == REPLAY:
                digest = Source.of(lineage.created.options).recording
                if digest not in tapes:
                    tapes[digest] = Tape(await self._records(digest))
        return tapes

    async def _records(self, digest: str) -> list[ev.Record]:
        try:
            data = await self.journal.blob(digest)
        except KeyError:
            raise ValueError("the session lacks the recording that it replays") from None
        return await asyncio.to_thread(decode, data)

    async def _isolation(self, task: Task) -> tuple[sandbox.Backend, sandbox.Capabilities]:
        """Return the backend and what is known of it: as tried on this machine, else as built."""
        if task.verification == SIMULATION:
            return simulated.Nothing(), await simulated.Nothing().probe()
        name = backend_for(self._launch, self.journal.session.facts.sandbox)
        backend = sandbox.backend(name, image=task.needs_image)
        found = await backend.probe()
        if not found.usable:
            raise sandbox.SandboxUnavailable(found.problem or f"{found.backend} does not work")
        return backend, memo.recall(found) or found

    async def _try_isolation(self, backend: sandbox.Backend) -> None:
        """Try every limit beside the work where that has not been done; tell what does not hold."""
        if not self._found.tried:
            known, self._found = self._found, await backend.probe(full=True)
            if self._found.line() != known.line():
                await self.journal.post(ev.IsolationTried(self._told()))

    def _told(self) -> str:
        """Return the isolation line of this run."""
        if self._found.backend == SIMULATION:
            return simulated.LINE
        return " · ".join(filter(None, (self._commands, self._found.line(), self._python)))

    async def _work(self, means: Means, backend: sandbox.Backend) -> ev.EngineClosed:
        try:
            await self._change_budget()
            opened = self._open(means.proposers)
            self._control = Controller(self.journal, means.task, self._crew(means))
            self._ready.set()
            await opened
            self._on_start()
            async with asyncio.TaskGroup() as group:
                self._group = group
                group.create_task(self._drive(means))
                group.create_task(self._heartbeat())
                group.create_task(self._try_isolation(backend))
                await self._over.wait()
                raise _Over
        except* _Over:
            pass
        except* JournalBroken:
            pass  # the closing event meets it again, outside of this group
        except* (InfrastructureDown, RecordingBroken) as down:
            self._reason, self._detail = "interrupted", str(down.exceptions[0])
        closed = ev.EngineClosed(self._reason, self._detail)
        try:
            await self.journal.post(closed)
        except JournalBroken as broken:
            raise EngineFailed(str(broken)) from None
        return closed

    async def _change_budget(self) -> None:
        if self._launch.limits is not None:
            session = self.journal.session
            await self.journal.post(*reallot(session, self._launch.limits, session.target))

    def _open(self, proposers: Proposers) -> asyncio.Future[list[ev.Record]]:
        """Journal that a run begins, what the last one left cut off, and what may try again."""
        host = socket.gethostname()
        line, tier = self._told(), str(self._found.tier)
        if self._found.backend == SIMULATION:
            tier = SIMULATION  # nothing runs that could go without isolation
        events: list[ev.AnyEvent] = [ev.EngineOpened(os.getpid(), host, __version__, line, tier)]
        lineages = self.journal.session.lineages.values()
        if not self.journal.session.replaying:  # else nothing that costs was under way
            for lineage in lineages:
                pending = lineage.pending
                if pending is not None and not proposers.free(lineage.created):
                    spend = pending.reserved + Spend(unknown=1)
                    events.append(ev.ProposalLost(lineage.id, pending.step, spend))
            events += proposers.changes()
        # The machine or a model failed then; whether it still does, the next try will tell.
        faulted = [x.id for x in lineages if x.stopped in UNABLE]
        faulted += [x.id for x in lineages if x.wanted == "pause" and x.paused_by == "engine"]
        if faulted:
            events.append(ev.LineageResumed(tuple(faulted), "engine"))
        return self.journal.post(*events)

    async def _drive(self, means: Means) -> None:
        session = self.journal.session
        if session.replaying:
            await self._replay(means)
        initial = session.candidates[INITIAL]
        if initial.verdict is None:
            await means.verifications.verify(initial)
        for number in session.lineages:
            self._start(number, means)

    async def _replay(self, means: Means) -> None:
        recording = self.journal.session.facts.recording
        assert recording is not None
        self._replayed = Replayed(
            await self._records(recording.digest),
            means.task,
            self.journal,
            means.verifications,
            means.proposers.again,
            self._settled,
        )
        await self._replayed.run()
        self._replayed = None
        await self.journal.post(*means.proposers.changes())
        try:
            commands = await means.proposers.isolation(self._found)
        except sandbox.SandboxUnavailable as error:
            raise InfrastructureDown(str(error)) from error
        if commands != self._commands:  # the recording ended with others than it began with
            self._commands = commands
            await self.journal.post(ev.IsolationTried(self._told()))

    def _start(self, number: LineageId, means: Means) -> None:
        created = self.journal.session.lineages[number].created
        runner = Runner(
            number,
            means.task,
            self.journal,
            means.verifications,
            strategy(created.strategy, created.strategy_options),
            means.proposers.make(created),
            self._settled,
            means.turns,
        )
        self._runners[number] = runner
        if self._group is not None:
            self._group.create_task(runner.run())

    def _settled(self) -> None:
        """A lineage came to rest: the session may be finished, or stuck."""
        if self._replayed is None and all(runner.over for runner in self._runners.values()):
            lineages = self.journal.session.lineages.values()
            speechless = [x.stop_detail for x in lineages if x.stopped in UNABLE]
            self.shutdown(*(("interrupted", speechless[0]) if speechless else ("finished",)))
        elif not self._attended:
            resting = [x for x in self.journal.session.lineages.values() if x.stopped is None]
            if all(x.state == "paused" and x.paused_by == "engine" for x in resting):
                self.shutdown("interrupted", resting[0].pause_reason)

    async def _heartbeat(self) -> None:
        while True:
            before = self.journal.session.seq
            await asyncio.sleep(HEARTBEAT_SECONDS)
            if self.journal.session.seq == before and self.journal.clock.running:
                self.journal.post(ev.Heartbeat())

    def _turns(self) -> Turns | None:
        """Return who gives out turns. Raises `ValueError` for an allocator that nobody knows."""
        chosen = allocator(self.journal.session.facts.allocation)
        return None if chosen is None else Turns(self.journal, chosen, self._wake)

    def _some(self, numbers: Iterable[LineageId]) -> list[Runner]:
        return [self._runners[x] for x in numbers if x in self._runners]

    def _wake(self, numbers: Iterable[LineageId]) -> None:
        for runner in self._some(numbers):
            runner.wake()

    def _crew(self, means: Means) -> Crew:
        def forked(
            source: ev.LineageCreated, strategy_name: str | None, proposer_name: str | None
        ) -> ev.LineageCreated:
            if strategy_name is not None:
                name, options = settled(read(strategy_name), means.task)
                source = msgspec.structs.replace(source, strategy=name, strategy_options=options)
            return means.proposers.forked(source, proposer_name)

        def wake(numbers: Iterable[LineageId]) -> None:
            if self._replayed is not None:
                self._replayed.wake()
            self._wake(numbers)

        def abort(numbers: Iterable[LineageId]) -> None:
            for runner in self._some(numbers):
                runner.abort()

        return Crew(
            wake=wake,
            abort=abort,
            start=lambda number: self._start(number, means),
            shutdown=self.shutdown,
            forked=forked,
            refuse_limits=means.proposers.refuse_limits,
        )


class Means(NamedTuple):
    """What the lineages of a session work with."""

    task: Task
    verifications: Verifications
    proposers: Proposers
    turns: Turns | None
    """Who gives the lineages their turns; None where each has its share in advance."""


class _Over(Exception):
    """Leaves the task group: everything in it is cancelled."""
