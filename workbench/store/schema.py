"""The tables of a session file and how an older file becomes a current one."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from workbench.store.errors import SessionForeign, SessionNewer

APPLICATION_ID = 0x57424E43
"""``WBNC`` in SQLite's header: what makes a database file a session of ours."""

FILE_NAME = "session.db"

Migration = Callable[[sqlite3.Connection], None]


def _tables_of_version_1(db: sqlite3.Connection) -> None:
    for statement in (
        """CREATE TABLE event (
            seq INTEGER PRIMARY KEY,
            at REAL NOT NULL,
            elapsed REAL NOT NULL,
            lineage INTEGER,
            kind TEXT NOT NULL,
            body TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE blob (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL UNIQUE,
            codec TEXT NOT NULL,
            base INTEGER REFERENCES blob (id),
            size INTEGER NOT NULL,
            data BLOB NOT NULL
        ) STRICT""",
        """CREATE TABLE candidate (
            id INTEGER PRIMARY KEY,
            lineage INTEGER,
            step INTEGER NOT NULL,
            parents TEXT NOT NULL,
            digest TEXT NOT NULL,
            operator TEXT NOT NULL,
            proposer TEXT NOT NULL,
            note TEXT NOT NULL,
            elapsed REAL NOT NULL,
            outcome TEXT,
            message TEXT,
            score REAL,
            reward REAL
        ) STRICT""",
        """CREATE TABLE lineage (
            id INTEGER PRIMARY KEY,
            strategy TEXT NOT NULL,
            proposer TEXT NOT NULL,
            origin INTEGER NOT NULL,
            forked_from INTEGER,
            state TEXT NOT NULL,
            stopped TEXT,
            step INTEGER NOT NULL,
            candidates INTEGER NOT NULL,
            best INTEGER,
            best_reward REAL,
            spent TEXT NOT NULL,
            share TEXT NOT NULL
        ) STRICT""",
        """CREATE TABLE summary (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            seq INTEGER NOT NULL,
            task TEXT NOT NULL,
            title TEXT NOT NULL,
            created REAL NOT NULL,
            updated REAL NOT NULL,
            elapsed REAL NOT NULL,
            state TEXT NOT NULL,
            run_open INTEGER NOT NULL,
            lineages INTEGER NOT NULL,
            candidates INTEGER NOT NULL,
            direction TEXT NOT NULL,
            score_name TEXT NOT NULL,
            unit TEXT NOT NULL,
            best INTEGER,
            best_score REAL,
            best_reward REAL,
            spent TEXT NOT NULL,
            limits TEXT NOT NULL
        ) STRICT""",
    ):
        db.execute(statement)


MIGRATIONS: tuple[Migration, ...] = (_tables_of_version_1,)
"""Entry `n` turns a file of version `n` into one of version `n + 1`. Only ever appended to."""

VERSION = len(MIGRATIONS)


def identify(db: sqlite3.Connection, path: Path, known: int = VERSION) -> int:
    """Return the file's version. Raises `SessionForeign` or `SessionNewer`."""
    application_id = int(db.execute("PRAGMA application_id").fetchone()[0])
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if application_id != APPLICATION_ID:
        raise SessionForeign(path, f"an SQLite file with application id {application_id:#x}")
    if version > known:
        raise SessionNewer(path, version, known)
    return version


def migrate(
    db: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS
) -> Path | None:
    """Bring `db`, open in autocommit mode, to the newest version: all steps or none.

    A file that held something is copied first; the copy's path is returned. Raises
    `SessionNewer`, `SessionForeign`, or whatever a step raised, with the file as it was.
    """
    version = identify(db, path, len(migrations))
    if version == len(migrations):
        return None
    backup = _back_up(db, path, version) if version else None
    db.execute("BEGIN IMMEDIATE")
    try:
        for step in migrations[version:]:
            step(db)
        db.execute(f"PRAGMA user_version = {len(migrations)}")
        db.execute("COMMIT")
    finally:
        db.rollback()  # does nothing after the commit
    return backup


def _back_up(db: sqlite3.Connection, path: Path, version: int) -> Path:
    backup = path.with_name(f"{path.stem}.version-{version}.db")
    part = backup.with_suffix(".part")
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        db.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    os.replace(part, backup)
    return backup
