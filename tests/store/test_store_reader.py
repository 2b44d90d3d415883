"""Reading beside a writer, without one, and from where nothing may be written."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from journals import TEXT, lineage, make, opened, opening

from workbench.model import event as ev
from workbench.model.candidate import digest_of
from workbench.store import (
    Reader,
    SessionExists,
    SessionLock,
    Store,
    StoreError,
    create,
    export,
    import_session,
)


async def test_a_reader_follows_a_writer_and_never_sees_a_gap(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    with Reader(directory) as reader, SessionLock(directory) as lock:
        seen = reader.records()
        async with Store.open(lock) as store:

            async def write() -> None:
                for n in range(100):
                    await store.submit(ev.Heartbeat(), lineage(n + 2), elapsed=float(n))

            writing = asyncio.create_task(write())
            while not writing.done():
                new = await asyncio.to_thread(reader.records, len(seen))
                assert len(new) % 2 == 0, "half of a transaction"
                seen += new
                assert reader.summary().seq >= len(seen)
            await writing
        seen += reader.records(len(seen))
        assert seen == reader.records()
        assert len(reader.lineages()) == 101


async def test_an_open_reader_does_not_keep_the_log_from_being_folded_in(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    with Reader(directory) as reader:
        with SessionLock(directory) as lock:
            async with Store.open(lock) as store:
                for n in range(50):
                    await store.submit(lineage(n + 2), blobs=[os.urandom(50_000)], elapsed=0.0)
                    assert reader.records(n)
        log = directory / "session.db-wal"
        assert not log.exists() or log.stat().st_size == 0
        assert len(reader.lineages()) == 51


_READ = """
import os, sys
from pathlib import Path
from workbench.store import Reader, SessionLock, list_sessions
os.setuid(65534)
directory = Path(sys.argv[1])
try:
    (directory / "x").touch()
except PermissionError:
    pass
else:
    raise SystemExit("the directory is writable")
with Reader(directory) as reader:
    print(len(reader.records()), list_sessions(directory.parent)[0].state)
"""


def _read_without_rights(directory: Path) -> subprocess.CompletedProcess[str]:
    directory.parent.chmod(0o755)
    directory.chmod(0o755)
    for file in directory.iterdir():
        if file.name != "session.lock":
            file.chmod(0o644)
    return subprocess.run(
        [sys.executable, "-c", _READ, str(directory)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def open_root() -> Iterator[Path]:
    """A directory that others may enter; pytest's own are closed to them."""
    if os.geteuid():
        pytest.skip("needs root, to become somebody without rights")
    root = Path(tempfile.mkdtemp())
    yield root
    shutil.rmtree(root)


@pytest.mark.root
async def test_a_directory_that_may_not_be_written_can_be_read(open_root: Path) -> None:
    directory = await make(open_root / "s")
    done = await asyncio.to_thread(_read_without_rights, directory)
    assert done.stdout.split() == [str(len(opening())), "interrupted"], done.stderr


@pytest.mark.root
async def test_so_it_can_while_a_writer_is_active(open_root: Path) -> None:
    directory = await make(open_root / "s")
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            await store.submit(opened(), elapsed=0.0)
            done = await asyncio.to_thread(_read_without_rights, directory)
    # Another user may not read the lock: the state is the journal's, neither broken nor crashed.
    assert done.stdout.split() == [str(len(opening()) + 1), "running"], done.stderr


async def test_export_of_a_running_session_is_one_whole_file(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    target = tmp_path / "copy.db"
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            await store.submit(lineage(2), elapsed=1.0)
            writing = [store.submit(ev.Heartbeat(), elapsed=2.0) for _ in range(50)]
            await asyncio.to_thread(export, directory, target)
            await asyncio.gather(*writing)
            everything = store.records()
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith((".", "copy"))] == ["copy.db"]
    with Reader(target) as reader:
        copied = reader.records()
        assert copied == everything[: len(copied)]
        assert copied[-1].seq >= len(opening()) + 1
        assert reader.summary().id == "copy"
        assert reader.summary().seq == len(copied)
        assert reader.blob(digest_of(TEXT)) == TEXT
    with pytest.raises(StoreError, match="exists already"):
        export(directory, target)

    import_session(target, tmp_path / "back")
    with SessionLock(tmp_path / "back") as lock:
        async with Store.open(lock) as store:
            assert store.records() == copied
            await store.submit(lineage(3), elapsed=3.0)


async def test_export_to_nowhere_says_so(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    with pytest.raises(StoreError, match="could not be written"):
        export(directory, tmp_path / "missing" / "copy.db")


async def test_a_session_is_made_whole_private_and_only_once(tmp_path: Path) -> None:
    directory = await make(tmp_path / "root" / "s", lineages=3)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert [p.name for p in directory.iterdir()] == ["session.db"]
    with pytest.raises(SessionExists):
        await make(directory)
    with Reader(directory) as reader:
        assert [record.event for record in reader.records()] == opening(3)
        assert reader.blob(digest_of(TEXT)) == TEXT
        with pytest.raises(KeyError):
            reader.blob("00" * 32)
        with pytest.raises(KeyError):
            reader.blob("not a digest")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        reader.records()


@pytest.mark.parametrize("first", [[], [lineage(1)], [*opening()[:1], lineage(1, 5)]])
async def test_events_that_make_no_journal_leave_no_session(
    tmp_path: Path, first: list[ev.AnyEvent]
) -> None:
    with pytest.raises(ValueError, match="session"):
        await create(tmp_path / "s", first)
    assert list(tmp_path.iterdir()) == []


async def test_a_place_that_cannot_hold_a_session_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="could not be made"):
        await make(tmp_path / "file" / "s")


_DIE = """
import asyncio, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from journals import make
import workbench.store.creation as creation
creation.sync = lambda path: os._exit(9)
asyncio.run(make(Path(sys.argv[1])))
"""


def test_dying_while_making_a_session_leaves_none(tmp_path: Path) -> None:
    from workbench.store import list_sessions

    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", _DIE, str(tmp_path / "s"), here], timeout=60, check=False
    )
    assert done.returncode == 9
    assert list_sessions(tmp_path) == []
    assert not (tmp_path / "s").exists()
