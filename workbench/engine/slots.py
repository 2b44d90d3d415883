"""Verification slots, shared fairly by all lineages here and by all sessions on this machine.

Two sessions must not distort each other's timings, so a slot is also a lock file that every
engine of this user competes for; the lock dies with its holder.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Generic, Protocol, TypeVar

_RETRY_SECONDS = 0.02
"""Pause between tries while other sessions hold every slot of the machine."""


class Closable(Protocol):
    """Whatever serves a slot."""

    async def aclose(self) -> None:
        """Let go of it."""


T = TypeVar("T", bound=Closable)


def machine_slots() -> int:
    """Number of slots on this machine: one for each core this process may use."""
    return max(1, len(os.sched_getaffinity(0)))


_LONGEST = 60
"""A Unix socket's path has room for 107 bytes; names below the directory take up to 40."""


def runtime_directory() -> Path:
    """Return this user's directory for locks and sockets, made if need be.

    Raises `PermissionError` if somebody else has put a directory in its place.
    """
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    if len(os.fsencode(base)) > _LONGEST:
        base = "/tmp"  # owner and mode of the directory below are checked
    path = Path(base) / f"workbench-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    found = path.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or not stat.S_ISDIR(found.st_mode):
        raise PermissionError(f"{path} is not a private directory of yours; set XDG_RUNTIME_DIR")
    return path


class MachineSlot:
    """One place among the machine's slots, held by an flock."""

    def __init__(self, directory: Path, places: int) -> None:
        """Compete for `places` lock files below `directory`."""
        self._paths = [directory / f"slot-{index}.lock" for index in range(places)]
        self._file: int | None = None

    async def acquire(self) -> None:
        """Wait for a free place."""
        # Another process releases its flock without telling anybody, so there is no event to await.
        while not self._try():  # noqa: ASYNC110
            await asyncio.sleep(_RETRY_SECONDS)

    def _try(self) -> bool:
        for path in self._paths:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
                continue
            self._file = file
            return True
        return False

    def release(self) -> None:
        """Give the place back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Slots(Generic[T]):
    """A pool of `count` workers, opened on first use and handed out first come, first served."""

    def __init__(self, count: int, make: Callable[[], Awaitable[T]]) -> None:
        """Serve at most `count` at once; `make` opens one more worker."""
        self._make = make
        self._idle: list[T] = []
        self._open: list[T] = []
        self._gate = asyncio.Semaphore(count)  # wakes waiters in the order they came
        self._directory = runtime_directory()
        self._places = max(count, machine_slots())

    @asynccontextmanager
    async def slot(self, waiting: Callable[[], None]) -> AsyncIterator[T]:
        """Hold one worker and one of the machine's places; `waiting` is told if it must queue."""
        if self._gate.locked():
            waiting()
        async with self._gate:
            place = MachineSlot(self._directory, self._places)
            await place.acquire()
            try:
                worker = self._idle.pop() if self._idle else await self._new()
                try:
                    yield worker
                finally:
                    self._idle.append(worker)
            finally:
                place.release()

    async def _new(self) -> T:
        worker = await self._make()
        self._open.append(worker)
        return worker

    async def aclose(self) -> None:
        """Close every worker that was opened."""
        for worker in self._open:
            await worker.aclose()
        self._open.clear()
        self._idle.clear()
