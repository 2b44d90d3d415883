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
from contextlib import suppress

from . import linux, seccomp, wire
from .execute import execute
from .rlimits import set_limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

BASE = "/tmp"  # its own root is bound over it last
MOST_OPEN = 4096
NAMESPACES = ("pid", "ipc", "net", "mnt")
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 1, 64
_WALLS = linux.MS_NOSUID | linux.MS_NODEV
_PROGRAM = seccomp.program()
FILTER = None if _PROGRAM is None else linux.Filter(_PROGRAM)


class Porter:
    """Makes cells, and executes in them the programs that are not forked from the zygote."""

    def __init__(self, end: socket.socket, namespace: int) -> None:
        self.end = end
        self.namespace = namespace
        """Its own process namespace, to come back to."""

    def serve(self) -> NoReturn:
        """Answer until the supervisor is gone; never returns."""
        wire.send(self.end, {"ready": True})
        try:
            while True:
                request, handles = wire.receive(self.end)
                self._reap()
                if "roots" in request:
                    self._make(request)
                elif run_in_cell(self.end, self.namespace, request, handles):
                    execute(request["argv"], os.environ)
        except wire.Ended:
            os._exit(0)

    @staticmethod
    def _reap() -> None:
        """Forget the cells that have been killed."""
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def _make(self, request: dict[str, Any]) -> None:
        pid = fork_into(self.namespace, None)
        if pid:
            return
        try:
            base = _furnish(request)
            linux.prctl(linux.PR_SET_DUMPABLE, 0)  # not for programs of the cell to look into
            linux.drop_capabilities()
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans are reaped by the kernel
            handles = [os.pidfd_open(os.getpid()), base, *_namespaces()]
            wire.send(self.end, {"cell": True}, handles)
        except OSError as error:
            wire.send(self.end, {"refused": str(error)})
            os._exit(1)
        except wire.Ended:
            os._exit(0)
        os.closerange(0, MOST_OPEN)
        while True:
            signal.pause()


def _furnish(request: dict[str, Any]) -> int:
    """Enter new namespaces and mount what a program may write; return the directory of it all."""
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC | linux.CLONE_NEWNET, "cell's")
    size = f"size={int(request['disk_bytes'])},nr_inodes={int(request['inodes'])},mode=700"
    linux.mount("tmpfs", BASE, "tmpfs", _WALLS, size)
    base = os.open(BASE, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    roots = sorted(request["roots"], key=lambda pair: bool(pair[1] == BASE))
    for name, root in roots:
        os.mkdir(f"{BASE}/{name}", 0o700)
        linux.mount(f"{BASE}/{name}", root, "", linux.MS_BIND)
    try:
        linux.mount("proc", "/proc", "proc", _WALLS | linux.MS_NOEXEC)
    except OSError:  # where parts of /proc are masked a fresh one is refused: then none at all
        linux.mount("tmpfs", "/proc", "tmpfs", _WALLS | linux.MS_RDONLY, "size=4k,mode=755")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        flags = struct.pack("16sH14x", b"lo", _IFF_UP | _IFF_RUNNING)
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, flags)
    return base


def _namespaces() -> list[int]:
    """Return handles of this process's namespaces, the process namespace first.

    A process handle would not do: entering through it needs the right to trace, and programs of
    the cell must not have that over its first process.
    """
    return [os.open(f"/proc/self/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in NAMESPACES]


def run_in_cell(
    end: socket.socket, namespace: int, request: dict[str, Any], handles: list[int]
) -> bool:
    """Fork a child into a cell; True in the child, ready to become the program.

    `handles` are the cell's namespaces, standard output, standard error and, where there is one,
    the channel. The caller's side waits for the program's end, reports it on `end` and returns
    False.
    """
    spaces, streams = handles[: len(NAMESPACES)], handles[len(NAMESPACES) :]
    try:
        pid = fork_into(namespace, spaces[0])
    except OSError as error:
        pid = -1
        wire.send(end, {"refused": str(error), "forked": False})
    if pid == 0:
        try:
            _enter(spaces, streams, request)
        except OSError as error:
            wire.send(end, {"refused": str(error)})
            os._exit(1)
        return True
    for handle in handles:
        os.close(handle)
    if pid > 0:
        _, status, used = os.wait4(pid, 0)
        cpu_seconds = used.ru_utime + used.ru_stime
        end_report = {"status": status, "cpu_seconds": cpu_seconds, "rss_kib": used.ru_maxrss}
        wire.send(end, end_report)
    return False


def fork_into(own: int, cell: int | None) -> int:
    """Fork a child into the process namespace of `cell`, or as the first process of a new one.

    `own` is the namespace to come back to. Returns as fork does; raises OSError.
    """
    if cell is None:
        linux.unshare(linux.CLONE_NEWPID, "process")
    else:
        linux.setns(cell, linux.CLONE_NEWPID, "cell's process")
    try:
        pid = os.fork()
    except OSError:
        linux.setns(own, linux.CLONE_NEWPID, "own process")
        raise
    if pid:
        linux.setns(own, linux.CLONE_NEWPID, "own process")
    return pid


def _enter(spaces: list[int], streams: list[int], request: dict[str, Any]) -> None:
    """Move into the rest of the cell, and give up everything that a program must not have."""
    for space in spaces[1:]:
        linux.setns(space, 0, "cell's")
    os.setsid()
    null = os.open("/dev/null", os.O_RDONLY)
    for at, handle in enumerate((null, *streams)):
        os.dup2(handle, at)
        os.set_inheritable(at, True)
    os.chdir(request["workdir"])
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # its own /proc/self is its own again
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # rather the program than what started it
    set_limits(request["limits"], request["extra_tasks"])
    os.closerange(1 + len(streams), MOST_OPEN)
    linux.drop_capabilities()
    if FILTER is not None:
        FILTER.put_on()
