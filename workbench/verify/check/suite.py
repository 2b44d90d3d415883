"""All checks of a task, one after the other."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import msgspec

from sandbox import Backend
from workbench.model.task import Task
from workbench.verify.check.figures import (
    check_baseline,
    check_noise,
    check_reference,
    check_time,
    measured,
    reference,
)
from workbench.verify.check.finding import Check, fail, ok, skip
from workbench.verify.check.judge import Judge
from workbench.verify.check.strictness import (
    Tried,
    cases,
    check_battery,
    check_mode,
    check_mutants,
    try_all,
)
from workbench.verify.preflight import preflight
from workbench.verify.verifier import Verifier


class Effort(msgspec.Struct, frozen=True):
    """How much to try."""

    repeats: int = 5
    """Verifications of the initial files and of the reference solution."""
    mutants: int = 100
    """Faults to put into the verifier, one at a time; 0 leaves that out."""


async def check(task: Task, backend: Backend, effort: Effort) -> AsyncIterator[Check]:
    """Yield what each check came to, as soon as it did. Raises `sandbox.SandboxUnavailable`."""
    slots = len(os.sched_getaffinity(0))
    yield check_mode(task)
    if task.verification == "shared":
        async for found in _shared(task, backend):
            yield found
        return
    async with AsyncExitStack() as stack:
        judges = [await stack.enter_async_context(Judge(task, backend)) for _ in range(slots)]
        judge = judges[0]
        baseline = await measured(judge, task.initial, effort.repeats)
        yield check_baseline(task, baseline)
        yield check_noise(task, baseline)
        solution = reference(task)
        best = None if solution is None else await measured(judge, solution, effort.repeats)
        yield check_reference(task, baseline, best)
        yield check_time([one for one in (baseline, best) if one is not None])
        usable = solution is not None and best is not None and not best.problem
        async for found in _strictness(judges, solution if solution and usable else None, effort):
            yield found


async def _strictness(
    judges: Sequence[Judge], solution: dict[str, bytes] | None, effort: Effort
) -> AsyncIterator[Check]:
    """Check the verifier with bad versions of the reference's answer, else of the initial one."""
    judge, task = judges[0], judges[0].task
    try:
        first = await judge.answer(task.initial)
        good = first if solution is None else await judge.answer(solution)
    except ValueError as error:
        yield fail("bad answers", f"there is no good one to make them of: {error}")
        return
    said = await judge.judge(good)
    bad = cases(task, good)
    tried = await try_all(judge, bad)
    yield check_battery(task, bad, tried, said)
    if not effort.mutants:
        yield skip("mutation score", "not asked for")
        return
    initial = Tried("the initial files' answer", first, await judge.judge(first))
    best = Tried("the good answer", good, said)
    yield await check_mutants(judges, [best, initial, *tried], effort.mutants)


async def _shared(task: Task, backend: Backend) -> AsyncIterator[Check]:
    """Check what can be checked where candidate and verifier are one program."""
    async with Verifier(task, backend) as verifier:
        found = await preflight(task, verifier)
    if not found.ok:
        yield fail("baseline", found.message)
    elif found.verdict is not None and found.verdict.score is not None:
        yield ok("baseline", f"{found.verdict.score:.10g}, feasible")
    why = "candidate and verifier are one program: there are no answers to put before it"
    yield skip("bad answers", why)
    yield skip("mutation score", why)
