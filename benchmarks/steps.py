"""One run of the engine in this process, measured; with the real verifier or a stub."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from engine_support import new_session
from msgspec.structs import replace

from benchmarks.common import children_cpu, load, own_cpu
from workbench.engine.engine import Engine
from workbench.engine.host import Host
from workbench.engine.hub import Watcher
from workbench.engine.launch import Launch
from workbench.model import event as ev
from workbench.model.candidate import digest_of
from workbench.model.limits import Limits
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.store.schema import FILE_NAME
from workbench.verify.outcome import Stage
from workbench.verify.verifier import Verification

_CONSTANT = re.compile(rb"^(EAST|NORTH) *= *(\S+)", re.MULTILINE)


class Mark(NamedTuple):
    """The moment a verdict was announced."""

    wall: float
    cpu: float
    """CPU seconds of this process so far."""


class Run(NamedTuple):
    """What one run of the engine cost."""

    evaluations: int
    """All of the run."""
    rate: float
    """Evaluations per second between the first and the last verdict."""
    engine_ms: float
    """CPU of this process per evaluation, between the first and the last verdict."""
    sandbox_ms: float
    """CPU of all other processes per evaluation; their start and end included."""
    stored: float
    """Growth of the session's file per evaluation, in bytes, after the checkpoint."""
    load: float

    @property
    def wall_ms(self) -> float:
        """Wall milliseconds per evaluation."""
        return 1000 / self.rate


class Stub:
    """A verifier that reads the hill's height off the program's text: no process at all."""

    def __init__(self, task: Task, backend: object) -> None:
        """Take what a `Verifier` takes."""
        self.task = task
        self._digest = task.verifier_digest

    async def open(self) -> None:
        """Nothing to open."""

    async def aclose(self) -> None:
        """Nothing to close."""

    async def verify(self, files: dict[str, bytes]) -> Verification:
        """Return the verdict that the real verifier would come to, with all that it stores."""
        blobs = {digest_of(b""): b""}
        verdict = Verdict(
            Outcome.INFEASIBLE,
            "a hard constraint is broken",
            stdout=digest_of(b""),
            stderr=digest_of(b""),
            seconds=0.0434343434,
            cpu_seconds=0.0543210987,
            max_rss=10469376,
            verifier=self._digest,
            verification="output",
            tier="namespaces",
        )
        values = dict(_CONSTANT.findall(files["solve.py"]))
        with suppress(KeyError, ValueError):
            reward = -((float(values[b"EAST"]) - 2) ** 2) - (float(values[b"NORTH"]) - 4) ** 2
            verdict = replace(
                verdict,
                outcome=Outcome.SCORED,
                message=f"height {reward:.10g}",
                score=reward,
                reward=reward,
            )
        return Verification(verdict, blobs, Stage.VERIFIER)


@contextmanager
def stubbed(stub: bool = True) -> Iterator[None]:
    """Let engines verify with `Stub` while the block runs, if asked."""
    if not stub:
        yield
        return
    with mock.patch("workbench.engine.engine.Verifier", Stub):
        yield


async def session(root: Path, lineages: int, evaluations: int) -> Path:
    """Make a session of the tests' tiny task that never gives up early."""
    limits = Limits(evaluations=evaluations)
    return await new_session(root, lineages=lineages, limits=limits, max_barren=1_000_000)


async def measure(directory: Path, *, evaluations: int | None = None, warm: int = 1) -> Run:
    """Run a session to its end and measure it; `evaluations` replaces its budget first.

    The first `warm` verdicts are left out of rate and CPU: they pay for the start.
    """
    file = directory / FILE_NAME
    size, children = file.stat().st_size, children_cpu()
    watched: list[asyncio.Task[list[Mark]]] = []

    def on_open(engine: Engine) -> None:
        watched.append(asyncio.ensure_future(_marks(engine.hub.watch())))

    limits = None if evaluations is None else Limits(evaluations=evaluations)
    host = Host(directory, Launch(limits=limits), attended=False, on_open=on_open)
    closed = await host.run()
    if closed.reason != "finished":
        raise SystemExit(f"the run ended early: {closed.detail or closed.reason}")
    marks = await watched[0]
    first, last = marks[warm - 1], marks[-1]
    steps = len(marks) - warm
    return Run(
        evaluations=len(marks),
        rate=steps / (last.wall - first.wall),
        engine_ms=1000 * (last.cpu - first.cpu) / steps,
        sandbox_ms=1000 * (children_cpu() - children) / len(marks),
        stored=(file.stat().st_size - size) / len(marks),
        load=load(),
    )


async def _marks(watcher: Watcher) -> list[Mark]:
    marks = []
    while (update := await watcher.queue.get()) is not None:
        if isinstance(update, ev.Record) and isinstance(update.event, ev.VerdictReached):
            marks.append(Mark(time.perf_counter(), own_cpu()))
    return marks
