"""The supervisor's side of a lease's zygote and porter: start them, run programs in cells."""

from __future__ import annotations

import os
import select
import signal
import socket
from contextlib import suppress

from . import processes, wire
from .launch import Broken, read_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .job import Run

EXTRA_TASKS = 4
"""Processes of the cell's user namespace that are not the program's: the zygote and the one that
waits for it, the porter, the cell's first."""
READY_SECONDS = 30.0
END_SECONDS = 20.0
RUNS = 500
"""Programs forked before the zygote is replaced."""


class Cold(Exception):
    """No zygote can run here; the text says why."""


class Lost(Exception):
    """The zygote, the porter or a cell failed in the middle of something; the text says how."""


class Warm:
    """A zygote and its porter. `spawn` starts their process with two inherited sockets."""

    def __init__(
        self,
        spawn: Callable[[tuple[int, int], int, tuple[str, ...]], int],
        flags: tuple[str, ...],
        modules: Sequence[str],
        caller: int,
    ) -> None:
        self.flags = flags
        """Interpreter flags that it was started with; programs with others cannot be forked."""
        self.caller = caller
        self.runs = 0
        self.anomaly = False
        """Whether something happened after which a new one is wanted."""
        self._ready = False
        self.helpers: frozenset[int] = frozenset()
        """Its processes, as this one sees them."""
        self.porter, porter_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.zygote, zygote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = os.memfd_create("sandbox", os.MFD_CLOEXEC)
        with porter_end, zygote_end:
            self.pid = spawn((porter_end.fileno(), zygote_end.fileno()), self._log, flags)
        self.helpers = frozenset({self.pid})
        with suppress(wire.Ended):  # told by `ready`
            wire.send(self.zygote, {"modules": list(modules)})

    @property
    def worn(self) -> bool:
        """Whether it should be replaced before the next run."""
        return self.anomaly or self.runs >= RUNS

    def ready(self) -> None:
        """Wait until both can serve; raises Cold when they cannot."""
        if self._ready:
            return
        try:
            for end in (self.zygote, self.porter):
                message, _ = self.receive(end, READY_SECONDS)
                if "refused" in message:
                    raise Cold(message["refused"])
        except Lost as error:
            raise Cold(str(error)) from error
        self.helpers |= frozenset(processes.descendants(self.pid))
        self._ready = True

    def cell(self, disk_bytes: int, inodes: int, roots: list[list[str]]) -> Cell:
        """Make a cell.

        `roots` are [name of the directory, path in the sandbox]. Raises Lost.
        """
        self._send(self.porter, {"disk_bytes": disk_bytes, "inodes": inodes, "roots": roots})
        message, handles = self.receive(self.porter, END_SECONDS)
        if "refused" in message:
            raise Lost(message["refused"])
        return Cell(*handles)

    def run(self, request: dict[str, Any], handles: list[int], fork: bool) -> socket.socket:
        """Start a program in a cell; return the socket on which its end will be told."""
        end = self.zygote if fork else self.porter
        self.runs += 1
        self._send(end, request, handles)
        return end

    def _send(
        self, end: socket.socket, message: dict[str, Any], handles: Sequence[int] = ()
    ) -> None:
        try:
            wire.send(end, message, handles)
        except wire.Ended as error:
            raise Lost(f"the warm interpreter ended{self._last_words()}") from error

    def _last_words(self) -> str:
        said = os.pread(self._log, 4000, 0)
        return f": {said.decode(errors='replace').strip()}" if said.strip() else ""

    def receive(self, end: socket.socket, seconds: float) -> tuple[dict[str, Any], list[int]]:
        """Return the next message, if it comes within `seconds`; raises Lost."""
        poll = select.poll()
        poll.register(end, select.POLLIN)
        poll.register(self.caller, select.POLLIN)
        ready = [handle for handle, _ in poll.poll(seconds * 1000)]
        if not ready:
            raise Lost(f"the warm interpreter did not answer within {seconds:g} s")
        if self.caller in ready and end.fileno() not in ready:
            raise Lost("the caller is gone")
        try:
            return wire.receive(end)
        except wire.Ended as error:
            raise Lost(f"the warm interpreter ended{self._last_words()}") from error

    def stop(self) -> None:
        """End it and everything in its cells."""
        self.zygote.close()
        self.porter.close()
        os.close(self._log)
        processes.end_below(self.pid)


class Cell:
    """Open handles of a cell; `base` is for the caller to close, the rest for `close`."""

    def __init__(self, keeper: int, base: int, *spaces: int) -> None:
        self.keeper = keeper
        """A pidfd of its first process."""
        self.base = base
        """The directory that holds one directory for each writable root."""
        self.spaces = spaces

    def close(self) -> None:
        """Let go of it; does nothing the second time."""
        if self.keeper >= 0:
            for handle in (self.keeper, *self.spaces):
                os.close(handle)
            self.keeper = -1


class Inside:
    """A program in a cell of a warm sandbox; see `job.Program`."""

    def __init__(
        self, warm: Warm, cell: Cell, request: dict[str, Any], channel: int | None, fork: bool
    ) -> None:
        self.warm = warm
        self.cell = cell
        self.request = request
        self.channel = channel
        self.fork = fork
        self.alive = -1
        self.status = 0
        self.lost = ""
        """How the sandbox failed, if it did."""
        self._end: socket.socket

    def start(self, out: int, err: int) -> None:
        """See `job.Program.start`; raises Lost."""
        handles = [*self.cell.spaces, out, err]
        if self.channel is not None:
            handles.append(self.channel)
        self._end = self.warm.run(self.request, handles, self.fork)
        self.alive = self._end.fileno()

    def sample(self) -> processes.Sample:
        """See `job.Program.sample`."""
        seen = processes.sample(set(), self.warm.helpers, go_below=True)
        seen.tasks = max(0, seen.tasks - 1)  # the cell's keeper
        return seen

    def end(self, usage: processes.Usage) -> None:
        """See `job.Program.end`; what failed is kept for `finish`."""
        try:
            self._end_cell()
            if self.alive >= 0:
                self._receive_end(usage)
        except Lost as error:
            self.lost = self.lost or str(error)
            self.warm.anomaly = True

    def _receive_end(self, usage: processes.Usage) -> None:
        message: dict[str, Any] = {}
        while "status" not in message:
            message, _ = self.warm.receive(self._end, END_SECONDS)
            self.lost = message.get("refused", self.lost)
            if message.get("forked") is False:
                return
        self.status = message["status"]
        usage.cpu_seconds += message["cpu_seconds"]
        usage.rss_bytes = max(usage.rss_bytes, message["rss_kib"] * 1024)

    def _end_cell(self) -> None:
        """Kill the cell's first process: the kernel kills all the others before it is gone."""
        signal.pidfd_send_signal(self.cell.keeper, signal.SIGKILL)
        poll = select.poll()
        poll.register(self.cell.keeper, select.POLLIN)
        if not poll.poll(END_SECONDS * 1000):
            raise Lost(f"a cell did not end within {END_SECONDS:g} s")

    def finish(self, run: Run) -> None:
        """Note how the program ended; raises Broken when it is the sandbox that failed."""
        if not self.lost:
            read_status(run, self.status)
        elif run.ending.oom_kills:  # the kernel chose the zygote of all that shared its memory
            run.ending.signal = int(signal.SIGKILL)
        else:
            raise Broken(self.lost)

    def close(self) -> None:
        """See `job.Program.close`."""
        self.cell.close()

    def abandon(self) -> None:
        """End a cell in which nothing was ever run; does nothing after a run."""
        if self.cell.keeper >= 0:
            with suppress(Lost):
                self._end_cell()
            self.close()
