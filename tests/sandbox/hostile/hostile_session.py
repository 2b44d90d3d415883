"""Run hostile programs on two leases at once, and report every fault and everything left behind.

As a script it takes one JSON object of `Plan`'s fields and prints the report as JSON, so that an
ordinary user can run it too.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field

from hostile_census import Census, Idle, adopt_orphans, containers
from hostile_programs import MIB, Hostile, programs

import sandbox
from sandbox import Execution, Job, Lease, Limits, Outcome, Spec

LEASES = 2
SETTLE_SECONDS = 10.0
_SLACK_SECONDS = 10.0
_CANARY = "import os; open('out', 'w').write(open('in').read()); print(sorted(os.listdir('.')))"
_CANARY_JOB = Job(
    ("python3", "-S", "-B", "/app/canary.py"),
    {"/app/canary.py": _CANARY.encode(), "/app/in": b"sing"},
    ("/app/out",),
    Limits(wall_seconds=30, cpu_seconds=30),
)


@dataclass(frozen=True)
class Plan:
    """What to run."""

    backend: str = "bubblewrap"
    seed: int = 1
    count: int = 100
    warm: bool = True
    wall_seconds: float = 0.4
    honest_every: int = 5
    """After how many hostile programs of a lease an honest one must find all in order."""
    tolerance_bytes: int = 256 * MIB
    """How much less memory and disk the whole machine may have afterwards."""


@dataclass
class Report:
    """What came of it."""

    runs: int = 0
    warm: int = 0
    """How many were forked from a running interpreter."""
    honest: int = 0
    seconds: float = 0.0
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Theme -> outcome -> how often."""
    faults: list[str] = field(default_factory=list)
    """Failures of the sandbox itself, and outcomes that a program cannot have earned."""
    left: list[str] = field(default_factory=list)
    """What was there afterwards and not before."""
    memory_bytes: int = 0
    """How much less memory was available afterwards, of the whole machine."""
    disk_bytes: int = 0

    def note(self, hostile: Hostile, execution: Execution) -> None:
        """Count one run, and what is wrong with it."""
        self.runs += 1
        self.warm += execution.warm
        counts = self.outcomes.setdefault(hostile.theme, {})
        counts[execution.outcome] = counts.get(execution.outcome, 0) + 1
        where = f"#{hostile.number} ({hostile.name})"
        self.faults += [f"{where}: {words}" for words in _wrong(hostile, execution)]

    def totals(self) -> Counter[str]:
        """Return outcome -> how often, over all themes."""
        return sum((Counter(counts) for counts in self.outcomes.values()), Counter())


async def session(plan: Plan) -> Report:
    """Carry `plan` out; call it with nothing else running in this process.

    Raises ValueError for a backend that isolates nothing: this machine would be the victim.
    """
    if plan.backend == "process":
        raise ValueError("the process backend isolates nothing; hostile programs need more")
    backend = sandbox.backend(plan.backend)
    await backend.probe()
    report = Report()
    todo = iter(programs(plan.seed, plan.count, plan.wall_seconds))
    before = Census.take()
    begun = time.monotonic()
    uids: set[int] = set()
    async with AsyncExitStack() as stack:
        leases = [
            await stack.enter_async_context(await backend.open(Spec(warm=plan.warm)))
            for _ in range(LEASES)
        ]
        for lease in leases:
            uids.update(_uids(lease))
            await _honest(lease, report, "at first")
        idle = await _steady()
        async with asyncio.TaskGroup() as group:
            for lease in leases:
                group.create_task(_work(lease, plan, todo, report))
        for lease in leases:
            await _honest(lease, report, "at last")
            uids.update(_uids(lease))
        report.left += await _settled(lambda: Idle.take().grown_since(idle))
    report.seconds = time.monotonic() - begun
    if plan.backend == "docker":
        report.left += await containers()
    report.left += await _settled(
        lambda: Census.take(uids).left_since(before, plan.tolerance_bytes)
    )
    after = Census.take()
    report.memory_bytes = before.memory - after.memory
    report.disk_bytes = before.disk - after.disk
    return report


async def _work(lease: Lease, plan: Plan, todo: Iterator[Hostile], report: Report) -> None:
    for at, hostile in enumerate(todo, 1):
        report.note(hostile, await lease.run(hostile.job))
        if at % plan.honest_every == 0:
            await _honest(lease, report, f"after #{hostile.number} ({hostile.name})")


async def _settled(look: Callable[[], list[str]]) -> list[str]:
    """Return what `look` still finds when there has been time for it to go."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (left := look()) and time.monotonic() < deadline:  # noqa: ASYNC110 (no event tells)
        await asyncio.sleep(0.005)
    return left


async def _steady(looks: int = 20) -> Idle:
    """Return what open leases hold once that no longer changes: they prepare their next run."""
    idle, equal = Idle.take(), 0
    while equal < looks:
        await asyncio.sleep(0.005)
        now = Idle.take()
        idle, equal = now, equal + 1 if now == idle else 0
    return idle


def _uids(lease: Lease) -> set[int]:
    uid = getattr(lease, "opened", {}).get("uid")
    return set() if uid is None else {uid}


async def _honest(lease: Lease, report: Report, when: str) -> None:
    report.honest += 1
    execution = await lease.run(_CANARY_JOB)
    found = (execution.outcome, execution.exit_code, execution.stdout)
    output = execution.collected.get("/app/out")
    if found != (Outcome.exited, 0, b"['canary.py', 'in', 'out']\n") or output.data != b"sing":
        said = execution.stderr[-200:]
        report.faults.append(f"an honest program {when}: {found} {execution.detail} {said!r}")


def _wrong(hostile: Hostile, execution: Execution) -> Iterator[str]:
    limits = hostile.job.limits
    if execution.outcome not in hostile.outcomes:
        yield f"{execution.outcome}, exit {execution.exit_code}, {execution.detail}"
    kept = len(execution.stdout) + len(execution.stderr)
    if kept > limits.output_bytes:
        yield f"{kept} bytes of output were kept, {limits.output_bytes} allowed"
    sizes = [len(output.data) for output in execution.collected.values() if output.data]
    if sum(sizes) > limits.disk_bytes or max(sizes, default=0) > limits.file_bytes:
        yield f"files of {sum(sizes)} bytes were collected, {limits.disk_bytes} allowed"
    if execution.wall_seconds > limits.wall_seconds + _SLACK_SECONDS:
        yield f"it ran for {execution.wall_seconds:.1f} s, {limits.wall_seconds:.1f} s allowed"


if __name__ == "__main__":
    adopt_orphans()
    print(json.dumps(asdict(asyncio.run(session(Plan(**json.loads(sys.argv[1])))))))
