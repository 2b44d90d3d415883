"""Upgrades: all steps or none, with a copy first."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from journals import make

from workbench.store import Reader, SessionForeign, SessionLock, SessionNewer, Store, StoreError
from workbench.store import schema as schema_module
from workbench.store.schema import APPLICATION_ID, MIGRATIONS, VERSION, migrate


def _one(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE note (text TEXT NOT NULL) STRICT")


def _two(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE note ADD COLUMN author TEXT")
    db.execute("UPDATE note SET author = 'somebody'")


def _broken(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE half_way (id INTEGER PRIMARY KEY) STRICT")
    db.execute("INSERT INTO nowhere VALUES (1)")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of version 1 with one row in it."""
    path = tmp_path / "session.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("PRAGMA journal_mode = WAL")
        assert migrate(db, path, [_one]) is None, "an empty file needs no copy"
        db.execute("INSERT INTO note VALUES ('kept')")
    return path


def _state(path: Path) -> tuple[int, list[str], list[tuple[str, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_schema ORDER BY 1")]
        return version, tables, db.execute("SELECT * FROM note").fetchall()


def test_an_older_file_is_copied_then_upgraded(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        backup = migrate(db, file, [_one, _two])
    assert _state(file) == (2, ["note"], [("kept", "somebody")])
    assert backup is not None
    assert _state(backup) == (1, ["note"], [("kept",)])


def test_a_step_that_fails_undoes_all_of_them(file: Path) -> None:
    before = _state(file)
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(db, file, [_one, _two, _broken])
        assert not db.in_transaction
    assert _state(file) == before
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        migrate(db, file, [_one, _two])  # and a mended list of steps succeeds
    assert _state(file)[0] == 2


def test_newer_and_foreign_files_are_refused(file: Path) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 3")
        with pytest.raises(SessionNewer):
            migrate(db, file, [_one, _two])
        db.execute("PRAGMA application_id = 0")
        with pytest.raises(SessionForeign):
            migrate(db, file, [_one, _two])
    assert _state(file)[2] == [("kept",)]


async def test_opening_for_writing_upgrades_and_reading_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = await make(tmp_path / "s")
    with Reader(directory) as reader:
        records = reader.records()
    steps = (*MIGRATIONS, _one)
    monkeypatch.setattr("workbench.store.reader.VERSION", len(steps))
    monkeypatch.setattr(schema_module.migrate, "__defaults__", (steps,))
    monkeypatch.setattr(schema_module.identify, "__defaults__", (len(steps),))
    with pytest.raises(StoreError, match="resume it once"):
        Reader(directory)
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            assert store.records() == records
    with Reader(directory) as reader:
        assert reader.records() == records
    assert (directory / f"session.version-{VERSION}.db").is_file()


async def test_a_failed_upgrade_leaves_the_session_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = await make(tmp_path / "s")
    steps = (*MIGRATIONS, _broken)
    monkeypatch.setattr(schema_module.migrate, "__defaults__", (steps,))
    monkeypatch.setattr(schema_module.identify, "__defaults__", (len(steps),))
    with SessionLock(directory) as lock, pytest.raises(StoreError, match="could not be upgraded"):
        async with Store.open(lock):
            pass
    monkeypatch.undo()
    with SessionLock(directory) as lock:
        async with Store.open(lock):
            pass
