"""A Docker Engine of the tests' own, shared by the workers of one run and gone after it."""

from __future__ import annotations

import fcntl
import http.client
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BASE = Path("/tmp")
PREFIX = "wbdocker-"
START_SECONDS = 30
END_SECONDS = 30
_started: set[int] = set()
"""Engines that this process started, and must wait for when it is the one to end them."""


class Missing(Exception):
    """No engine can be had; the text says why."""


def answers(address: str) -> bool:
    """Whether an engine answers at a unix:// address."""
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.settimeout(5)
            end.connect(address.removeprefix("unix://"))
            end.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            response = http.client.HTTPResponse(end)
            response.begin()
            return response.status == 200
    except (OSError, http.client.HTTPException):
        return False


@contextmanager
def private_engine(run: str) -> Iterator[str]:
    """Yield the address of an engine for the test run called `run`; the last user ends it."""
    if os.getuid() != 0:
        raise Missing("no engine answers, and only root can start one")
    if shutil.which("dockerd") is None:
        raise Missing(
            "no engine answers, and dockerd is not on PATH (Debian: apt install docker.io)"
        )
    sweep()
    folder = BASE / f"{PREFIX}{run[:12]}"
    with locked(folder):
        holders = folder / "holders"
        holders.mkdir(exist_ok=True)
        address = f"unix://{folder}/docker.sock"
        if not answers(address):
            try:
                start(folder)
            except Missing:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        (holders / str(os.getpid())).touch()
    try:
        yield address
    finally:
        with locked(folder):
            (holders / str(os.getpid())).unlink()
            if not any(holders.iterdir()):
                stop(folder)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep the other workers out; the lock lies beside the folder, which may go away."""
    folder.mkdir(exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(exist_ok=True)
        yield
        if not folder.exists():
            Path(lock.name).unlink(missing_ok=True)


def start(folder: Path) -> None:
    """Start an engine that touches neither the machine's network nor its own default one."""
    said = ""
    for driver in ("overlay2", "vfs"):  # overlay2 does not lie on every file system
        engine = spawn(folder, driver)
        deadline = time.monotonic() + START_SECONDS
        while os.waitpid(engine, os.WNOHANG) == (0, 0):  # otherwise it has failed
            if answers(f"unix://{folder}/docker.sock"):
                _started.add(engine)
                return
            if time.monotonic() > deadline:
                os.kill(engine, signal.SIGKILL)
                os.waitpid(engine, 0)
                break
            time.sleep(0.05)  # between looks: dockerd tells nobody that it answers
        said = (folder / "log").read_text(errors="replace").strip()[-600:]
    raise Missing(f"dockerd does not start here: {said}")


def spawn(folder: Path, driver: str) -> int:
    """Start dockerd and return its process id.

    Not through subprocess, which complains of a child that outlives its parent, as the engine does
    when another worker is the last to use it.
    """
    log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        return os.posix_spawnp(
            "dockerd",
            ["dockerd", "--data-root", f"{folder}/data", "--exec-root", f"{folder}/exec",
             "--pidfile", f"{folder}/dockerd.pid", "-H", f"unix://{folder}/docker.sock",
             "--iptables=false", "--ip-forward=false", "--ip-masq=false", "--bridge=none",
             f"--storage-driver={driver}", "--log-level=warn"],
            {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")},
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                          (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)],
            setsid=True,
        )  # fmt: skip
    finally:
        os.close(log)


def stop(folder: Path) -> None:
    """End the engine of `folder` and leave nothing of it."""
    with suppress(OSError, ValueError):
        pid = int((folder / "dockerd.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        if str(folder).encode() in command:
            end(pid)
    for line in reversed(Path("/proc/self/mounts").read_text().splitlines()):
        if (target := line.split()[1]).startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", target], check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


def end(pid: int) -> None:
    """End a process that may be another's child, and wait for it."""
    handle = os.pidfd_open(pid)
    try:
        signal.pidfd_send_signal(handle, signal.SIGTERM)
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        if not poll.poll(END_SECONDS * 1000):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
            poll.poll()
    finally:
        os.close(handle)
    if pid in _started:
        _started.remove(pid)
        os.waitpid(pid, 0)


def sweep() -> None:
    """Stop engines whose users were all killed before they could."""
    for folder in BASE.glob(f"{PREFIX}*"):
        if not folder.is_dir():
            continue
        with locked(folder):
            holders = folder / "holders"
            alive = holders.is_dir() and any(
                Path(f"/proc/{holder.name}").exists() for holder in holders.iterdir()
            )
            if holders.is_dir() and not alive:
                stop(folder)
