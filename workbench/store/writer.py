"""The one writer of a session: appends events, many at a time, and says when they are durable."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple, TypeVar

import aiosqlite

from workbench.model.event import AnyEvent, Record
from workbench.model.session import Session
from workbench.store import journal
from workbench.store.codec import Blob, Packed, Packer
from workbench.store.derived import Follower, Statement
from workbench.store.errors import JournalBroken
from workbench.store.lock import SessionLock
from workbench.store.mounts import refuse_network
from workbench.store.prepare import prepare
from workbench.store.reader import Reader
from workbench.store.schema import FILE_NAME

T = TypeVar("T")

_INLINE = 1 << 16
"""Bytes of new blobs up to which compressing on the event loop beats a trip to a thread."""

_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA journal_size_limit = 67108864",
)


class _Waiting(NamedTuple):
    """What one `submit` asked for."""

    entries: list[journal.Entry]
    blobs: tuple[Blob, ...]
    future: asyncio.Future[list[Record]]


class Store:
    """Appends to one session's journal. Open with `Store.open`; nothing else writes the file.

    While one commit runs, what is submitted meanwhile gathers and becomes the next: one
    transaction, one fsync. Blobs and derived rows go into the transaction of their events.
    """

    def __init__(
        self,
        file: Path,
        session: Session,
        on_commit: Callable[[list[Record]], None] | None,
        on_submit: Callable[[list[Record]], None] | None,
    ) -> None:
        """Used by `open` alone."""
        self.file = file
        self.broken: JournalBroken | None = None
        """Set once a commit has failed; from then on every submit fails with it."""
        self._reader = Reader(file)
        self._packer = Packer(self._reader.find)
        self._follower = Follower(session)
        self._on_commit = on_commit
        self._on_submit = on_submit
        self._last = self._durable = session.seq
        self._queue: list[_Waiting] = []
        self._group: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._ready = asyncio.Event()
        self._closing = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        lock: SessionLock,
        *,
        on_commit: Callable[[list[Record]], None] | None = None,
        on_submit: Callable[[list[Record]], None] | None = None,
    ) -> AsyncIterator[Store]:
        """Open the session whose lock is held, upgrade it if it is older, and check it.

        `on_commit` is called with the records of each commit, in order, right after they are
        durable and before any waiter wakes. `on_submit` is called with those of each submit, at
        once, for the one who plans on what is not durable yet; what it raises goes to the caller
        of `submit`, and nothing is appended. What is still queued at the end is written. Raises
        `SessionForeign`, `SessionNewer`, `SessionDamaged`, `NetworkFilesystem`, and at the end
        `JournalBroken` if something could not be written.
        """
        if not lock.held:
            raise RuntimeError(f"acquire the lock of {lock.directory} before opening its store")
        refuse_network(lock.directory)
        file = lock.directory / FILE_NAME
        session = await _to_the_end(asyncio.to_thread(prepare, file))
        store = cls(file, session, on_commit, on_submit)
        writer = asyncio.create_task(store._run(), name=f"writer of {file}")
        try:
            await store._ready.wait()
            if store.broken is not None:
                raise store.broken
            yield store
            await store.drain()
        finally:
            store._closing = True
            store._wake.set()
            await _to_the_end(writer)

    def submit(
        self, *events: AnyEvent, blobs: Iterable[bytes | Blob] = (), elapsed: float
    ) -> asyncio.Future[list[Record]]:
        """Append events and blobs in one transaction; the result comes when they are durable.

        Numbers are given at once, in order of the calls. `elapsed` is the session's active time
        in seconds. Cancelling the future, or a task that awaits it, does not undo the write. The
        future fails with `JournalBroken` if the commit, or one before it, failed. Raises
        `ValueError` for an event that cannot be journalled; nothing is appended then.
        """
        if self._closing:
            raise RuntimeError(f"the store of {self.file} is closed")
        future: asyncio.Future[list[Record]] = asyncio.get_running_loop().create_future()
        if self.broken is not None:
            _fail(future, self.broken)
            return future
        entries = journal.entries(events, self._last, elapsed)
        new = tuple(blob if isinstance(blob, Blob) else Blob(blob) for blob in blobs)
        if self._on_submit is not None and entries:
            self._on_submit([entry.record for entry in entries])
        self._last += len(entries)
        self._queue.append(_Waiting(entries, new, future))
        self._wake.set()
        return future

    async def drain(self) -> None:
        """Wait until everything submitted so far is durable. Raises `JournalBroken`."""
        await self.submit(elapsed=0.0)

    async def blob(self, digest: str) -> bytes:
        """Return durable content. Raises `KeyError` if there is none such, or `SessionDamaged`."""
        return await asyncio.to_thread(self._reader.blob, digest)

    def records(self, since: int = 0) -> list[Record]:
        """Return the durable records after number `since`. Raises `SessionDamaged`."""
        return self._reader.records(since)

    async def _run(self) -> None:
        """Own the connection from opening to closing, whatever happens in between.

        Its worker thread would keep the process alive for ever if it were left open.
        """
        try:
            async with aiosqlite.connect(self.file, isolation_level=None) as db:
                try:
                    for pragma in _PRAGMAS:
                        await db.execute(pragma)
                    self._ready.set()
                    while await self._gather():
                        await self._commit(db)
                    # Only tidies up: if it fails, the log keeps what the next opening folds in.
                    with suppress(sqlite3.OperationalError):
                        await db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                finally:
                    self._reader.close()  # first, so that closing the writer can tidy the log up
        except BaseException as error:
            # Any failure at all means that what waits is not in the file: each waiter is told.
            self._break(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self._ready.set()

    async def _gather(self) -> bool:
        """Wait for something to write and take all of it. False when closing and done."""
        while not self._queue:
            if self._closing:
                return False
            self._wake.clear()
            await self._wake.wait()
        self._group, self._queue = self._queue, []
        return True

    async def _commit(self, db: aiosqlite.Connection) -> None:
        entries = [entry for waiting in self._group for entry in waiting.entries]
        blobs = [blob for waiting in self._group for blob in waiting.blobs]
        records = [entry.record for entry in entries]
        if entries or blobs:
            statements = journal.appending(entries, await self._pack(blobs))
            if entries:
                statements += self._follower.follow(records)
            await _transaction(db, statements)
        self._durable += len(records)
        try:
            if self._on_commit is not None and records:
                self._on_commit(records)
        finally:
            group, self._group = self._group, []
            for waiting in group:
                if not waiting.future.done():  # else its waiter was cancelled; the write stands
                    waiting.future.set_result([entry.record for entry in waiting.entries])

    async def _pack(self, blobs: Sequence[Blob]) -> list[Packed]:
        def pack() -> list[Packed]:
            return [row for row in map(self._packer.pack, blobs) if row is not None]

        if sum(len(blob.data) for blob in blobs) <= _INLINE:
            return pack()
        return await asyncio.to_thread(pack)

    def _break(self, cause: BaseException) -> None:
        self.broken = JournalBroken(self.file, self._durable, cause, _advice(cause))
        self.broken.__cause__ = cause
        waiting, self._group, self._queue = [*self._group, *self._queue], [], []
        for one in waiting:
            if not one.future.done():
                _fail(one.future, self.broken)


async def _transaction(db: aiosqlite.Connection, statements: Iterable[Statement]) -> None:
    try:
        await db.execute("BEGIN IMMEDIATE")
        for sql, rows in statements:
            if rows:
                await db.executemany(sql, rows)
        await db.execute("COMMIT")
    except BaseException:
        await db.rollback()  # also when cancelled: the next transaction must find none open
        raise


async def _to_the_end(work: Awaitable[T]) -> T:
    """Await `work` to its end even if this task is cancelled, which is raised afterwards."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return task.result()


def _fail(future: asyncio.Future[list[Record]], error: JournalBroken) -> None:
    future.set_exception(error)
    future.exception()  # nobody need await a future: the end of `open` raises the same error


def _advice(cause: BaseException) -> str:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return "free some disk space, then resume the session."
    if isinstance(cause, sqlite3.Error):
        return "check the disk and the rights on the directory, then resume the session."
    if isinstance(cause, asyncio.CancelledError):
        return "the program was stopped; resume the session."
    return "this is a fault of the workbench, please report it; the session can be resumed."
