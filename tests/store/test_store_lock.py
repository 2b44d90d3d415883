"""The lock: one engine per session, and everybody can see which."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench.store import SessionBusy, SessionLock, StoreError, holder


def test_a_second_engine_is_refused_and_told_who_is_first(tmp_path: Path) -> None:
    writer = Path(__file__).with_name("writing.py")
    first = subprocess.Popen(
        [sys.executable, str(writer), "hold", str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert first.stdin is not None
    assert first.stdout is not None
    assert first.stdout.readline() == b"held\n"
    with pytest.raises(SessionBusy, match=f"process {first.pid} on ") as refused:
        SessionLock(tmp_path).acquire()
    assert (refused.value.pid, refused.value.socket) == (first.pid, str(tmp_path / "engine.sock"))
    assert refused.value.host
    first.stdin.close()
    assert first.wait() == 0
    first.stdout.close()
    with SessionLock(tmp_path) as lock:
        assert lock.held


def test_a_program_started_meanwhile_does_not_keep_the_lock(tmp_path: Path) -> None:
    with SessionLock(tmp_path):
        child = subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False)
    assert holder(tmp_path) is None
    with SessionLock(tmp_path):
        pass
    child.communicate()


def test_looking_never_keeps_an_engine_out(tmp_path: Path) -> None:
    stop = threading.Event()
    with SessionLock(tmp_path):
        pass

    def look() -> None:
        while not stop.is_set():
            holder(tmp_path)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(100):
            with SessionLock(tmp_path):
                found = holder(tmp_path)
                assert found is not None
                assert found.pid > 0
    finally:
        stop.set()
        for looker in lookers:
            looker.join()


def test_a_place_that_cannot_be_locked_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing cannot be locked"):
        SessionLock(tmp_path / "missing").acquire()


def test_release_leaves_no_trace_of_the_holder(tmp_path: Path) -> None:
    assert holder(tmp_path) is None  # no lock file yet
    lock = SessionLock(tmp_path)
    lock.acquire()
    with pytest.raises(RuntimeError, match="already"):
        lock.acquire()
    lock.release()
    lock.release()
    assert holder(tmp_path) is None
    assert (tmp_path / "session.lock").read_bytes() == b""
    with pytest.raises(RuntimeError, match="not held"):
        lock.announce(tmp_path / "engine.sock")
