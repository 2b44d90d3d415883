"""What a study would come to: cells, evaluations, time, dollars; nothing of it is begun."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import sandbox
from workbench.cli import DONE, FAILED, UsageError
from workbench.cli.cells import Cells
from workbench.display import text
from workbench.display.study import added_line, cell_line
from workbench.engine.slots import machine_slots
from workbench.model.simulation import SIMULATION
from workbench.model.task import Task
from workbench.study.error import StudyError
from workbench.study.grid import depth
from workbench.study.place import Study, locate, read
from workbench.verify.interpreter import applied, find
from workbench.verify.preflight import preflight
from workbench.verify.verifier import Verifier

SIMULATED_SECONDS = 0.003
"""One simulated evaluation through the engine."""
START_SECONDS = 0.5
"""What a cell takes beside its evaluations."""


class Estimate(NamedTuple):
    """What a study would come to on this machine."""

    cells: int
    evaluations: int
    seconds: float | None
    """Of evaluations alone; models take their own time. None where a task could not be tried."""
    usd: float | None
    """The most that it may cost; None where nothing bounds it."""
    of_tasks: dict[str, float]
    """Seconds of one evaluation."""
    problems: tuple[str, ...]
    """Why cells would fail."""


def check(arguments: argparse.Namespace) -> int:
    """Say what a study comes to, and which of its cells would fail; the tasks are tried."""
    file = Path(arguments.file)
    try:
        spec = read(file)
        study = Study(file.parent, spec, locate(spec, file))
    except StudyError as error:
        raise UsageError(str(error)) from None
    cells = Cells(study, arguments, file)
    found = asyncio.run(_estimate(study, cells, arguments))
    if arguments.json:
        print(json.dumps({**found._asdict(), "jobs": cells.jobs, "added": list(spec.added)}))
    else:
        for line in _lines(study, cells, found):
            print(line)
    return FAILED if found.problems else DONE


async def _estimate(study: Study, cells: Cells, arguments: argparse.Namespace) -> Estimate:
    spec, problems = study.spec, []
    tasks: dict[str, Task] = {}
    for cell in study.grid:
        if cell.seed != spec.seeds[0]:
            continue
        try:
            tasks[cell.task] = cells.begin(cell).task
        except StudyError as error:
            problems.append(f"{cell_line(spec, cell)}: {error}")
    times: dict[str, float] = {}
    for name, task in tasks.items():
        try:
            times[name] = await _seconds(task, arguments)
        except (StudyError, sandbox.SandboxUnavailable, ValueError) as error:
            problems.append(f"{name}: {error}")
    each = spec.limits.evaluations or 0
    counts = Counter(cell.task for cell in study.grid)
    seconds = None
    if len(times) == len(spec.tasks):
        at_once = min(cells.jobs * cells.slots, machine_slots())
        work = sum(counts[name] * each * taken for name, taken in times.items())
        seconds = work / at_once + len(study.grid) * START_SECONDS / cells.jobs
    return Estimate(
        len(study.grid), len(study.grid) * each, seconds, _dollars(study), times, tuple(problems)
    )


def _dollars(study: Study) -> float | None:
    spec = study.spec
    paid = sum(bool(cell.maker.models) for cell in study.grid)
    bounds = [spec.usd_total] if spec.usd_total is not None else []
    bounds += [paid * spec.limits.usd] if spec.limits.usd is not None else []
    return min(bounds, default=None) if paid else 0.0


async def _seconds(task: Task, arguments: argparse.Namespace) -> float:
    """Measure one evaluation of the initial files, the second one: the first warms up."""
    if task.verification == SIMULATION:
        return SIMULATED_SECONDS
    own = None if arguments.python is None else find(arguments.python)
    tried = task if own is None else applied(task, own)
    async with Verifier(
        tried, sandbox.backend(arguments.sandbox or "auto", image=task.needs_image)
    ) as verifier:
        found = await preflight(tried, verifier)
        if not found.ok:
            raise StudyError(f"the {found.fault} is at fault: {text.clean(found.message)}")
        began = time.perf_counter()
        await verifier.verify(tried.initial)
        return time.perf_counter() - began


def _lines(study: Study, cells: Cells, found: Estimate) -> list[str]:
    spec = study.spec
    shape = ", ".join(f"{width}×{depth(spec, width)}" for width in spec.widths)
    sizes = {
        "tasks": spec.tasks,
        "strategies": spec.strategies,
        "proposers": spec.makers,
        "allocators": spec.allocators,
        "widths": spec.widths,
        "seeds": spec.seeds,
    }
    always = ("tasks", "strategies", "seeds")
    several = {x: len(values) for x, values in sizes.items() if len(values) > 1 or x in always}
    grid = " × ".join(f"{count} {name}" for name, count in several.items())
    evaluations = text.count(found.evaluations)
    lines = [
        f"{spec.title or 'study'}: {found.cells} cells = {grid}",
        f"{evaluations} evaluations; lineages × depth: {shape}",
        added_line(spec.added),
    ]
    lines += [f"  {x}: {took * 1000:.0f} ms an evaluation" for x, took in found.of_tasks.items()]
    if found.seconds is not None:
        asks = any(maker.models for maker in spec.makers)
        more = ", and the models' own time" if asks else ""
        lines.append(f"about {text.duration(found.seconds)} at {cells.jobs} cells at once{more}")
    usd = (
        "without a bound: say usd in the budget" if found.usd is None else f"at most ${found.usd:g}"
    )
    lines.append(f"dollars: {usd}")
    lines += [f"would fail: {text.one_line(problem)}" for problem in found.problems]
    return [line for line in lines if line]
