"""Looking a session file over: what of it does not hold together, without changing it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from workbench.model.session import Session
from workbench.store import content, derived, journal
from workbench.store.opening import connect, database_of, explained
from workbench.store.prepare import fold, stored_rows

MOST = 10
"""Faults of one kind that are named."""


class Inspected(NamedTuple):
    """What was found in a file."""

    session: Session
    integrity: tuple[str, ...]
    """What SQLite says is wrong with it; empty where nothing is."""
    derived: tuple[str, ...]
    """Tables that do not say what the journal says."""
    blobs: int
    broken: tuple[str, ...]
    """Digests of content that does not match its digest."""


def inspect(path: Path) -> Inspected:
    """Read everything in a session directory or exported file, as it is at one moment.

    Raises `StoreError` where it is no session or its journal cannot be read.
    """
    file = database_of(path)
    with closing(connect(file)) as db, explained(file):
        db.execute("BEGIN")  # a writer may go on; what is compared here stays one moment's
        integrity = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({MOST})")]
        records, told, digests = journal.read(db), stored_rows(db), content.digests(db)
        db.execute("COMMIT")  # content never changes: a writer's log need not wait for it
        session = fold(file, records)
        meant = derived.rows(session)
        broken = []
        for digest in digests:
            try:
                content.find(db, digest)
            except ValueError:
                broken.append(digest)
    return Inspected(
        session=session,
        integrity=() if integrity == ["ok"] else tuple(integrity),
        derived=tuple(table for table in derived.TABLES if told[table] != meant[table]),
        blobs=len(digests),
        broken=tuple(broken),
    )
