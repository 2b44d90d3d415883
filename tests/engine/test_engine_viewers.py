"""Several people watch one engine: all see everything, and none can hold it up."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from pathlib import Path

import pytest
from engine_support import new_session, running, stored

from workbench.engine import client, hub, server
from workbench.engine.client import SessionFeed
from workbench.engine.command import Pause
from workbench.engine.server import socket_path
from workbench.engine.spawn import spawn
from workbench.model import event as ev
from workbench.model.event import Record
from workbench.model.limits import Limits
from workbench.store.schema import FILE_NAME

MOST_WAL = 8 << 20
"""Bytes: the file beside a session's that a checkpoint empties."""


async def follow(feed: SessionFeed) -> list[int]:
    """Follow a feed to its end; return the numbers of its records, those folded at first too."""
    seen = list(range(1, feed.session.seq + 1))
    seen += [update.seq async for update in feed.updates() if isinstance(update, Record)]
    await feed.aclose()
    return seen


async def test_three_viewers_see_every_record_once(root: Path) -> None:
    directory = await new_session(root, lineages=2, limits=Limits(evaluations=40))
    await spawn(directory)
    feeds = [await SessionFeed.open(directory) for _ in range(3)]
    assert all(feed.live for feed in feeds)
    seen = await asyncio.gather(*(follow(feed) for feed in feeds))
    assert seen == [list(range(1, stored(directory).seq + 1))] * 3


async def test_a_viewer_that_stalls_is_dropped_and_the_session_s_file_stays_small(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "BACKLOG", 40)
    monkeypatch.setattr(server, "_STALLED_SECONDS", 0.5)
    directory = await new_session(root, lineages=2, limits=Limits(evaluations=400))
    async with running(directory) as run:
        path = socket_path(directory)
        with socket.socket(socket.AF_UNIX) as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stalled.connect(str(path))
            stalled.sendall(b'{"is":"watch"}\n')
            assert b"hello" in await asyncio.to_thread(stalled.recv, 64)
            watchers = run.engine.hub._watchers
            assert len(watchers) == 2  # the test's own feed, and this one
            await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.candidate > 300)
            assert len(watchers) == 1
            await run.end()
        wal = directory / f"{FILE_NAME}-wal"
        assert not wal.exists() or wal.stat().st_size < MOST_WAL


async def test_a_viewer_that_was_dropped_catches_up_and_is_live_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TAIL_SECONDS", 0.05)
    directory = await new_session(root, lineages=1, limits=Limits(evaluations=1000))
    await spawn(directory)
    feed = await SessionFeed.open(directory)
    updates = feed.updates()
    seen = [feed.session.seq]
    cut = False
    try:
        async for update in updates:
            if not isinstance(update, Record):
                continue
            assert update.seq == seen[-1] + 1
            seen.append(update.seq)
            if len(seen) == 30 and not cut:
                cut = True
                assert feed._connection is not None
                feed._connection._writer.transport.abort()  # as an engine hangs up
            if cut and feed.live and len(seen) > 60:
                break
        assert (await feed.send(Pause((1,)))).ok
        async for update in updates:
            if isinstance(update, Record) and isinstance(update.event, ev.LineagePaused):
                break
    finally:
        await feed.aclose()


async def test_sessions_served_at_once_in_one_process_leave_its_umask_alone(root: Path) -> None:
    directories = [await new_session(root, limits=Limits(evaluations=2)) for _ in range(3)]
    before = os.umask(0o022)
    try:

        async def searched(directory: Path) -> int:
            async with running(directory) as run:
                mode = stat.S_IMODE(socket_path(directory).stat().st_mode)
                await run.end()
            return mode

        assert await asyncio.gather(*map(searched, directories)) == [0o600] * 3
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
