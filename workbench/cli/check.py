"""Commands that check tasks: verify, tasks."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

import msgspec

import sandbox
from workbench.cli import DONE, FAILED, UsageError
from workbench.display import text
from workbench.formats.error import TaskError
from workbench.formats.load import Loaded, bundled, load
from workbench.model.doubt import doubt
from workbench.model.task import Task
from workbench.verify.preflight import Preflight, preflight
from workbench.verify.verifier import Verifier


def verify(arguments: argparse.Namespace) -> int:
    """Run the verifier once on the initial files and say who is at fault if it fails."""
    loaded = _load(arguments.task)
    found = asyncio.run(_preflight(loaded.task, arguments.sandbox))
    for warning in (*loaded.warnings, *found.warnings):
        print(f"workbench: {warning}", file=sys.stderr)
    if arguments.json:
        verdict = {} if found.verdict is None else msgspec.to_builtins(found.verdict)
        feasible = found.verdict is not None and found.verdict.feasible
        head = {"task": loaded.task.name, "ok": found.ok, "fault": found.fault}
        print(json.dumps({**head, **verdict, "feasible": feasible, "message": found.message}))
    else:
        _say(loaded.task, found)
    return DONE if found.ok else FAILED


def _say(task: Task, found: Preflight) -> None:
    if found.ok and found.verdict is not None and found.verdict.score is not None:
        score = text.with_unit(text.number(found.verdict.score), task.unit)
        took = text.duration(found.verdict.seconds)
        title, name = text.one_line(task.title), text.one_line(task.score_name)
        print(f"{title}: {name} {score}, feasible, {took}")
        for metric, value in found.verdict.metrics.items():
            print(f"  {text.one_line(metric)} {text.number(value)}")
        known = "" if task.best_known is None else f"best known {text.number(task.best_known)}"
        if doubted := doubt(task, found.verdict.score):
            print(f"  {doubted}")
        print(f"  {known}  verification {task.verification}, {found.verdict.tier}")
    else:
        said = text.clean(found.message)
        print(f"{text.one_line(task.title)}: the {found.fault} is at fault: {said}")


async def _preflight(task: Task, name: str) -> Preflight:
    backend = sandbox.backend(name, image=task.needs_image)
    capabilities = await backend.probe()
    if not capabilities.usable:
        problem = capabilities.problem or f"{capabilities.backend} does not work here"
        return Preflight(False, "environment", problem)
    async with Verifier(task, backend) as verifier:
        return await preflight(task, verifier)


def tasks(arguments: argparse.Namespace) -> int:
    """List the bundled tasks."""
    found = [_load(str(path)).task for path in bundled()]
    if arguments.json:
        rows = [
            {
                "name": task.name,
                "title": task.title,
                "category": task.category,
                "direction": str(task.direction),
                "baseline": task.baseline,
                "best_known": task.best_known,
                "verification": task.verification,
            }
            for task in found
        ]
        print(json.dumps(rows))
        return DONE
    for task in found:
        known = "–" if task.best_known is None else text.number(task.best_known)
        start = "–" if task.baseline is None else text.number(task.baseline)
        print(f"{task.name:<22} {task.direction} {task.score_name}: {start} → best known {known}")
        print(f"{'':<22} {task.title}")
    return DONE


def _load(name: str) -> Loaded:
    try:
        return load(name)
    except TaskError as error:
        raise UsageError(str(error)) from None
