"""Commands that run a search: home, demo, run, resume, attach."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from workbench.cli import DONE, CommandFailed, UsageError, command
from workbench.cli.front import front_end
from workbench.cli.limits import raise_limits, read_limits
from workbench.cli.models import changed, chosen
from workbench.cli.plan import plan
from workbench.cli.sessions import (
    engine_of,
    how_to_extend,
    how_to_resume,
    how_to_watch,
    is_finished,
    pick,
    reading,
)
from workbench.engine.launch import Launch
from workbench.store import StoreError, default_root

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
    display_of(arguments.display)  # refused before a session is made
    planned = plan(arguments)
    try:
        made = asyncio.run(planned.create(default_root()))
    except StoreError as error:
        raise CommandFailed(str(error)) from None
    return go(made.absolute(), arguments, planned.launch)


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
    display = display_of(arguments.display)
    if display == "tui":
        return _tui(directory)
    return asyncio.run(_watch(directory, display))


def _on_terminal() -> bool:
    if os.environ.get("TEXTUAL_DRIVER"):
        return True  # whoever chose it shows the screen: `workbench serve`, say
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def display_of(asked: str) -> str:
    """Return the display that was asked for. Raises `UsageError` for one that needs a terminal."""
    if asked == "auto":
        return "tui" if _on_terminal() else "plain"
    if asked == "tui" and not _on_terminal():
        raise UsageError("the terminal UI needs a terminal; use --display plain or json")
    return asked


def go(directory: Path, arguments: argparse.Namespace, launch: Launch) -> int:
    """Run the session: in a process of its own under the TUI, else right here."""
    display = display_of(arguments.display)
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
    from workbench.cli.desk import FullDesk
    from workbench.display.tui import run_app

    farewell = asyncio.run(run_app(FullDesk(), None if directory is None else str(directory)))
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
