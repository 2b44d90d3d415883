"""Making a session directory: complete or not at all."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path

from workbench.model.event import AnyEvent, Record
from workbench.model.session import Session
from workbench.store import derived, journal
from workbench.store.codec import Blob, Packer
from workbench.store.content import readable_blobs
from workbench.store.errors import SessionExists, StoreError
from workbench.store.mounts import refuse_network
from workbench.store.opening import (
    connect,
    connect_damaged,
    database_of,
    diagnose,
    explained,
    readable_records,
)
from workbench.store.schema import APPLICATION_ID, FILE_NAME, migrate


async def create(
    directory: Path, first: Sequence[AnyEvent], blobs: Iterable[bytes | Blob] = ()
) -> None:
    """Make a session whose journal starts with `first`, a `SessionCreated` and what follows it.

    The directory appears complete and durable, readable by its owner alone, or not at all. Raises
    `SessionExists`, `NetworkFilesystem`, `ValueError` for events that make no journal, and
    `StoreError` if the system refuses.
    """
    entries = journal.entries(first, 0, 0.0)
    content = [blob if isinstance(blob, Blob) else Blob(blob) for blob in blobs]

    def fill(file: Path) -> None:
        with closing(_new_database(file)) as db:
            _write(db, entries, content)

    await asyncio.to_thread(_publish, directory, fill)


def import_session(source: Path, directory: Path) -> None:
    """Make a session directory from an exported file (or another session), as it stands there.

    Raises what `create` raises, and what opening `source` raises.
    """
    file = database_of(source)

    def fill(target: Path) -> None:
        with (
            explained(file),
            closing(connect(file)) as db,
            closing(sqlite3.connect(target, isolation_level=None)) as copy,
        ):
            db.backup(copy)
            copy.execute("PRAGMA journal_mode = WAL")

    _publish(directory, fill)


def recover(source: Path, directory: Path) -> int:
    """Make a session from what can still be read of a damaged one; return how many records.

    Takes the records up to the first unreadable one, with their times, and every blob that still
    matches its digest. `source` is left as it is. Raises `SessionDamaged` if not even the first
    record can be read, and what `create` raises.
    """
    file = database_of(source)
    kept: list[journal.Entry] = []

    def fill(target: Path) -> None:
        with closing(connect_damaged(file)) as db, closing(_new_database(target)) as copy:
            kept.extend(_fitting(readable_records(db)))
            if not kept:
                raise diagnose(file, "nothing can be recovered")
            _write(copy, kept, ())
            _copy_blobs(db, copy)

    _publish(directory, fill)
    return len(kept)


def _fitting(records: Iterable[Record]) -> Iterable[journal.Entry]:
    session = Session()
    for record in records:
        try:
            session.apply(record)
        except Exception:  # damaged, it may read well and fail anywhere: what is before it is kept
            return
        if session.created is None:
            return
        yield journal.entry(record)


def _copy_blobs(db: sqlite3.Connection, copy: sqlite3.Connection) -> None:
    packer = Packer(lambda digest: None)
    for stored in readable_blobs(db):
        packed = packer.pack(Blob(stored.data, stored.base))
        if packed is not None:
            copy.execute(journal.STORE_BLOB, journal.blob_row(packed))


def _new_database(file: Path) -> sqlite3.Connection:
    db = sqlite3.connect(file, isolation_level=None)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    migrate(db, file)
    return db


def _write(db: sqlite3.Connection, entries: Sequence[journal.Entry], blobs: Iterable[Blob]) -> None:
    try:
        session = Session(entry.record for entry in entries)
    except LookupError as error:
        raise ValueError(f"the first events of a session do not fit together: {error!r}") from error
    if session.created is None:
        raise ValueError("a session starts with a session_created event")
    packed = [row for row in map(Packer(lambda digest: None).pack, blobs) if row is not None]
    db.execute("BEGIN IMMEDIATE")
    for sql, rows in journal.appending(entries, packed):
        db.executemany(sql, rows)
    derived.rebuild(db, session)
    db.execute("COMMIT")


def _publish(directory: Path, fill: Callable[[Path], None]) -> None:
    """Fill a database under a name that nobody lists, then give its directory its own name."""
    refuse_network(directory)
    if directory.exists():
        raise SessionExists(directory)
    part = directory.with_name(f".{directory.name}.{secrets.token_hex(4)}.part")
    try:
        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.mkdir(mode=0o700)
        fill(part / FILE_NAME)
        sync(part / FILE_NAME)
        sync(part)
        part.rename(directory)
        sync(directory.parent)
    except (OSError, sqlite3.OperationalError) as error:
        if directory.exists():
            raise SessionExists(directory) from error
        raise StoreError(
            f"the session {directory} could not be made ({error}): check the free space and your "
            "rights there, or set WORKBENCH_HOME to another place"
        ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def sync(path: Path) -> None:
    """Make a file, or a directory's entries, durable."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
