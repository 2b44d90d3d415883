"""The lock that makes an engine the only writer of its session, and tells others who that is."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from pathlib import Path
from types import TracebackType

import msgspec

from workbench.store.errors import SessionBusy, StoreError

LOCK_NAME = "session.lock"

_TRIES = 50
_PAUSE = 0.002
"""Seconds between tries. `holder` takes the lock for microseconds to see whether it is free; an
engine that starts at that instant must not be refused."""


class Holder(msgspec.Struct, frozen=True):
    """Who runs a session."""

    pid: int
    host: str
    since: float
    """Unix time, seconds."""
    socket: str = ""
    """Path of the engine's socket, once it listens."""


class SessionLock:
    """Exclusive right to write one session, for as long as the holder lives.

    An flock, so it ends with the process however that dies; the descriptor does not survive exec.
    Use as a context manager, or pair `acquire` and `release`.
    """

    def __init__(self, directory: Path) -> None:
        """Name the session's directory; nothing is opened yet."""
        self.directory = directory
        self._fd: int | None = None
        self._holder: Holder | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock now."""
        return self._fd is not None

    def acquire(self) -> None:
        """Take the lock and write down who took it.

        Raises `SessionBusy` if it is held, `StoreError` if the directory does not let us.
        """
        if self._fd is not None:
            raise RuntimeError("the lock is held by this object already")
        path = self.directory / LOCK_NAME
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreError(
                f"{self.directory} cannot be locked ({error.strerror}): to run a session you must "
                "be able to write to its directory; viewing it needs no lock"
            ) from error
        try:
            if not _take(fd):
                found = _read(fd) or Holder(0, "an unknown host", time.time())
                raise SessionBusy(self.directory, found.pid, found.host, found.since, found.socket)
            self._write(fd, Holder(os.getpid(), socket.gethostname(), time.time()))
        except BaseException:
            os.close(fd)
            raise
        self._fd = fd

    def announce(self, socket_path: Path) -> None:
        """Write down where the engine listens, for those who want to attach."""
        if self._fd is None or self._holder is None:
            raise RuntimeError("the lock is not held")
        self._write(self._fd, msgspec.structs.replace(self._holder, socket=str(socket_path)))

    def release(self) -> None:
        """Give the lock up. Does nothing if it is not held."""
        if self._fd is not None:
            os.ftruncate(self._fd, 0)
            os.close(self._fd)
            self._fd = self._holder = None

    def __enter__(self) -> SessionLock:
        self.acquire()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _write(self, fd: int, holder: Holder) -> None:
        # Emptied first: a reader finds nothing and looks again, never half of two texts.
        os.ftruncate(fd, 0)
        os.pwrite(fd, msgspec.json.encode(holder), 0)
        self._holder = holder


def holder(directory: Path) -> Holder | None:
    """Tell who runs the session, or None if nobody does. Leaves the lock as it is.

    Raises `PermissionError` if the session is another user's and its lock may not be read.
    """
    try:
        fd = os.open(directory / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):  # nobody yet, or an exported file
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(fd) or Holder(0, "an unknown host", time.time())
    else:
        return None
    finally:
        os.close(fd)


def _take(fd: int) -> bool:
    for _ in range(_TRIES):
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE)
        else:
            return True
    return False


def _read(fd: int) -> Holder | None:
    """Read who holds the lock; it writes that down just after taking it."""
    for _ in range(_TRIES):
        try:
            return msgspec.json.decode(os.pread(fd, 4096, 0), type=Holder)
        except msgspec.DecodeError:
            time.sleep(_PAUSE)
    return None
