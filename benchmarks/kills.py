"""One engine killed and resumed: what was promised before, and what is there in the end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from engine_support import events, finish, new_session, sequence, stored
from processes import alive, descendants

from benchmarks.common import ROOT, reap_orphans
from workbench.engine.client import SessionFeed
from workbench.engine.host import EXPECTED
from workbench.model import event as ev
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Verdict

LINEAGES = 2
EVALUATIONS = 16
_SEED = 3
_GRACE_SECONDS = 1.0
_CRASH_HOST = ROOT / "tests" / "engine" / "crash_host.py"

Verdicts = dict[int, Verdict]
Story = dict[int, list[tuple[object, ...]]]


class Case(NamedTuple):
    """How one engine dies."""

    name: str
    delay: float | None = None
    """Seconds from its start to the kill; None where it kills itself."""
    group: bool = False
    """Kill its whole process group, not itself alone."""
    point: tuple[str, str, str] | None = None
    """Where it kills itself: the arguments of tests/engine/crash_host.py."""


class Undisturbed(NamedTuple):
    """The same session when nothing goes wrong."""

    story: Story
    spent: Spend
    seconds: float
    """From the start of the engine's process to its end."""


class Result(NamedTuple):
    """What came of one case; every number but the last two counts faults."""

    lost: int = 0
    """Verdicts announced or committed before the kill that are missing or different now."""
    doubled: int = 0
    """Candidates made or judged more than once."""
    alive: int = 0
    """Processes of the engine still there one second after the kill."""
    budget: int = 0
    """1 if what was spent is not what the undisturbed session spent."""
    story: int = 0
    """1 if a lineage made other candidates, or in another order."""
    refused: int = 0
    """1 if the session could not be resumed."""
    verdicts: int = 0
    """Verdicts that were there at the kill."""
    gone: float = 0.0
    """Seconds from the kill until no process was left."""

    @property
    def faults(self) -> int:
        """Sum of everything that must not be."""
        return sum(self[:6])


async def session(root: Path) -> Path:
    """Make the session of every case: always the same."""
    limits = Limits(evaluations=EVALUATIONS)
    return await new_session(root, lineages=LINEAGES, seed=_SEED, limits=limits)


async def undisturbed(root: Path) -> Undisturbed:
    """Run the session in a process of its own, and let it."""
    directory = await session(root)
    begun = time.perf_counter()
    process = _start(directory, None)
    with process:
        await asyncio.to_thread(process.wait)
    return Undisturbed(_story(directory), stored(directory).spent, time.perf_counter() - begun)


async def killed(root: Path, case: Case, expected: Undisturbed) -> Result | None:
    """Kill an engine, resume its session here, and compare; None if it finished before the kill.

    Raises `RuntimeError` if the engine ended by a fault of its own instead.
    """
    directory = await session(root)
    process = _start(directory, case.point)
    with process:
        watching = asyncio.ensure_future(_watch(directory, process))
        if case.delay is not None:
            await asyncio.sleep(case.delay)
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if case.group else os.kill)(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait)
        at = time.monotonic()
        left = await _outlive(at)
        gone = time.monotonic() - at
        announced = await watching
    if process.returncode == 0:
        return None
    if process.returncode != -signal.SIGKILL:
        raise RuntimeError(f"{case.name}: the engine ended with {process.returncode} by itself")
    promised = {**_verdicts(events(directory)), **announced}
    counts = Result(alive=left, verdicts=len(promised), gone=gone)
    try:
        await finish(directory)
    except EXPECTED as error:
        print(f"  resume refused: {error}", file=sys.stderr)
        return counts._replace(refused=1, lost=len(promised))
    return _compare(directory, promised, expected, counts)


def _start(directory: Path, point: tuple[str, str, str] | None) -> subprocess.Popen[str]:
    script = ["-m", "workbench.engine.host"] if point is None else [str(_CRASH_HOST)]
    return subprocess.Popen(
        [sys.executable, *script, str(directory), *(point or ())],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


async def _watch(directory: Path, process: subprocess.Popen[str]) -> Verdicts:
    """Follow the session as a viewer does, from when the engine serves until it is dead."""
    assert process.stdout is not None
    if not await asyncio.to_thread(process.stdout.readline):
        return {}
    feed = await SessionFeed.open(directory)
    try:
        before = [x for x in feed.session.candidates.values() if x.verdict is not None]
        seen = {candidate.id: candidate.verdict for candidate in before if candidate.verdict}
        async for update in feed.updates():
            if isinstance(update, ev.Record):
                seen |= _verdicts([update.event])
    finally:
        await feed.aclose()
    return seen


def _verdicts(told: Iterable[ev.AnyEvent]) -> Verdicts:
    return {e.candidate: e.verdict for e in told if isinstance(e, ev.VerdictReached)}


async def _outlive(since: float) -> int:
    """Wait until no descendant runs, one second at most; end and count those that still do.

    This process adopts orphans, so whatever the engine left behind is among its descendants.
    """
    while left := alive(descendants(os.getpid())):
        if time.monotonic() - since > _GRACE_SECONDS:
            break
        await asyncio.sleep(0.005)
    for pid, _ in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(reap_orphans)
    return len(left)


def _compare(directory: Path, promised: Verdicts, expected: Undisturbed, counts: Result) -> Result:
    told = events(directory)
    final = _verdicts(told)
    judged = Counter(e.candidate for e in told if isinstance(e, ev.VerdictReached))
    made = Counter(e.candidate for e in told if isinstance(e, ev.ProposalMade))
    spent = stored(directory).spent
    exact = spent == expected.spent and sum(judged.values()) == EVALUATIONS
    return counts._replace(
        lost=sum(final.get(number) != verdict for number, verdict in promised.items()),
        doubled=sum(times > 1 for times in (*judged.values(), *made.values())),
        budget=int(not exact),
        story=int(_story(directory) != expected.story),
    )


def _story(directory: Path) -> Story:
    return {number: sequence(directory, number) for number in range(1, LINEAGES + 1)}
