"""After kill -9 and on a full disk: everything acknowledged is there, in a sound file."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from journals import lineage, make, opening

from workbench.store import Reader, SessionLock, Store, holder, list_sessions

WRITER = Path(__file__).with_name("writing.py")


def _start(what: str, directory: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(WRITER), what, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


@pytest.mark.parametrize("acknowledged", [1, 2, 30, 250])
async def test_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, acknowledged: int) -> None:
    directory = await make(tmp_path / "s")
    writer = _start("ack", directory)
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(acknowledged)]
    writer.kill()
    told += [int(line) for line in writer.stdout.read().splitlines()]  # told before it died
    writer.communicate()

    (listed,) = list_sessions(tmp_path)
    assert listed.state == "interrupted (crashed)"
    assert listed.holder is None
    with Reader(directory) as reader:
        records = reader.records()  # raises if a number is missing
        assert len(records) >= max(told)
        stored = len(reader.digests())
    assert (len(records) - len(opening()) - 1) // 2 == stored - 1, "records without their blobs"
    with closing(sqlite3.connect(directory / "session.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            done = await store.submit(lineage(2), elapsed=0.0)
            assert done[0].seq == len(records) + 1


@pytest.mark.parametrize("way", ["cap", pytest.param("tmpfs", marks=pytest.mark.root)])
def test_a_full_disk_breaks_the_store_and_leaves_a_valid_file(tmp_path: Path, way: str) -> None:
    command = [sys.executable, str(WRITER), "fill", str(tmp_path / "small" / "s")]
    if way == "cap":
        command += ["600000"]
    else:
        if os.geteuid() or not shutil.which("unshare"):
            pytest.skip("mounting a small disk needs root and unshare")
        (tmp_path / "small").mkdir()
        mount = f'mount -t tmpfs -o size=1m tiny {tmp_path / "small"} && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", mount, "sh", *command, "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if way == "tmpfs" and "mount:" in done.stderr:
        pytest.skip(f"no mounts here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["records"] == report["told"] >= report["durable"] > len(opening())
    assert report["blobs"] == report["records"] - len(opening()) + 1
    assert report["failed"][-1] is True
    assert report["later"] == "JournalBroken"
    assert "disk" in report["advice"]


def test_an_unhandled_error_ends_the_process_and_keeps_what_was_queued(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(WRITER), "raise", str(tmp_path / "s")],
        capture_output=True,
        text=True,
        timeout=60,  # a connection left open would keep the process for ever
        check=False,
    )
    assert done.returncode == 1
    assert "LookupError: a fault of the engine" in done.stderr
    with Reader(tmp_path / "s") as reader:
        assert len(reader.records()) == len(opening()) + 1


async def test_a_writer_that_dies_lets_go_of_the_lock(tmp_path: Path) -> None:
    directory = await make(tmp_path / "s")
    engine = _start("hold", directory)
    assert engine.stdin is not None
    assert engine.stdout is not None
    assert engine.stdout.readline() == b"held\n"
    found = holder(directory)
    assert found is not None
    assert found.pid == engine.pid
    assert found.socket == str(directory / "engine.sock")
    engine.kill()
    engine.wait()
    engine.stdin.close()
    engine.stdout.close()
    assert holder(directory) is None
    with SessionLock(directory):
        assert holder(directory) is not None
