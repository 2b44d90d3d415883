"""A program on a pty: what it writes, how soon a key shows, and what CPU it takes."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

SECONDS = 60.0
"""Longest wait for something to appear."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """The screen of one program."""

    def __init__(self, argv: Sequence[str], columns: int, rows: int) -> None:
        """Start the program in true colour."""
        self.begun = time.perf_counter()
        self._child = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            dimensions=(rows, columns),
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        self._child.delaybeforesend = None  # pexpect waits 50 ms before each key by default
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._ready = selectors.DefaultSelector()
        self._ready.register(self._child.child_fd, selectors.EVENT_READ)
        self.written = 0
        """Bytes so far."""

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._screen.display)

    def until(self, wanted: Callable[[str], bool], seconds: float = SECONDS) -> float | None:
        """Read on until the screen is as `wanted`; the time at which the last bytes of it came.

        None if that did not happen within `seconds`.
        """
        deadline = time.perf_counter() + seconds
        now = time.perf_counter()
        while not wanted(self.text):
            if not self._ready.select(max(0.0, deadline - time.perf_counter())):
                return None
            now = time.perf_counter()
            self._feed()
        return now

    def end(self, seconds: float = SECONDS) -> None:
        """Read on until the program has ended by itself."""
        deadline = time.perf_counter() + seconds
        try:
            while self._ready.select(max(0.0, deadline - time.perf_counter())):
                self._feed()
        except OSError:
            return  # the other end of the pty is closed
        raise TimeoutError(f"it goes on:\n{self.text}")

    def rest(self, seconds: float) -> None:
        """Read on for `seconds`."""
        deadline = time.perf_counter() + seconds
        while self._ready.select(max(0.0, deadline - time.perf_counter())):
            self._feed()
            if time.perf_counter() >= deadline:
                return

    def press(self, key: str) -> float:
        """Send a key; the time at which it was sent."""
        now = time.perf_counter()
        self._child.send(key)
        return now

    def cpu(self) -> float:
        """Return the CPU seconds of the program so far."""
        return cpu_of(self._child.pid)

    def resident(self) -> int:
        """Return the program's resident bytes."""
        pages = Path(f"/proc/{self._child.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End the program if it has not ended."""
        self._ready.close()
        self._child.close(force=True)

    def _feed(self) -> None:
        data = os.read(self._child.child_fd, 1 << 16)
        self.written += len(data)
        self._stream.feed(data)


@contextmanager
def terminal(argv: Sequence[str], columns: int = 160, rows: int = 45) -> Iterator[Terminal]:
    """Run a program on a pty; it is gone afterwards."""
    one = Terminal(argv, columns, rows)
    try:
        yield one
    finally:
        one.close()


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a running process, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
