"""Opening a session file read-only, and saying exactly what is wrong with one that is not right."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from workbench.model.event import Record, decode
from workbench.store import journal
from workbench.store.errors import (
    SessionDamaged,
    SessionForeign,
    SessionNotFound,
    StoreError,
)
from workbench.store.schema import APPLICATION_ID, FILE_NAME, identify

_MAGIC = b"SQLite format 3\0"
_DAMAGE = (None, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
"""Primary result codes that speak of the file's content: a missing table, a broken page, and
None for text that is not UTF-8 and for what we ourselves could not decode."""


def database_of(path: Path) -> Path:
    """Return the database file of a session directory, or `path` itself if it is a file.

    Raises `SessionNotFound` if there is none.
    """
    file = path / FILE_NAME if path.is_dir() else path
    if not file.is_file():
        raise SessionNotFound(f"there is no session at {path}")
    return file


def connect(file: Path) -> sqlite3.Connection:
    """Open a session file read-only, in autocommit mode, usable from any thread.

    Raises `SessionForeign`, `SessionNewer`, `SessionDamaged`, or `StoreError` if the system
    does not let us read it.
    """
    ours = _look_at_header(file)
    try:
        db = _connect(file)
    except sqlite3.DatabaseError as error:
        raise _explain(file, error, ours) from error
    try:
        identify(db, file)
    except sqlite3.DatabaseError as error:
        db.close()
        raise _explain(file, error, ours) from error
    except StoreError:
        db.close()
        raise
    return db


def connect_damaged(file: Path) -> sqlite3.Connection:
    """Open a file read-only whatever it holds; reading it may fail at any point.

    Raises `StoreError` if SQLite cannot make out any of it.
    """
    try:
        return _connect(file, lenient=True)
    except sqlite3.DatabaseError as error:
        raise SessionDamaged(file, str(error)) from error


@contextmanager
def explained(file: Path) -> Iterator[None]:
    """Turn whatever reading `file` raises into a `StoreError` that says what was found."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # a reader used after its end says nothing of the file
    except (sqlite3.DatabaseError, ValueError) as error:
        raise _explain(file, error, ours=True) from error


def diagnose(file: Path, reason: str) -> SessionDamaged:
    """Examine a file that is known to be damaged and describe it."""
    application_id = version = None
    integrity: tuple[str, ...] = ()
    readable = 0
    try:
        with closing(connect_damaged(file)) as db:
            application_id = int(db.execute("PRAGMA application_id").fetchone()[0])
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            readable = sum(1 for _ in readable_records(db))
            found = tuple(str(row[0]) for row in db.execute("PRAGMA integrity_check(10)"))
            integrity = () if found == ("ok",) else found
    except (sqlite3.DatabaseError, SessionDamaged) as error:
        integrity = integrity or (str(error.__cause__ or error),)
    return SessionDamaged(
        file,
        reason,
        application_id=application_id,
        user_version=version,
        integrity=integrity,
        readable=readable,
    )


def readable_records(db: sqlite3.Connection) -> Iterator[Record]:
    """Yield records from the first on, up to the first that is missing or cannot be read."""
    expected = 1
    try:
        for seq, at, elapsed, body in db.execute(journal.SELECT, (0,)):
            if seq != expected:
                return
            yield Record(seq, at, elapsed, decode(body))
            expected += 1
    except (sqlite3.DatabaseError, msgspec.MsgspecError, UnicodeError):
        return  # what could be read has been yielded; the caller counts it


def _connect(file: Path, lenient: bool = False) -> sqlite3.Connection:
    uri = f"{file.resolve().as_uri()}?mode=ro"
    try:
        return _probe(uri, lenient)
    except sqlite3.OperationalError as error:
        primary = (error.sqlite_errorcode or 0) & 0xFF
        if primary not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or _has_log(file):
            raise
    # A directory we may not write to has no room for the shared memory of a write-ahead log. With
    # no log there, nobody is writing either, so the file may be read as it stands.
    return _probe(f"{uri}&immutable=1", lenient)


def _probe(uri: str, lenient: bool) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        if lenient:
            db.execute("PRAGMA writable_schema = ON")  # also opens a file shorter than it says
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except BaseException:
        db.close()
        raise
    return db


def _has_log(file: Path) -> bool:
    log = file.with_name(f"{file.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _look_at_header(file: Path) -> bool:
    """Tell whether the header names us. Raises if this is no SQLite file."""
    try:
        with file.open("rb") as stream:
            header = stream.read(100)
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from error
    ours = header[68:72] == APPLICATION_ID.to_bytes(4, "big")
    if header[:16] != _MAGIC:
        if ours:
            raise diagnose(file, "the start of its header is overwritten")
        raise SessionForeign(file, "not an SQLite file" if header else "an empty file")
    return ours


def _explain(file: Path, error: Exception, ours: bool) -> StoreError:
    code = getattr(error, "sqlite_errorcode", None)
    if (None if code is None else code & 0xFF) not in _DAMAGE:
        return StoreError(
            f"{file} cannot be read just now ({error}). Check that you may read it; in a directory "
            "you may not write to, copy the whole session directory elsewhere and open the copy."
        )
    if not ours:
        return SessionForeign(file, f"an SQLite file that cannot be read ({error})")
    return diagnose(file, str(error))
