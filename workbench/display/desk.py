"""Sessions and tasks as front ends get at them: list, open, resume, start."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from msgspec.structs import replace

from workbench.display import text
from workbench.display.opener import (
    Attached,
    Glance,
    GlanceRow,
    OpenFailed,
    OpenMode,
    SessionRow,
    StartOptions,
    TaskRow,
)
from workbench.engine.client import SessionFeed
from workbench.engine.command import Control
from workbench.engine.create import Settings, complete, create_session
from workbench.engine.feed import Feed
from workbench.engine.launch import Launch
from workbench.engine.models import named, refuse_unknown, refuse_unpriced
from workbench.engine.spawn import EngineNotStarted, spawn
from workbench.formats.error import TaskError
from workbench.formats.load import bundled, load
from workbench.model.limits import Limits
from workbench.model.task import Task
from workbench.search.registry import read, strategies
from workbench.store import Reader, SessionSummary, StoreError, default_root, holder, list_sessions


class Opened:
    """A session on the screen, followed through its engine's socket or its file."""

    def __init__(self, feed: SessionFeed, path: Path) -> None:
        """Wrap an open feed."""
        self._feed = feed
        self.feed: Feed = feed
        self.control: Control | None = feed if feed.live else None
        self.path = str(path)

    async def close(self) -> None:
        """Hang up; the engine runs on."""
        await self._feed.aclose()


class Desk:
    """Lists, opens and starts sessions below one directory."""

    def __init__(self, root: Path | None = None) -> None:
        """Work below `root`, by default the user's own session directory."""
        self._root = root or default_root()

    async def sessions(self) -> list[SessionRow]:
        """Return every session, newest first; broken ones carry their problem."""
        found = await asyncio.to_thread(list_sessions, self._root)
        return [_row(one) for one in found]

    async def glance(self, path: str) -> Glance | None:
        """Return what can be told of the session at `path` at once; None if nothing can."""
        try:
            return await asyncio.to_thread(_glance, Path(path))
        except (StoreError, OSError):
            return None  # whoever opens it is told why

    async def open(self, path: str, mode: OpenMode) -> Attached:
        """Open the session at `path`; `resume` starts an engine unless one runs already."""
        directory = Path(path)
        try:
            if mode == "resume" and holder(directory) is None:
                await spawn(directory)
            return Opened(await SessionFeed.open(directory), directory)
        except (StoreError, EngineNotStarted, OSError) as error:
            raise OpenFailed(str(error)) from None

    def tasks(self) -> list[TaskRow]:
        """Return the tasks that come with the workbench; one that cannot be read says why."""
        rows = []
        for path in bundled():
            try:
                task = load(path).task
                rows.append(TaskRow(task.name, task.title, str(path)))
            except TaskError as error:
                rows.append(TaskRow(path.name, str(error), str(path)))
        return rows

    def strategies(self) -> list[str]:
        """Return the strategies' names, the default first."""
        default = Settings().strategy
        return sorted(strategies(), key=lambda name: (name != default, name))

    def problem(self, task_path: str, options: StartOptions) -> str:
        """Say why a session cannot be begun so, and what to do; empty if it can."""
        try:
            _checked(task_path, options)
        except (TaskError, ValueError) as error:
            return str(error)
        return ""

    async def start(self, task_path: str, options: StartOptions) -> Attached:
        """Begin a new session and attach to its engine."""
        try:
            task, settings = _checked(task_path, options)
            directory = await create_session(self._root, task, settings)
        except (TaskError, StoreError, OSError, ValueError) as error:
            raise OpenFailed(str(error)) from None
        try:
            # Named here and now: their addresses are the person's own word.
            await spawn(directory, Launch(named=options.models))
        except (EngineNotStarted, OSError) as error:
            raise OpenFailed(str(error)) from None
        return await self.open(str(directory), "attach")


def _checked(task_path: str, options: StartOptions) -> tuple[Task, Settings]:
    """Return what a new session is made of. Raises `ValueError` and `TaskError`."""
    task = load(task_path).task
    read(options.strategy)
    limits = Limits(evaluations=options.evaluations, usd=options.usd)
    settings = Settings(
        lineages=options.lineages, strategy=options.strategy, seed=options.seed, limits=limits
    )
    if not options.models:
        return task, settings
    setup = named(options.models)
    setup = replace(setup, options=replace(setup.options, effort=options.effort))
    refuse_unknown(setup, os.environ)
    refuse_unpriced([setup], complete(limits, task))
    return task, replace(settings, proposer=setup.name, options=setup.recorded())


def _glance(path: Path) -> Glance:
    with Reader(path) as reader:
        one, lineages = reader.summary(), reader.lineages()
    rows = (
        GlanceRow(
            x.id,
            "stopped" if x.stopped else x.state,
            x.step,
            "" if x.best_reward is None else text.number(one.direction.score(x.best_reward)),
            text.spend(x.spent, x.share)[0],
        )
        for x in lineages
    )
    row = _row(one)
    return Glance(row.title or row.task, row.best, row.spent, one.seq, tuple(rows))


def _row(one: SessionSummary) -> SessionRow:
    best = "" if one.best_score is None else text.with_unit(text.number(one.best_score), one.unit)
    return SessionRow(
        id=one.id,
        task=one.task,
        title=one.title,
        state=one.state,
        lineages=one.lineages,
        candidates=one.candidates,
        best=best,
        spent=" · ".join(text.spend(one.spent, one.limits)),
        updated=one.updated,
        resumable=not one.problem,
        path=str(one.path.parent),
        problem=one.problem or "",
    )
