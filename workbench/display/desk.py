"""Sessions and tasks as front ends get at them: list, open, resume, recover, delete."""

from __future__ import annotations

import asyncio
from pathlib import Path

from workbench.display import text
from workbench.display.opener import (
    Attached,
    Glance,
    GlanceRow,
    OpenFailed,
    OpenMode,
    SessionRow,
    TaskRow,
)
from workbench.engine.client import SessionFeed
from workbench.engine.command import Control
from workbench.engine.feed import Feed
from workbench.engine.spawn import EngineNotStarted, spawn
from workbench.formats.error import TaskError
from workbench.formats.load import bundled, load
from workbench.store import (
    Reader,
    SessionSummary,
    StoreError,
    default_root,
    delete,
    holder,
    list_sessions,
    new_session_id,
    recover,
    spoken,
)


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
    """Lists, opens, recovers and deletes sessions below one directory."""

    def __init__(self, root: Path | None = None) -> None:
        """Work below `root`, by default the user's own session directory."""
        self.root = root or default_root()

    async def sessions(self) -> list[SessionRow]:
        """Return every session, newest first; broken ones carry their problem."""
        found = await asyncio.to_thread(list_sessions, self.root)
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

    async def recover(self, path: str) -> str:
        """Make a new session of what a damaged one still holds; return its path."""
        directory = self.root / new_session_id("recovered")
        try:
            await asyncio.to_thread(recover, Path(path), directory)
        except (StoreError, OSError) as error:
            raise OpenFailed(str(error)) from None
        return str(directory)

    async def delete(self, path: str) -> None:
        """Remove a session that no engine runs, for good."""
        try:
            await asyncio.to_thread(delete, Path(path))
        except StoreError as error:
            raise OpenFailed(str(error)) from None

    def tasks(self) -> list[TaskRow]:
        """Return the tasks that come with the workbench; one that cannot be read says why."""
        return [_task(path) for path in bundled()]


def _task(path: Path) -> TaskRow:
    try:
        task = load(path).task
    except TaskError as error:
        return TaskRow(path.name, "", str(path), problem=str(error))
    better = "higher" if task.direction == "maximize" else "lower"
    return TaskRow(
        path.name,
        task.title,
        str(path),
        category=task.category,
        score=f"{task.score_name}, {better} is better",
        baseline=_score(task.baseline, task.unit),
        best_known=_score(task.best_known, task.unit),
    )


def _score(value: float | None, unit: str) -> str:
    return "" if value is None else text.with_unit(text.number(value), unit)


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
    best = _score(one.best_score, one.unit)
    parts = text.spend(one.spent, one.limits)
    priced = one.limits.usd is not None or text.has_cost(one.spent)
    return SessionRow(
        id=one.id,
        task=one.task,
        title=one.title,
        state=one.state,
        lineages=one.lineages,
        candidates=one.candidates,
        best=best,
        spent=" · ".join(parts),
        updated=one.updated,
        resumable=not one.problem and one.state != "finished",
        path=str(one.path.parent),
        problem=one.problem or "",
        cost=parts[-1] if priced else "",
        name=spoken(one.path.parent),
    )
