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

    from .channel import Handle
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
        spawn: Callable[[tuple[int, int], int], int],
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
        self._next: Cell | None = None
        self.helpers: frozenset[int] = frozenset()
        """Its processes, as this one sees them."""
        self.porter, porter_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.zygote, zygote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = os.memfd_create("sandbox", os.MFD_CLOEXEC)
        with porter_end, zygote_end:
            self.pid = spawn((porter_end.fileno(), zygote_end.fileno()), self._log)
        self.helpers = frozenset({self.pid})
        with suppress(wire.Ended):  # told by `ready`
            wire.send(self.zygote, {"modules": list(modules)})

    @property
    def worn(self) -> bool:
        """Whether it should be replaced before the next run."""
        return self.anomaly or self.runs >= RUNS

    def ready(self) -> bool:
        """Wait until both can serve; True the first time. Raises Cold when they cannot."""
        if self._ready:
            return False
        try:
            for end in (self.zygote, self.porter):
                message, _ = self.receive(end, READY_SECONDS)
                if "refused" in message:
                    raise Cold(message["refused"])
        except Lost as error:
            raise Cold(str(error)) from error
        self.helpers |= frozenset(processes.descendants(self.pid))
        self._ready = True
        return True

    def cell(self, size: Size) -> Cell:
        """Return a fresh cell with a child waiting in it: the prepared one where that fits.

        Raises Lost.
        """
        self.prepare(size)
        assert self._next is not None
        cell, self._next = self._next, None
        return cell

    def prepare(self, size: Size) -> None:
        """Have a cell of that size at hand for the next run; raises Lost."""
        if self._next is not None and self._next.size != size:
            cell, self._next = self._next, None
            self.discard(cell)
        if self._next is None:
            self._next = self._make(size)

    def _make(self, size: Size) -> Cell:
        request = {"disk_bytes": size.disk_bytes, "inodes": size.inodes, "roots": size.roots}
        self._send(self.porter, request)
        message, handles = self.receive(self.porter, END_SECONDS)
        if "refused" in message:
            raise Lost(message["refused"])
        cell = Cell(size, *handles)
        orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        cell.orders = orders
        with theirs:
            self._send(self.zygote, {"fork": True}, [*cell.spaces, theirs.fileno()])
        cell.close_spaces()
        return cell

    def discard(self, cell: Cell) -> None:
        """End a cell in which nothing was run; raises Lost."""
        try:
            cell.end()
            self.ended()
        finally:
            cell.close()
            os.close(cell.base)

    def ended(self) -> dict[str, Any]:
        """Wait for the zygote's word on the end of its child; raises Lost."""
        refused = ""
        while True:
            message, _ = self.receive(self.zygote, END_SECONDS)
            refused = message.get("refused", refused)
            if "status" in message or message.get("forked") is False:
                message["refused"] = refused
                return message

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
        if self._next is not None:
            self._next.close()
            os.close(self._next.base)
        self.zygote.close()
        self.porter.close()
        os.close(self._log)
        processes.end_below(self.pid)


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
        self.orders: socket.socket
        """Where the child in it waits for what it is to run."""

    def end(self) -> None:
        """Kill its first process: the kernel kills all others before that is gone. Raises Lost."""
        with suppress(ProcessLookupError):  # it may have ended, and needs no reaping
            signal.pidfd_send_signal(self.keeper, signal.SIGKILL)
        poll = select.poll()
        poll.register(self.keeper, select.POLLIN)
        if not poll.poll(END_SECONDS * 1000):
            raise Lost(f"a cell did not end within {END_SECONDS:g} s")

    def close_spaces(self) -> None:
        """Let go of the namespaces, which the child has."""
        for handle in self.spaces:
            os.close(handle)

    def close(self) -> None:
        """Let go of it; does nothing the second time."""
        if self.keeper >= 0:
            os.close(self.keeper)
            self.orders.close()
            self.keeper = -1


class Inside:
    """A program in a cell of a warm sandbox; see `job.Program`."""

    def __init__(
        self, warm: Warm, cell: Cell, request: dict[str, Any], channel: Handle | None
    ) -> None:
        self.warm = warm
        self.cell = cell
        self.request = request
        self.channel = channel
        self.alive = warm.zygote.fileno()
        self.status = 0
        self.lost = ""
        """How the sandbox failed, if it did."""

    def start(self, out: int, err: int) -> None:
        """See `job.Program.start`."""
        handles = [out, err]
        if self.channel is not None:
            handles.append(self.channel.handle)
        self.warm.runs += 1
        with suppress(wire.Ended):  # told by its end
            wire.send_order(self.cell.orders, self.request, handles)
        if self.channel is not None:
            self.channel.close()

    def sample(self) -> processes.Sample:
        """See `job.Program.sample`."""
        seen = processes.sample(set(), self.warm.helpers, go_below=True)
        seen.tasks = max(0, seen.tasks - 1)  # the cell's keeper
        return seen

    def end(self, usage: processes.Usage) -> None:
        """See `job.Program.end`; what failed is kept for `finish`."""
        try:
            self.cell.end()
            message = self.warm.ended()
        except Lost as error:
            self.lost = str(error)
            self.warm.anomaly = True
            return
        self.lost = message["refused"]
        if "status" in message:
            self.status = message["status"]
            usage.cpu_seconds += message["cpu_seconds"]
            usage.rss_bytes = max(usage.rss_bytes, message["rss_kib"] * 1024)

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
