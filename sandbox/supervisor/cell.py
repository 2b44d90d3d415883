"""Cells: fresh namespaces and a fresh, empty, bounded file system for one run each.

The porter is a small process inside the outer walls (bubblewrap's, or a container's) that makes
them. A cell's first process does nothing but keep it: when it is killed, the kernel kills all that
is in the cell. Programs enter from outside, so no code of theirs ever runs in the porter.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import struct

from . import linux, seccomp, wire
from .rlimits import set_limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

BASE = "/tmp"  # its own root is bound over it last
MOST_OPEN = 4096
NAMESPACES = ("ipc", "net", "mnt")
FRESH = linux.CLONE_NEWPID | linux.CLONE_NEWIPC | linux.CLONE_NEWNET | linux.CLONE_NEWNS
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 1, 64
_LOOPBACK_UP = struct.pack("16sH14x", b"lo", _IFF_UP | _IFF_RUNNING)
_WALLS = linux.MS_NOSUID | linux.MS_NODEV
_PROGRAM = seccomp.program()
FILTER = None if _PROGRAM is None else linux.Filter(_PROGRAM)


class Porter:
    """Makes cells, one for each request of the supervisor."""

    def __init__(self, end: socket.socket, home: list[int]) -> None:
        self.end = end
        self.home = home
        """Handles of its own namespaces, to come back to."""
        self.keepers = linux.Paused()

    def serve(self) -> NoReturn:
        """Answer until the supervisor is gone; never returns."""
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # not for programs to look into, nor its keepers
        # Keepers inherit both: orphans in their cells are reaped by the kernel, and a signal that
        # has no handler does nothing to the first process of a process namespace.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        wire.send(self.end, {"ready": True})
        try:
            while True:
                request, _ = wire.receive(self.end)
                self._make(request)
        except wire.Ended:
            os._exit(0)

    def _make(self, request: dict[str, Any]) -> None:
        """Make a cell and hand it over.

        The porter itself goes into the new namespaces, furnishes them and comes back, because a
        forked child would first have to copy every page of memory that it touches.
        """
        handles: list[int] = []
        try:
            try:
                linux.unshare(FRESH, "cell's")
                handles.append(_furnish(request))
                keeper = self.keepers.start()
                handles += [os.pidfd_open(keeper), *namespaces("pid_for_children")]
            finally:
                come_back(self.home)
            wire.send(self.end, {"cell": True}, handles)
        except OSError as error:
            wire.send(self.end, {"refused": str(error)})
        for handle in handles:
            os.close(handle)


def namespaces(process: str = "pid") -> list[int]:
    """Return handles of this process's namespaces, the process namespace first.

    A process handle would not do: entering through it needs the right to trace, and programs of
    the cell must not have that over its first process.
    """
    names = (process, *NAMESPACES)
    return [os.open(f"/proc/self/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in names]


def come_back(home: list[int]) -> None:
    """Leave a cell's namespaces for those of `home`."""
    for space in home:
        linux.setns(space, 0, "own")


def _furnish(request: dict[str, Any]) -> int:
    """Mount what a program may write, and its /proc; return the directory of it all."""
    size = f"size={int(request['disk_bytes'])},nr_inodes={int(request['inodes'])},mode=700"
    linux.mount("tmpfs", BASE, "tmpfs", _WALLS, size)
    base = os.open(BASE, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    roots = sorted(request["roots"], key=lambda pair: bool(pair[1] == BASE))
    for name, root in roots:
        os.mkdir(f"{BASE}/{name}", 0o700)
        linux.mount(f"{BASE}/{name}", root, "", linux.MS_BIND)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, _LOOPBACK_UP)
    return base


def fork_in_cell(end: socket.socket, home: list[int], handles: list[int]) -> Order | None:
    """Fork a child into a cell, where it waits for what it is to run.

    `handles` are the cell's namespaces, and a socket on which the child gets its order. Returns the
    order in the child, ready to become the program. The caller's side waits for the child's end,
    reports it on `end` and returns None.
    """
    *spaces, orders = handles
    pid = _fork_into(end, home, spaces[0])
    if pid == 0:
        order = Order()
        try:
            _enter(spaces)
            order.receive(orders)
            _settle(order)
        except OSError as error:
            wire.send(end, {"refused": str(error)})
            os._exit(1)
        except wire.Ended:
            os._exit(0)
        return order
    for handle in handles:
        os.close(handle)
    if pid > 0:
        _, status, used = os.wait4(pid, 0)
        cpu_seconds = used.ru_utime + used.ru_stime
        wire.send(end, {"status": status, "cpu_seconds": cpu_seconds, "rss_kib": used.ru_maxrss})
    return None


class Order:
    """What a child is to run, and with which streams."""

    def __init__(self) -> None:
        self.request: dict[str, Any] = {}
        self.streams: list[int] = []
        """Standard output and error, and the channel where there is one."""

    def receive(self, handle: int) -> None:
        """Wait for it on a socket, which is closed with all the others; raises wire.Ended."""
        end = socket.socket(fileno=handle)
        try:
            self.request, self.streams = wire.receive_order(end)
        finally:
            end.detach()


def _fork_into(end: socket.socket, home: list[int], space: int) -> int:
    """Fork a child into the process namespace `space`; -1, and told on `end`, when it fails."""
    try:
        linux.setns(space, linux.CLONE_NEWPID, "cell's process")
        try:
            pid = linux.fork()
            if pid == 0:
                return 0
        except OSError:
            linux.setns(home[0], linux.CLONE_NEWPID, "own process")
            raise
        linux.setns(home[0], linux.CLONE_NEWPID, "own process")
    except OSError as error:
        wire.send(end, {"refused": str(error), "forked": False})
        return -1
    return pid


def _enter(spaces: list[int]) -> None:
    """Move into the rest of the cell."""
    for space in spaces[1:]:
        linux.setns(space, 0, "cell's")
    try:
        linux.mount("proc", "/proc", "proc", _WALLS | linux.MS_NOEXEC)
    except OSError:  # where parts of /proc are masked a fresh one is refused: then none at all
        linux.mount("tmpfs", "/proc", "tmpfs", _WALLS | linux.MS_RDONLY, "size=4k,mode=755")
    os.setsid()
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # its own /proc/self is its own again


def _settle(order: Order) -> None:
    """Give up everything that a program must not have."""
    null = os.open("/dev/null", os.O_RDONLY)
    for at, handle in enumerate((null, *order.streams)):
        os.dup2(handle, at)
        os.set_inheritable(at, True)
    os.chdir(order.request["workdir"])
    set_limits(order.request["limits"], order.request["extra_tasks"])
    os.closerange(1 + len(order.streams), MOST_OPEN)
    linux.drop_capabilities()
    if FILTER is not None:
        FILTER.put_on()
