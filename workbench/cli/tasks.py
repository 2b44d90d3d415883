"""Commands on tasks: list the bundled ones, check one, begin a new one."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

import msgspec

import sandbox
from workbench.cli import DONE, FAILED, CommandFailed, UsageError
from workbench.cli.check import interpreter_of, read
from workbench.display import text
from workbench.formats.load import bundled
from workbench.formats.scaffold import write_task
from workbench.model.simulation import SIMULATION
from workbench.model.task import Task
from workbench.verify import answers, calls
from workbench.verify.check.finding import Check
from workbench.verify.check.suite import Effort
from workbench.verify.check.suite import check as check_task

GLYPHS = {"ok": "✔", "warn": "!", "fail": "✖", "skip": "–"}


def listing(arguments: argparse.Namespace) -> int:
    """List the bundled tasks."""
    found = [read(str(path)).task for path in bundled()]
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


def check(arguments: argparse.Namespace) -> int:
    """Try everything about a task; 1 where it fails a check."""
    loaded = read(arguments.task, own=interpreter_of(arguments))
    if loaded.task.verification == SIMULATION:
        raise UsageError("a simulation has no verifier to check")
    for warning in loaded.warnings:
        print(f"workbench: {warning}", file=sys.stderr)
    effort = Effort(arguments.repeats, max(0, arguments.mutants))
    found = asyncio.run(_check(loaded.task, arguments.sandbox, effort, arguments.json))
    if arguments.json:
        print(msgspec.json.encode({"task": loaded.task.name, "checks": found}).decode())
    return FAILED if any(one.state == "fail" for one in found) else DONE


async def _check(task: Task, name: str, effort: Effort, quiet: bool) -> list[Check]:
    backend = sandbox.backend(name, image=task.needs_image)
    found = []
    try:
        async for one in check_task(task, backend, effort):
            found.append(one)
            if not quiet:
                _say(one)
    except (sandbox.SandboxUnavailable, ValueError) as error:
        raise CommandFailed(str(error)) from None
    return found


def _say(one: Check) -> None:
    print(f"{GLYPHS[one.state]} {one.name:<15} {text.one_line(one.message)}", flush=True)
    for detail in one.details:
        print(f"    {text.one_line(detail)}")


def new(arguments: argparse.Namespace) -> int:
    """Write a small task that runs."""
    directory = Path(arguments.directory)
    used = [answers] if arguments.verification == "output" else [answers, calls]
    modules = {Path(str(x.__file__)).name: Path(str(x.__file__)).read_bytes() for x in used}
    try:
        write_task(directory, arguments.verification, modules)
    except FileExistsError:
        raise UsageError(f"{directory} is there already; name a new directory") from None
    except (OSError, ValueError) as error:
        raise CommandFailed(f"{directory} could not be written: {error}") from None
    print(f"{directory}: a task that runs. Change it into yours, and try it:")
    for command in ("verify", "tasks check", "run"):
        print(f"  workbench {command} {directory}")
    return DONE
