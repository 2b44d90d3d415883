"""The command that runs a task's verifier once, and how tasks are read."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping

import msgspec

import sandbox
from workbench.cli import DONE, FAILED, UsageError
from workbench.cli.steer import candidate_file
from workbench.display import text
from workbench.formats.error import TaskError
from workbench.formats.foreign.shared import is_of_imports
from workbench.formats.foreign.tuning import Tuning
from workbench.formats.load import Loaded, load
from workbench.model.doubt import doubt
from workbench.model.task import Task
from workbench.verify.interpreter import Interpreter, applied, find
from workbench.verify.preflight import Preflight, preflight
from workbench.verify.verifier import Verifier

FEEDBACK_LINES = 20


def verify(arguments: argparse.Namespace) -> int:
    """Run the verifier once and say who is at fault if it fails."""
    loaded = read(arguments.task, tuning_of(arguments), interpreter_of(arguments))
    editable = list(loaded.task.editable)
    given = dict(candidate_file(text, editable) for text in arguments.candidate)
    files = {path: content.encode() for path, content in given.items()}
    found = asyncio.run(_preflight(loaded.task, arguments.sandbox, files or None))
    for warning in (*loaded.warnings, *found.warnings):
        print(f"workbench: {warning}", file=sys.stderr)
    if arguments.json:
        verdict = {} if found.verdict is None else msgspec.to_builtins(found.verdict)
        feasible = found.verdict is not None and found.verdict.feasible
        head = {"task": loaded.task.name, "ok": found.ok, "fault": found.fault}
        tail = {"feasible": feasible, "message": found.message}
        said = found.feedback.decode(errors="replace")
        print(json.dumps({**head, **verdict, **tail, "feedback": said}))
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
        _print_feedback(found)
    else:
        said = text.clean(found.message)
        print(f"{text.one_line(task.title)}: the {found.fault} is at fault: {said}")
        _print_feedback(found)


def _print_feedback(found: Preflight) -> None:
    for line in text.clean(found.feedback.decode(errors="replace")).splitlines()[:FEEDBACK_LINES]:
        print(f"  | {line}")


async def _preflight(task: Task, name: str, files: Mapping[str, bytes] | None) -> Preflight:
    backend = sandbox.backend(name, image=task.needs_image)
    capabilities = await backend.probe()
    if not capabilities.usable:
        problem = capabilities.problem or f"{capabilities.backend} does not work here"
        return Preflight(False, "environment", problem)
    async with Verifier(task, backend) as verifier:
        return await preflight(task, verifier, files)


def tuning_of(arguments: argparse.Namespace) -> Tuning:
    """Return what was said of a task on the command line."""
    return Tuning(evaluate_timeout_sec=arguments.evaluate_timeout)


def interpreter_of(arguments: argparse.Namespace) -> Interpreter | None:
    """Return the interpreter that was named on the command line. Raises `UsageError`."""
    try:
        return None if arguments.python is None else find(arguments.python)
    except ValueError as error:
        raise UsageError(str(error)) from None


def read(name: str, tuned: Tuning | None = None, own: Interpreter | None = None) -> Loaded:
    """Return the task of that name or directory, with its programs run by `own`.

    Raises `UsageError` with all its problems.
    """
    try:
        loaded = load(name, tuned)
    except TaskError as error:
        raise UsageError(str(error)) from None
    if own is None:
        return loaded
    # What is missing beside the workbench may well be there.
    warnings = tuple(text for text in loaded.warnings if not is_of_imports(text))
    return Loaded(applied(loaded.task, own), warnings)
