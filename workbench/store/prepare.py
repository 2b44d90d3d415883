"""What happens to a session file before its writer may write: checks, upgrade, derived tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from workbench.model.event import Record
from workbench.model.session import Session
from workbench.store import derived, journal
from workbench.store.errors import StoreError
from workbench.store.opening import connect, database_of, diagnose, explained
from workbench.store.schema import migrate


def prepare(file: Path) -> Session:
    """Check and upgrade the file, and return its journal folded.

    Derived tables that do not follow from the journal (written by a workbench that computed them
    otherwise) are written anew. Call only with the session's lock held. Raises `SessionForeign`,
    `SessionNewer`, `SessionDamaged`.
    """
    connect(database_of(file)).close()
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        with explained(file):
            found = [str(row[0]) for row in db.execute("PRAGMA quick_check(10)")]
        if found != ["ok"]:
            raise diagnose(file, "its check failed")
        _upgrade(db, file)
        with explained(file):
            session = fold(file, journal.read(db))
            if stored_rows(db) != derived.rows(session):
                _rebuild(db, session)
    return session


def _upgrade(db: sqlite3.Connection, file: Path) -> None:
    try:
        migrate(db, file)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(
            f"{file} has an older format and could not be upgraded ({error}). It is as it was: "
            "check the free space and your rights there, then try again."
        ) from error


def _rebuild(db: sqlite3.Connection, session: Session) -> None:
    db.execute("PRAGMA synchronous = FULL")
    db.execute("BEGIN IMMEDIATE")
    try:
        derived.rebuild(db, session)
        db.execute("COMMIT")
    finally:
        db.rollback()  # does nothing after the commit


def stored_rows(db: sqlite3.Connection) -> dict[str, list[derived.Row]]:
    """Return what the derived tables hold."""
    return {
        table: db.execute(f"SELECT * FROM {table} ORDER BY id").fetchall()
        for table in derived.TABLES
    }


def fold(file: Path, records: Iterable[Record]) -> Session:
    """Fold a journal read from `file`. Raises `SessionDamaged` if its events do not fit."""
    session = Session()
    for record in records:
        try:
            session.apply(record)
        # Events that name what does not exist fail in as many ways as there are events.
        except Exception as error:
            raise diagnose(
                file, f"record {record.seq} does not fit what precedes it ({error!r})"
            ) from error
    if session.created is None:
        raise diagnose(file, "its journal is empty")
    return session
