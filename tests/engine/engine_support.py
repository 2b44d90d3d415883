"""A tiny task, a proposer that a test can hold, and a way to run sessions in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from workbench.engine.create import Settings, create_session
from workbench.engine.engine import Engine
from workbench.engine.host import Host
from workbench.engine.local import LocalControl, LocalFeed
from workbench.formats.harbor import parse
from workbench.model import event as ev
from workbench.model.candidate import Candidate
from workbench.model.limits import Limits, Spend
from workbench.model.session import Session
from workbench.model.task import Task
from workbench.propose.proposer import Proposal, Reporter, Request
from workbench.store import Reader

TASK_TOML = """
schema_version = "1.4"
[metadata]
author_name = "tests"
[metadata.workbench]
editable = ["solve.py"]
run = ["python3", "-S", "solve.py"]
outputs = ["out.json"]
direction = "maximize"
score_name = "height"
baseline = -5.0
verification = "output"
[verifier]
timeout_sec = 10.0
[environment]
cpus = 1
memory_mb = 512
storage_mb = 64
"""

SOLVE = """\
EAST = 1.0
NORTH = 2.0
with open("out.json", "w") as out:
    out.write(f'{{"a": {EAST!r}, "b": {NORTH!r}}}')
"""

VERIFY = """\
import json, pathlib
try:
    point = json.loads(pathlib.Path("/app/out.json").read_text())
    reward = -(point["a"] - 2) ** 2 - (point["b"] - 4) ** 2
    record = {"reward": reward, "feasible": 1}
except (ValueError, KeyError, TypeError):
    record = {"reward": 0, "feasible": 0}
pathlib.Path("/logs/verifier/reward.json").write_text(json.dumps(record))
"""

BUNDLE = {
    "task.toml": TASK_TOML.encode(),
    "instruction.md": b"# Hill\n\nFind the top.\n",
    "environment/Dockerfile": b"FROM scratch\n",
    "environment/app/solve.py": SOLVE.encode(),
    "tests/test.sh": b"#!/bin/sh\npython3 solve.py\npython3 /tests/verify.py\n",
    "tests/verify.py": VERIFY.encode(),
}


def tiny_task(**files: bytes) -> Task:
    """The hill, with some files of its bundle replaced."""
    task, _ = parse({**BUNDLE, **files}, "hill")
    return task


async def new_session(root: Path, task: Task | None = None, **chosen: object) -> Path:
    """Create a session of the tiny task: two lineages, twelve evaluations."""
    settings = Settings(lineages=2, limits=Limits(evaluations=12))
    return await create_session(
        root, task or tiny_task(), msgspec.structs.replace(settings, **chosen)
    )


def stored(directory: Path) -> Session:
    """What the file says."""
    with Reader(directory) as reader:
        return Session(reader.records())


def events(directory: Path) -> list[ev.AnyEvent]:
    """Every event of the file."""
    with Reader(directory) as reader:
        return [record.event for record in reader.records()]


def sequence(directory: Path, lineage: int) -> list[tuple[object, ...]]:
    """A lineage's own story: (move, candidate digest, reward) in order."""
    session = stored(directory)
    moves = {
        e.step: e
        for e in events(directory)
        if isinstance(e, ev.MoveChosen) and e.lineage == lineage
    }
    told: list[tuple[object, ...]] = []
    for node in session.lineages[lineage].candidates.values():
        if node.lineage == lineage and node.proposer != "person":
            digests = tuple(session.candidates[x].digest for x in node.parents)
            told.append((node.step, moves[node.step].operator, digests, node.digest, node.reward))
    return told


class Running:
    """A session at work in this process."""

    def __init__(self, host: Host, feed: LocalFeed, task: asyncio.Task[ev.EngineClosed]) -> None:
        self.host = host
        self.feed = feed
        self.task = task
        assert host.engine is not None
        self.engine: Engine = host.engine
        self.control = LocalControl(self.engine)
        self._updates = feed.updates()

    async def until(self, wanted: Callable[[ev.AnyEvent], bool]) -> ev.AnyEvent:
        """Follow the feed up to the first event that is `wanted`."""
        async for update in self._updates:
            if isinstance(update, ev.Record) and wanted(update.event):
                return update.event
        raise AssertionError("the feed ended first")

    async def end(self) -> ev.EngineClosed:
        """Wait for the engine's own end."""
        return await self.task


@asynccontextmanager
async def running(directory: Path, **options: bool | int) -> AsyncIterator[Running]:
    """Run the session; leave the block to shut it down."""
    feeds: list[LocalFeed] = []
    opened = asyncio.Event()
    readers: list[Reader] = []

    def on_open(engine: Engine) -> None:
        readers.append(Reader(directory))
        feeds.append(LocalFeed(engine, readers[0]))
        opened.set()

    host = Host(directory, on_open=on_open, **options)  # type: ignore[arg-type]
    task = asyncio.ensure_future(host.run())
    waiting = asyncio.ensure_future(opened.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if task.done():
        await task
    try:
        yield Running(host, feeds[0], task)
    finally:
        if host.engine is not None:
            host.engine.shutdown()
        await asyncio.gather(task, return_exceptions=True)
        for reader in readers:
            reader.close()


async def finish(directory: Path, **options: bool | int) -> ev.EngineClosed:
    """Run the session to its end."""
    async with running(directory, **options) as run:
        return await run.end()


class Gated:
    """A proposer that a test holds: it waits before every answer. EAST is the step's number."""

    name = "gated"
    label = "gated (test)"
    free = True
    arrived: asyncio.Queue[Request]
    tickets: asyncio.Queue[None]

    def __init__(self, seed: int, lineage: int) -> None:
        self.seen: list[Candidate] = []

    @classmethod
    def reset(cls) -> None:
        """Begin anew on this test's event loop."""
        cls.arrived = asyncio.Queue()
        cls.tickets = asyncio.Queue()

    def reserve(self, request: Request) -> Spend:
        return Spend(proposals=1)

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        self.arrived.put_nowait(request)
        await self.tickets.get()
        text = SOLVE.replace("EAST = 1.0", f"EAST = {request.step / 100}")
        advice = "; ".join(hint.text for hint in request.hints)
        return Proposal({"solve.py": text.encode()}, f"EAST {request.step}", hint_note=advice)

    def observe(self, candidate: Candidate) -> None:
        self.seen.append(candidate)


class Paid(Gated):
    """The same, but every call costs money."""

    name = "paid"
    free = False

    def reserve(self, request: Request) -> Spend:
        return Spend(proposals=1, tokens=100, usd=0.25)

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        proposal = await super().propose(request, reporter)
        return msgspec.structs.replace(proposal, spend=Spend(proposals=1, tokens=40, usd=0.1))
