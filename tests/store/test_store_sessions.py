"""Where sessions live, what they are called, how one is found, and where none may run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from journals import make, opened

from workbench.store import (
    NetworkFilesystem,
    Reader,
    SessionLock,
    SessionNotFound,
    Store,
    default_root,
    export,
    find_session,
    list_sessions,
    new_session_id,
)
from workbench.store.mounts import MOUNTINFO, mount_of, refuse_network

TABLE = r"""21 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 21 0:30 / /home rw - nfs4 server:/home rw,vers=4.2
31 30 254:1 / /home/local rw shared:1 master:2 - xfs /dev/vdb rw
32 21 0:32 / /mnt/two\040words rw - fuse.sshfs me@host: rw
33 21 254:2 / /data rw - cifs //server/data rw
34 21 254:3 / /data rw - btrfs /dev/vdc rw
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "mountinfo"
    path.write_text(TABLE)
    return path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/sessions", "ext4"),
        ("/home/me/sessions", "nfs4"),
        ("/homely", "ext4"),
        ("/home/local/me", "xfs"),
        ("/mnt/two words/sessions", "fuse.sshfs"),
        ("/data/sessions", "btrfs"),
    ],
)
def test_the_innermost_newest_mount_decides(table: Path, path: str, kind: str) -> None:
    mount = mount_of(Path(path), table)
    assert mount is not None
    assert mount.kind == kind


def test_network_file_systems_are_refused_with_the_way_out(table: Path) -> None:
    with pytest.raises(NetworkFilesystem, match=r"nfs4, mounted at /home\).*WORKBENCH_HOME"):
        refuse_network(Path("/home/me"), table)
    refuse_network(Path("/home/local/me"), table)
    refuse_network(Path("/home/me"), table.with_name("missing"))  # a system that does not tell


async def test_a_session_on_the_network_can_be_viewed_but_not_run(
    tmp_path: Path, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = await make(tmp_path / "s")
    table.write_text(f"21 1 0:1 / / rw - ext4 x rw\n22 21 0:2 / {tmp_path} rw - nfs x rw\n")
    monkeypatch.setattr(refuse_network, "__defaults__", (table,))
    with SessionLock(directory) as lock, pytest.raises(NetworkFilesystem):
        async with Store.open(lock):
            pass
    with pytest.raises(NetworkFilesystem):
        await make(tmp_path / "t")
    with Reader(directory) as reader:
        assert reader.records()


@pytest.mark.skipif(not MOUNTINFO.exists(), reason="only Linux has a mount table to read")
def test_this_machines_own_table_can_be_read() -> None:
    assert mount_of(Path("/")) is not None


def test_ids_are_readable_sortable_and_differ() -> None:
    ids = [new_session_id("Circle Packing! (26)") for _ in range(20)]
    assert all(re.fullmatch(r"\d{8}-\d{6}-circle-packing-26-[a-z2-9]{3}", name) for name in ids)
    assert len(set(ids)) > 1
    assert re.fullmatch(r"\d{8}-\d{6}-task-...", new_session_id("***"))
    assert len(new_session_id("x" * 500)) < 64


def test_the_root_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_HOME", str(tmp_path))
    assert default_root() == tmp_path / "sessions"
    monkeypatch.delenv("WORKBENCH_HOME")
    assert default_root().parts[-2:] == ("workbench", "sessions")


async def test_a_session_is_found_by_id_prefix_and_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "sessions"
    assert list_sessions(root) == []
    with pytest.raises(SessionNotFound, match="there are none"):
        find_session(root, "x")
    one = await make(root / "20260101-000000-circle-abc")
    two = await make(root / "20260102-000000-sort-xyz")
    export(one, tmp_path / "one.db")
    for text in (one.name, "20260101", str(one), str(one / "session.db")):
        assert find_session(root, text) == one
    assert find_session(root, str(tmp_path / "one.db")) == tmp_path / "one.db"
    monkeypatch.chdir(root)
    assert find_session(tmp_path / "elsewhere", f"./{two.name}") == Path(two.name)
    with pytest.raises(SessionNotFound, match=f"several sessions: {two.name}, {one.name}"):
        find_session(root, "2026")
    for text in ("sort", "", "../s"):
        with pytest.raises(SessionNotFound, match=two.name):
            find_session(root, text)


async def test_the_list_tells_running_from_crashed_from_finished(tmp_path: Path) -> None:
    for name in ("a", "b"):
        await make(tmp_path / name, lineages=2)
    lock = SessionLock(tmp_path / "b")
    with lock:
        async with Store.open(lock) as store:
            await store.submit(opened(), elapsed=3.0)
            (running, idle) = list_sessions(tmp_path)
            assert (running.id, running.state, idle.state) == ("b", "running", "interrupted")
            assert running.holder is not None
            assert idle.holder is None
    (crashed, _) = list_sessions(tmp_path)
    assert crashed.state == "interrupted (crashed)"
    assert (crashed.task, crashed.lineages, crashed.candidates) == ("circle-packing", 2, 1)
    assert (crashed.best, crashed.best_score, crashed.best_reward) == (1, 1.0, -1.0)
    assert crashed.elapsed == 3.0
    assert crashed.limits.usd == 2.0
