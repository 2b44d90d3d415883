"""The supervisor's handles of a cell, which the porter made (`cell.py`)."""

from __future__ import annotations

import os
import select
import signal
import socket
from contextlib import suppress

END_SECONDS = 20.0
"""How long the kernel, or a helper, may take to do what is never refused."""


class Lost(Exception):
    """The zygote, the porter or a cell failed in the middle of something; the text says how."""


class Size:
    """What a cell is like."""

    def __init__(self, disk_bytes: int, inodes: int, roots: list[list[str]]) -> None:
        self.disk_bytes = disk_bytes
        self.inodes = inodes
        self.roots = roots
        """[name of the directory, path in the sandbox] of what programs may write."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]


class Cell:
    """Open handles of a cell; `base` is for the caller to close, the rest for `close`."""

    def __init__(self, size: Size, base: int, keeper: int, *spaces: int) -> None:
        self.size = size
        self.base = base
        """The directory that holds one directory for each writable root."""
        self.keeper = keeper
        """A pidfd of its first process."""
        self.spaces = spaces
        self.orders: socket.socket | None = None
        """Where the child in it waits for what it is to run, once there is to be one."""

    def end(self) -> None:
        """Kill its first process: the kernel kills all others before that is gone. Raises Lost."""
        with suppress(ProcessLookupError):  # it may have ended, and needs no reaping
            signal.pidfd_send_signal(self.keeper, signal.SIGKILL)
        poll = select.poll()
        poll.register(self.keeper, select.POLLIN)
        if not poll.poll(END_SECONDS * 1000):
            raise Lost(f"a cell did not end within {END_SECONDS:g} s")

    def discard(self) -> None:
        """End it and let go of it, unused; raises Lost."""
        try:
            self.end()
        finally:
            self.close()
            os.close(self.base)

    def close_spaces(self) -> None:
        """Let go of the namespaces, which the child has."""
        for handle in self.spaces:
            os.close(handle)
        self.spaces = ()

    def close(self) -> None:
        """Let go of it; does nothing the second time."""
        if self.keeper >= 0:
            os.close(self.keeper)
            self.close_spaces()
            if self.orders is not None:
                self.orders.close()
            self.keeper = -1
