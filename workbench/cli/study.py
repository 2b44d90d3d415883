"""The commands about studies: scaffold, check, run, resume, status."""

from __future__ import annotations

import argparse
import asyncio
import json
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from workbench.cli import DONE, FAILED, INTERRUPTED, CommandFailed, UsageError
from workbench.cli.cells import Cells
from workbench.cli.options import RUN_OPTIONS
from workbench.cli.start import display_of
from workbench.cli.warn import warn
from workbench.display import study as words
from workbench.store import holder
from workbench.study import example
from workbench.study.error import SpecError, StudyError
from workbench.study.place import SPEC, Study, again, begin, is_study, open_study
from workbench.study.running import Outcome, Running, Told
from workbench.study.status import Watch

LOG = "run.log"
"""What a run away from the terminal said, in the study's directory."""


def new(arguments: argparse.Namespace) -> int:
    """Print an example of a spec, or write it to a new file."""
    if arguments.file is None:
        print(example.TEXT, end="")
        return DONE
    path = Path(arguments.file)
    try:
        with path.open("x", encoding="utf-8") as out:
            out.write(example.TEXT)
    except FileExistsError:
        raise UsageError(f"{path} is there already; name a new file") from None
    print(f"{path}: a study that runs. Change it into yours, then:")
    for command in ("check", "run"):
        print(f"  workbench study {command} {path}")
    return DONE


def run(arguments: argparse.Namespace) -> int:
    """Begin the study of a spec, or go on with it."""
    file = Path(arguments.file)
    if is_study(file):
        raise UsageError(f"{file} is a study that was begun; go on: workbench study resume {file}")
    directory = Path(arguments.out) if arguments.out else _beside(file)
    try:
        study = begin(file, directory)
    except SpecError as error:
        raise UsageError(str(error)) from None
    except StudyError as error:
        raise CommandFailed(str(error)) from None
    return _run(study, arguments)


def resume(arguments: argparse.Namespace) -> int:
    """Go on with a study; interrupted cells are resumed, failed ones tried again."""
    return _run(opened(arguments.directory, again), arguments)


def status(arguments: argparse.Namespace) -> int:
    """Say how a study stands, cell by cell."""
    study = opened(arguments.directory)
    try:
        found = Watch(study).read()
    except StudyError as error:
        raise CommandFailed(str(error)) from None
    if arguments.json:
        print(msgspec.json.encode(found).decode())
        return DONE
    for line in words.status_lines(found):
        print(line)
    return DONE


def opened(directory: str, how: Callable[[Path], Study] = open_study) -> Study:
    """Open the study in `directory`. Raises `UsageError`."""
    try:
        return how(Path(directory))
    except StudyError as error:
        raise UsageError(str(error)) from None


def _beside(file: Path) -> Path:
    """Return where a study goes by default: the directory its spec lies in if that is one, else one
    called as the spec is."""
    here = file.name == SPEC and (file.parent / "sessions").is_dir()
    return file.parent if here else Path(file.stem)


def _run(study: Study, arguments: argparse.Namespace) -> int:
    display = display_of(arguments.display)
    if display == "tui" or arguments.detach:
        return _apart(study, arguments, display)
    as_json = display == "json"
    try:
        with study.held():
            cells = Cells(study, arguments, study.directory / SPEC)
            if not as_json:
                print(f"{study.name}: {len(study.grid)} cells, {cells.jobs} at once", flush=True)
            if study.spec.added:
                warn(words.added_line(study.spec.added))
            outcome = asyncio.run(_drive(study, cells, as_json))
    except StudyError as error:
        raise CommandFailed(str(error)) from None
    total = len(study.grid)
    if as_json:
        print(json.dumps({"kind": "ended", **outcome._asdict(), "cells": total}))
    else:
        print(words.outcome_line(outcome, total))
        after = f"Go on: {words.RESUME}" if outcome.finished < total else "Report: workbench report"
        print(f"{after} {shlex.quote(str(study.directory))}")
    if outcome.left:
        return INTERRUPTED
    return DONE if outcome.finished == total else FAILED


def _apart(study: Study, arguments: argparse.Namespace, display: str) -> int:
    """Run the study in a process of its own, away from the terminal, and show it if asked."""
    directory = shlex.quote(str(study.directory))
    argv = [sys.executable, "-m", "workbench", "study", "resume", str(study.directory.resolve())]
    argv += ["--display=plain"]
    argv += [f"--{x}={y}" for x in RUN_OPTIONS if (y := getattr(arguments, x)) is not None]
    log = study.directory / LOG
    with log.open("ab") as out:
        began = out.tell()
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    if not asyncio.run(_serves(study, process)):
        said = log.read_bytes()[began:].decode(errors="replace").strip()
        raise CommandFailed(said.removeprefix("workbench: ") or f"the run died; see {log}")
    if not arguments.detach:
        return _tui(study)
    if display == "json":
        print(json.dumps({"kind": "detached", "study": str(study.directory), "pid": process.pid}))
    else:
        print(f"Process {process.pid} runs {directory}")
        print(f"Watch it: workbench study watch {directory}")
    return DONE


async def _serves(study: Study, process: subprocess.Popen[bytes]) -> bool:
    """Wait until the process runs the study, or has run it; False if it failed before."""
    while process.poll() is None:
        runner = holder(study.directory)
        if runner is not None and runner.pid == process.pid:
            return True
        await asyncio.sleep(0.05)  # its lock tells nobody that it was taken
    return process.returncode == DONE


async def _drive(study: Study, cells: Cells, as_json: bool) -> Outcome:
    def tell(told: Told) -> None:
        if as_json:
            one = told.session
            said = {"kind": told.kind, "cell": told.cell.id, "task": told.cell.task}
            said |= {**told.cell.labels, "message": told.message}
            best = None if one is None else one.best_score
            print(json.dumps({**said, "seed": told.cell.seed, "best": best}), flush=True)
        else:
            print(words.told_line(study.spec, told), flush=True)

    running = Running(study, cells, cells.jobs, tell)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.shutdown)
    return await running.run()


def watch(arguments: argparse.Namespace) -> int:
    """Show a study in the terminal UI; whoever runs it goes on when the screen is left."""
    return _tui(opened(arguments.directory))


def _tui(study: Study) -> int:
    from workbench.cli.desk import FullDesk
    from workbench.display.tui import run_app

    farewell = asyncio.run(run_app(FullDesk(), None, Watch(study)))
    for said in (*farewell.lines(), *words.head_lines(Watch(study).read())):
        print(said)
    return DONE
