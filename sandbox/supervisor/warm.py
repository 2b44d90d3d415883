"""The supervisor's side of a lease's zygote and porter: start them, run programs in cells."""

from __future__ import annotations

import os
import select
import signal
import socket
from contextlib import suppress

from . import processes, wire
from .cells import END_SECONDS, Cell, Lost, Size
from .launch import Broken, read_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .channel import Handle
    from .job import Run

EXTRA_TASKS = 5
"""Processes of the cell's user namespace that are not the program's: the zygote and the one that
waits for it, the porter, the two keepers."""
KEEPERS = 2
"""Processes of the lease's cells that are no program's: what keeps this one, and the spare one."""
READY_SECONDS = 30.0
RUNS = 500
"""Programs forked before the zygote is replaced."""


class Cold(Exception):
    """No zygote can run here; the text says why."""


class Warm:
    """A zygote and its porter. `spawn` starts their process with two inherited sockets."""

    def __init__(
        self,
        spawn: Callable[[tuple[int, int], int], int],
        flags: tuple[str, ...],
        modules: Sequence[str],
        scripts: Sequence[str],
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
        """Has a child in it, or will have when the present run has ended."""
        self._spare: Cell | None = None
        self._coming: Size | None = None
        """Of the cell that the porter has been asked for."""
        self.helpers: frozenset[int] = frozenset()
        """Its processes, as this one sees them."""
        self.porter, porter_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.zygote, zygote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._log = os.memfd_create("sandbox", os.MFD_CLOEXEC)
        with porter_end, zygote_end:
            self.pid = spawn((porter_end.fileno(), zygote_end.fileno()), self._log)
        self.helpers = frozenset({self.pid})
        with suppress(wire.Ended):  # told by `ready`
            wire.send(self.zygote, {"modules": list(modules), "scripts": list(scripts)})

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
        """Return a fresh cell with a child waiting in it; raises Lost.

        One more cell is at hand then, in which nothing happens before `follow`: how many processes
        there are beside a run does not depend on how fast it is.
        """
        sizes = [cell.size for cell in (self._next, self._spare) if cell is not None]
        if any(other != size for other in (*sizes, self._coming or size)):
            self._discard_all()
        if self._next is None:  # the first run, or the last one came to nothing
            self._have_spare(size)
            self.follow()
        self._have_spare(size)
        cell, self._next = self._next, None
        assert cell is not None
        return cell

    def prepare(self, size: Size) -> None:
        """Have the porter make a spare cell of that size, unless there is one; raises Lost."""
        if self._spare is None and self._coming is None:
            self._coming = size
            request = {"disk_bytes": size.disk_bytes, "inodes": size.inodes, "roots": size.roots}
            self._send(self.porter, request)

    def _have_spare(self, size: Size) -> None:
        self.prepare(size)
        if self._coming is not None:
            size, self._coming = self._coming, None
            message, handles = self.receive(self.porter, END_SECONDS)
            if "refused" in message:
                raise Lost(message["refused"])
            self._spare = Cell(size, *handles)

    def follow(self) -> None:
        """Have a child forked into the spare cell, once the present one has ended; raises Lost."""
        cell, self._spare = self._spare, None
        if cell is not None:
            self._next = cell
            cell.orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._send(self.zygote, {"fork": True}, [*cell.spaces, theirs.fileno()])
            cell.close_spaces()

    def _discard_all(self) -> None:
        """End the cells that wait; raises Lost."""
        if self._coming is not None:
            self._have_spare(self._coming)
        spare, self._spare = self._spare, None
        if spare is not None:
            spare.discard()
        cell, self._next = self._next, None
        if cell is not None:
            cell.discard()
            self.ended()

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
        for cell in (self._next, self._spare):
            if cell is not None:
                cell.close()
                os.close(cell.base)
        self.zygote.close()
        self.porter.close()
        os.close(self._log)
        processes.end_below(self.pid)


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
            assert self.cell.orders is not None
            wire.send_order(self.cell.orders, self.request, handles)
        if self.channel is not None:
            self.channel.close()
        with suppress(Lost):  # told by the end of this run
            self.warm.follow()

    def sample(self) -> processes.Sample:
        """See `job.Program.sample`."""
        seen = processes.sample(set(), self.warm.helpers, go_below=True)
        seen.tasks = max(0, seen.tasks - KEEPERS)
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
