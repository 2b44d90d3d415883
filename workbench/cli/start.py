"""Commands that run a search: home, demo, run, resume, attach."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from workbench.cli import DONE, FAILED, INTERRUPTED, CommandFailed, UsageError
from workbench.cli.limits import read_limits
from workbench.cli.sessions import pick
from workbench.engine.create import Settings, create_session
from workbench.formats.error import TaskError
from workbench.formats.load import load
from workbench.model.limits import Limits
from workbench.store import StoreError, default_root

DEMO_TASK = "circle-packing"

Follow = Callable[..., Awaitable[None]]


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
    settings = _settings(arguments)
    try:
        loaded = load(arguments.task)
    except TaskError as error:
        raise UsageError(str(error)) from None
    for warning in loaded.warnings:
        print(f"workbench: {warning}", file=sys.stderr)
    try:
        directory = asyncio.run(create_session(default_root(), loaded.task, settings))
    except (StoreError, OSError) as error:
        raise CommandFailed(str(error)) from None
    return _go(directory, arguments, None)


def resume(arguments: argparse.Namespace) -> int:
    """Go on with a session."""
    directory = pick(arguments.session, lambda one: one.state != "finished")
    limits = read_limits(arguments.budget) if arguments.budget else None
    return _go(directory, arguments, limits)


def attach(arguments: argparse.Namespace) -> int:
    """Watch a session that runs, or read one that does not."""
    directory = pick(arguments.session, lambda one: one.holder is not None)
    display = _display(arguments.display)
    if display == "tui":
        return _tui(directory)
    return asyncio.run(_watch(directory, display))


def _settings(arguments: argparse.Namespace) -> Settings:
    from workbench.propose.registry import proposer
    from workbench.search.registry import strategy

    try:
        strategy(arguments.strategy)
        proposer(arguments.proposer)
    except ValueError as error:
        raise UsageError(str(error)) from None
    return Settings(
        lineages=arguments.lineages,
        strategy=arguments.strategy,
        proposer=arguments.proposer,
        seed=arguments.seed,
        limits=read_limits(arguments.budget),
        target=arguments.target,
        on_finish=arguments.on_finish,
        sandbox=arguments.sandbox,
    )


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _display(asked: str) -> str:
    if asked == "auto":
        return "tui" if _on_terminal() else "plain"
    if asked == "tui" and not _on_terminal():
        raise UsageError("the terminal UI needs a terminal; use --display plain or json")
    return asked


def _go(directory: Path, arguments: argparse.Namespace, limits: Limits | None) -> int:
    """Run the session: in a process of its own under the TUI, else right here."""
    display = _display(arguments.display)
    if not arguments.detach and display != "tui":
        return asyncio.run(_run_here(directory, display, arguments.slots, limits))
    from workbench.engine.spawn import EngineNotStarted, spawn

    try:
        pid = asyncio.run(spawn(directory, limits, arguments.slots))
    except EngineNotStarted as error:
        raise CommandFailed(f"{error}\n{_how_to_resume(directory)}") from None
    if arguments.detach:
        print(f"Engine {pid} runs {directory}")
        print(f"Watch it: workbench attach {directory.name}")
        return DONE
    return _tui(directory)


def _tui(directory: Path | None) -> int:
    from workbench.display.desk import Desk
    from workbench.display.tui import run_app

    farewell = asyncio.run(run_app(Desk(), None if directory is None else str(directory)))
    for said in farewell.lines():
        print(said)
    return DONE


def _front_end(display: str) -> Follow:
    if display == "json":
        from workbench.display.jsonl import follow
    else:
        from workbench.display.plain import follow
    return follow


async def _watch(directory: Path, display: str) -> int:
    from workbench.engine.client import SessionFeed

    try:
        feed = await SessionFeed.open(directory)
    except StoreError as error:
        raise CommandFailed(str(error)) from None
    try:
        await _front_end(display)(feed, directory, sys.stdout)
    finally:
        await feed.aclose()
    return DONE


async def _run_here(directory: Path, display: str, slots: int | None, limits: Limits | None) -> int:
    """Host the engine in this process; ctrl+c and SIGTERM make a clean checkpoint."""
    from workbench.engine.engine import Engine
    from workbench.engine.host import EXPECTED, Host
    from workbench.engine.local import LocalFeed
    from workbench.store import Reader

    followers: list[asyncio.Task[None]] = []
    signalled: list[int] = []

    def on_open(engine: Engine) -> None:
        feed = LocalFeed(engine, Reader(directory))
        follow = _front_end(display)(feed, directory, sys.stdout)
        followers.append(asyncio.ensure_future(follow))

    host = Host(directory, slots=slots, attended=False, on_open=on_open)
    running = asyncio.ensure_future(host.run(limits))

    def checkpoint(number: int) -> None:
        signalled.append(number)
        if host.engine is None:
            running.cancel()
        else:
            host.engine.shutdown()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, checkpoint, number)
    try:
        closed = await running
    except asyncio.CancelledError:
        print(_how_to_resume(directory), file=sys.stderr)
        return INTERRUPTED
    except EXPECTED as error:
        raise CommandFailed(f"{error}\n{_how_to_resume(directory)}") from None
    finally:
        await asyncio.gather(*followers)
    if closed.reason == "finished":
        return DONE
    print(f"{closed.detail}\n{_how_to_resume(directory)}".strip(), file=sys.stderr)
    return INTERRUPTED if signalled else FAILED


def _how_to_resume(directory: Path) -> str:
    where = directory.name if directory.parent == default_root() else str(directory)
    return f"Resume: workbench resume {where}"
