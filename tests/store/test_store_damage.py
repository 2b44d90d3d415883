"""Files that are not as they should be: each is named, left alone, and hides nothing."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from journals import RandomJournal, make

from workbench.model.candidate import digest_of
from workbench.store import (
    Blob,
    Reader,
    SessionDamaged,
    SessionForeign,
    SessionLock,
    SessionNewer,
    SessionNotFound,
    Store,
    StoreError,
    create,
    list_sessions,
    recover,
)
from workbench.store.schema import VERSION


async def _long(directory: Path) -> Path:
    blobs = [hashlib.sha256(b"%d" % n).digest() * 40 for n in range(200)]
    await create(directory, list(RandomJournal(5).events(800)), blobs)
    return directory


def _change(directory: Path, *statements: str) -> None:
    with closing(sqlite3.connect(directory / "session.db", isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


async def _refused(directory: Path, kind: type[StoreError]) -> str:
    """Both ways of opening refuse alike, and change nothing. Returns what a person reads."""
    file = directory / "session.db"
    before = file.read_bytes()
    with pytest.raises(kind) as read, Reader(directory) as reader:
        reader.records()
    with SessionLock(directory) as lock, pytest.raises(kind):
        async with Store.open(lock):
            pass
    assert file.read_bytes() == before
    return str(read.value)


async def test_a_truncated_file_tells_how_much_can_be_read(tmp_path: Path) -> None:
    directory = await _long(tmp_path / "s")
    file = directory / "session.db"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(SessionDamaged) as error, Reader(directory) as reader:
        reader.records()
    assert "Nothing was changed" in str(error.value)
    assert f"first {error.value.readable} records" in str(error.value)
    assert 0 < error.value.readable < 800
    assert error.value.integrity
    assert error.value.user_version == VERSION
    await _refused(directory, SessionDamaged)
    assert recover(directory, tmp_path / "new") == error.value.readable


async def test_flipped_pages_never_pass_unnoticed_and_never_escape_as_sqlite_errors(
    tmp_path: Path,
) -> None:
    directory = await _long(tmp_path / "s")
    sound = (directory / "session.db").read_bytes()
    with Reader(directory) as reader:
        records = reader.records()
    noticed = 0
    for page in range(0, len(sound), 4096):
        broken = bytearray(sound)
        broken[page : page + 12] = bytes(byte ^ 0xFF for byte in sound[page : page + 12])
        copy = tmp_path / "broken"
        copy.mkdir()
        (copy / "session.db").write_bytes(broken)
        with SessionLock(copy) as lock:
            try:
                async with Store.open(lock) as store:
                    assert store.records() == records
            except (SessionDamaged, SessionForeign):
                noticed += 1
        shutil.rmtree(copy)
    assert noticed == len(sound) // 4096


async def test_what_can_be_read_can_be_recovered(tmp_path: Path) -> None:
    directory = await _long(tmp_path / "s")
    with Reader(directory) as reader:
        records = reader.records()
    _change(directory, "UPDATE event SET body = substr(body, 3) WHERE seq = 500")
    with pytest.raises(SessionDamaged, match="record 500 cannot be read") as error:
        Reader(directory).records()
    assert error.value.readable == 499
    assert recover(directory, tmp_path / "new") == 499
    with Reader(tmp_path / "new") as reader:
        assert reader.records() == records[:499]
        assert len(reader.digests()) == 200
    with SessionLock(tmp_path / "new") as lock:
        async with Store.open(lock):
            pass


async def test_a_missing_record_is_damage(tmp_path: Path) -> None:
    directory = await _long(tmp_path / "s")
    _change(directory, "DELETE FROM event WHERE seq = 100")
    assert "record 100 is missing" in await _refused(directory, SessionDamaged)


async def test_a_missing_table_is_damage(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    _change(directory, "DROP TABLE event")
    assert "no record can be read" in await _refused(directory, SessionDamaged)
    with pytest.raises(SessionDamaged, match="nothing can be recovered"):
        recover(directory, tmp_path / "new")
    assert not (tmp_path / "new").exists()


async def test_changed_content_does_not_pass_for_what_was_stored(tmp_path: Path) -> None:
    base = b"x = 1\n" * 50
    text = base.replace(b"1", b"2", 1)
    await create(
        tmp_path / "s", list(RandomJournal(1).events(5)), [base, Blob(text, digest_of(base))]
    )
    _change(tmp_path / "s", "UPDATE blob SET data = zeroblob(length(data)) WHERE base IS NOT NULL")
    with Reader(tmp_path / "s") as reader:
        assert reader.blob(digest_of(base)) == base
        with pytest.raises(SessionDamaged):
            reader.blob(digest_of(text))
    assert recover(tmp_path / "s", tmp_path / "new") > 5
    with Reader(tmp_path / "new") as reader:
        assert reader.digests() == [digest_of(base)]


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"", "an empty file"), (b"just some notes\n" * 20, "not an SQLite file")],
)
async def test_what_is_no_database_is_left_alone(
    tmp_path: Path, content: bytes, found: str
) -> None:
    (tmp_path / "session.db").write_bytes(content)
    assert found in await _refused(tmp_path, SessionForeign)


async def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    _change(tmp_path, "CREATE TABLE bookmarks (url TEXT)")
    assert "application id 0x0" in await _refused(tmp_path, SessionForeign)


async def test_an_overwritten_header_is_damage_not_foreign(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    file = directory / "session.db"
    file.write_bytes(b"\0" * 16 + file.read_bytes()[16:])
    assert "header is overwritten" in await _refused(directory, SessionDamaged)


async def test_a_newer_file_is_left_to_a_newer_workbench(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    _change(directory, f"PRAGMA user_version = {VERSION + 1}")
    text = await _refused(directory, SessionNewer)
    assert f"format {VERSION + 1}" in text
    assert "newer workbench" in text


async def test_a_missing_file_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(SessionNotFound):
        Reader(tmp_path / "nothing")
    with SessionLock(tmp_path) as lock, pytest.raises(SessionNotFound):
        async with Store.open(lock):
            pass
    assert not (tmp_path / "session.db").exists()


async def test_a_broken_session_hides_no_other(tmp_path: Path) -> None:
    for name in ("a", "b", "c", "d"):
        await make(tmp_path / name)
    (tmp_path / "b" / "session.db").write_bytes(b"SQLite format 3\0 and then nonsense")
    _change(tmp_path / "c", "DELETE FROM summary")
    (tmp_path / "notes.txt").write_text("not a session")
    listed = {summary.id: summary for summary in list_sessions(tmp_path)}
    assert list(listed) == ["d", "c", "b", "a"]
    assert [listed[name].state for name in "abcd"] == [
        "interrupted",
        "broken",
        "broken",
        "interrupted",
    ]
    assert "not a workbench session" in listed["b"].problem
    assert "summary" in listed["c"].problem
    assert listed["a"].problem == ""
