"""Commands that run a search: home, demo, run, resume, attach."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from msgspec.structs import replace

from workbench.cli import DONE, CommandFailed, UsageError, command, simulation
from workbench.cli.check import interpreter_of, read, tuning_of
from workbench.cli.front import front_end
from workbench.cli.limits import raise_limits, read_limits
from workbench.cli.models import changed, check_budget, chosen
from workbench.cli.sessions import (
    engine_of,
    how_to_extend,
    how_to_resume,
    how_to_watch,
    is_finished,
    named,
    pick,
    reading,
)
from workbench.engine.create import Settings, complete, create_session
from workbench.engine.launch import Launch
from workbench.model.simulation import SIMULATION, Law
from workbench.propose.command.setup import COMMAND, CommandSetup
from workbench.propose.registry import REPLAY
from workbench.propose.setup import Setup
from workbench.store import Blob, StoreError, default_root

DEMO_TASK = "circle-packing"


def home(arguments: argparse.Namespace) -> int:
    """Open the home screen; without a terminal, say what there is."""
    if not _on_terminal():
        raise UsageError("no terminal here; see `workbench --help` for the commands")
    return _tui(None)


def demo(arguments: argparse.Namespace) -> int:
    """Run the main job on a bundled task."""
    arguments.task = DEMO_TASK
    return run(arguments)


def run(arguments: argparse.Namespace) -> int:
    """Start a new session."""
    setup = chosen(arguments)
    own = command.chosen(arguments)
    law = simulation.chosen(arguments)
    settings = _settings(arguments, setup or own, law)
    settings, blobs = _taped(settings, arguments.recording)
    _display(arguments.display)  # refused before a session is made
    python = interpreter_of(arguments)
    settings = replace(settings, python="" if python is None else python.version)
    loaded = read(arguments.task, tuning_of(arguments), python)
    limits = complete(settings.limits, loaded.task)
    check_budget(setup, limits)
    command.check_budget(own, limits)
    for warning in loaded.warnings:
        print(f"workbench: {warning}", file=sys.stderr)
    try:
        made = asyncio.run(create_session(default_root(), loaded.task, settings, blobs))
    except StoreError as error:
        raise CommandFailed(str(error)) from None
    launch = Launch(
        slots=arguments.slots,
        sandbox=arguments.sandbox,
        python=arguments.python,
        on_finish=arguments.on_finish,
        named=tuple(arguments.model),
        command=own,
    )
    return go(made.absolute(), arguments, launch)


def resume(arguments: argparse.Namespace) -> int:
    """Go on with a session."""
    directory = pick(arguments.session, lambda one: one.state != "finished")
    if engine_of(directory) is not None:
        raise CommandFailed(f"an engine runs this session already\n{how_to_watch(directory)}")
    limits = None
    if arguments.budget:
        with reading(directory) as (_, session):
            limits = raise_limits(session, read_limits(arguments.budget))
    elif is_finished(directory):
        raise CommandFailed(how_to_extend(directory))
    own = command.changed(arguments, directory)
    launch = Launch(
        limits=limits,
        slots=arguments.slots,
        sandbox=arguments.sandbox,
        python=arguments.python,
        on_finish=arguments.on_finish,
        # Models that are not asked any more need no key; options of theirs are a mistake.
        setup=changed(arguments, directory) if own is None else chosen(arguments),
        named=tuple(arguments.model),
        command=own,
    )
    return go(directory, arguments, launch)


def attach(arguments: argparse.Namespace) -> int:
    """Watch a session that runs, or read one that does not."""
    directory = pick(arguments.session, lambda one: one.holder is not None)
    display = _display(arguments.display)
    if display == "tui":
        return _tui(directory)
    return asyncio.run(_watch(directory, display))


def _settings(
    arguments: argparse.Namespace, setup: Setup | CommandSetup | None, law: Law | None
) -> Settings:
    from workbench.propose.registry import check
    from workbench.propose.setup import asks_models
    from workbench.search.allocate.registry import allocator
    from workbench.search.registry import read as strategy_of

    proposer = arguments.proposer or (Settings().proposer if setup is None else setup.name)
    if law is not None:
        proposer = SIMULATION
    if asks_models(proposer) != isinstance(setup, Setup):
        raise UsageError(f"--proposer {proposer}: models are named with --model alone")
    if (proposer == COMMAND) != isinstance(setup, CommandSetup):
        raise UsageError(f"--proposer {proposer}: a command is named with --command alone")
    try:
        strategy_of(arguments.strategy)
        allocator(arguments.allocator)
        check(proposer)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return Settings(
        lineages=arguments.lineages,
        strategy=arguments.strategy,
        proposer=proposer,
        options=simulation.recorded(law) if setup is None else setup.recorded(),
        seed=arguments.seed,
        limits=read_limits(arguments.budget),
        target=arguments.target,
        sandbox=arguments.sandbox,
        allocation=arguments.allocator,
    )


def _taped(settings: Settings, source: str | None) -> tuple[Settings, list[Blob]]:
    """Give a proposer that replays its recording. Raises `UsageError`."""
    if (settings.proposer == REPLAY) != (source is not None):
        raise UsageError("--proposer replay and --recording SESSION belong together")
    if source is None:
        return settings, []
    from workbench.engine.recording import NothingRecorded, tape

    try:
        made, blobs = tape(named(source))
    except (NothingRecorded, StoreError) as error:
        raise UsageError(f"--recording: {error}") from None
    return replace(settings, options=made.recorded()), blobs


def _on_terminal() -> bool:
    if os.environ.get("TEXTUAL_DRIVER"):
        return True  # whoever chose it shows the screen: `workbench serve`, say
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _display(asked: str) -> str:
    if asked == "auto":
        return "tui" if _on_terminal() else "plain"
    if asked == "tui" and not _on_terminal():
        raise UsageError("the terminal UI needs a terminal; use --display plain or json")
    return asked


def go(directory: Path, arguments: argparse.Namespace, launch: Launch) -> int:
    """Run the session: in a process of its own under the TUI, else right here."""
    display = _display(arguments.display)
    if not arguments.detach and display != "tui":
        from workbench.cli.here import run_here

        return run_here(directory, front_end(display), launch)
    from workbench.engine.spawn import EngineNotStarted, spawn

    try:
        pid = asyncio.run(spawn(directory, launch))
    except EngineNotStarted as error:
        raise CommandFailed(f"{error}\n{how_to_resume(directory)}") from None
    if not arguments.detach:
        return _tui(directory)
    if display == "json":
        print(json.dumps({"kind": "detached", "session": str(directory), "pid": pid}))
    else:
        print(f"Engine {pid} runs {directory}")
        print(how_to_watch(directory))
    return DONE


def _tui(directory: Path | None) -> int:
    from workbench.display.desk import Desk
    from workbench.display.tui import run_app

    farewell = asyncio.run(run_app(Desk(), None if directory is None else str(directory)))
    for said in farewell.lines():
        print(said)
    return DONE


async def _watch(directory: Path, display: str) -> int:
    from workbench.engine.client import SessionFeed

    try:
        feed = await SessionFeed.open(directory)
    except StoreError as error:
        raise CommandFailed(str(error)) from None
    try:
        await front_end(display)(feed, directory, sys.stdout)
    finally:
        await feed.aclose()
    return DONE
