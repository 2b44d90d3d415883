"""The supervisor as the first process of a container.

It speaks over its standard input and output, which the engine carries to the caller. In a
container for many runs it builds the same walls as beside the caller, bubblewrap's with a warm
interpreter behind them, and the container stands around them. In a container for one run the
container's own walls are the only ones.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from . import linux, seccomp, stage
from .area import Area
from .cgroup import UNIFIED, Slot, own_cgroups
from .channel import Gone
from .forked import Started
from .launch import Bare, Bwrap
from .programs import NOT_WANTED, Programs
from .relay import RelayChannel
from .service import Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, NoReturn

HOME = "/.sandbox"
FOREIGN = "the image has its own Python, which cannot be forked from a warm interpreter"
# Controller, what a file is to a slot, its names in either version of cgroups.
_COUNTERS = (
    ("memory", "limit", "memory.limit_in_bytes", "memory.max"),
    ("memory", "kills", "memory.oom_control", "memory.events"),
    ("pids", "tasks_limit", "pids.max"),
    ("pids", "refused", "pids.events"),
)
_NOT_SHOWN = ("/proc", "/dev", "/sys", "/tmp", "/.dockerenv")


class ThroughLoader(Bwrap):
    """Starts bwrap through the loader that came with it: the image may have none that fits."""

    def start(self, argv: Sequence[str]) -> Started:
        """See `Bwrap.start`."""
        started = super().start(argv)
        started.path, *words = self._command()
        started.argv = [started.path, *words, *started.argv[1:]]
        return started

    def zygote_command(
        self, ends: tuple[int, int], flags: tuple[str, ...]
    ) -> tuple[str, list[str]]:
        """See `Bwrap.zygote_command`."""
        _, words = super().zygote_command(ends, flags)
        through = self._command()
        return through[0], [*through, *words[1:]]

    def _command(self) -> list[str]:
        (loader,) = [name for name in os.listdir(f"{HOME}/lib") if name.startswith("ld")]
        return [f"{HOME}/lib/{loader}", "--library-path", f"{HOME}/lib", self.binary]


class OwnCgroup(Slot):
    """The container's own cgroup: the engine bounds it, and its counters are read here.

    `exact` says that its limit on processes is that of a run, the supervisor counted in.
    """

    def __init__(self, exact: bool) -> None:
        super().__init__()
        try:
            own = own_cgroups()
        except OSError:
            own = {}
        for controller, word, *names in _COUNTERS:
            for name in names if exact or controller == "memory" else ():
                folder = own.get(controller) or own.get(UNIFIED, "")
                with contextlib.suppress(OSError):
                    self._files[word] = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_CLOEXEC)

    def enter(self) -> None:
        """Do nothing: everything in the container is in it."""

    def limit(self, memory_bytes: int, tasks: int) -> None:
        """Do nothing: the caller asked the engine."""


class OwnRoots(Area):
    """The writable directories of a container for one run, each a tmpfs of its own."""

    def __init__(self, roots: Sequence[str]) -> None:
        super().__init__("", roots, own_mount=True)

    def folder(self, root: str) -> str:
        """Return `root` itself."""
        return root

    def prepare(self, disk_bytes: int, files: int) -> None:
        """Do nothing: the engine mounted them, empty and bounded."""

    def full(self) -> str | None:
        """See `Area.full`."""
        for root in self.roots:
            state = os.statvfs(root)
            if state.f_bavail == 0:
                return f"all {state.f_blocks * state.f_frsize} bytes of disk at {root} are in use"
            if state.f_files and state.f_ffree == 0:
                return f"all {state.f_files} files of {root} are in use"
        return None

    def empty(self) -> None:
        """Do nothing: they end with the container."""


class ContainedService(Service):
    """One lease, or one run of a lease, in a container."""

    def open(self, header: dict[str, Any], blobs: list[bytes]) -> dict[str, Any]:
        """See `Service.open`."""
        cgroup = OwnCgroup(exact=not header["inner"])
        opened = self._open_inner if header["inner"] else self._open_alone
        reply = opened(header, blobs)
        self.programs.slot = cgroup
        reply["counts_kills"] = cgroup.bounds_memory
        return reply

    def _open_alone(self, header: dict[str, Any], blobs: list[bytes]) -> dict[str, Any]:
        area = OwnRoots(header["writable"])
        launcher = Bare(area, header["workdir"], header["env"], {})
        cold = header["cold"] or NOT_WANTED
        self.programs = Programs(self.channel, area, launcher, header, cold)
        reply = self._opened(False, None)
        program = seccomp.program(unix=header["sealed"])
        if program is not None:
            linux.Filter(program).put_on()  # programs inherit it
        return reply

    def _open_inner(self, header: dict[str, Any], blobs: list[bytes]) -> dict[str, Any]:
        if (problem := stage.private_mounts_allowed()) is not None:
            raise stage.Refused(problem)
        taken = {*header["writable"], *header["files"]}
        mounts, links = shown("", taken)
        header.update(
            backend="bubblewrap", private=True, bwrap="", mounts=mounts, links=links, hidden=[],
            helper=[(HOME, HOME)], network=False,
        )  # fmt: skip
        reply = super().open(header, blobs)
        area, tree = self.programs.area, ["--ro-bind", "/tree", "/"]
        bwrap = f"{HOME}/bin/bwrap"
        launcher = ThroughLoader(bwrap, tree, area, header)
        cold = FOREIGN if header["foreign"] else None
        self.programs = Programs(self.channel, area, launcher, header, cold)
        return reply


def shown(folder: str, taken: Iterable[str]) -> tuple[list[list[str]], list[list[str]]]:
    """Return what of the image is mounted, and its links, so that the `taken` paths stay free."""
    mounts, links = [], []
    for name in sorted(os.listdir(folder or "/")):
        path = f"{folder}/{name}"
        if path in _NOT_SHOWN or path in taken:
            continue
        if any(other.startswith(path + "/") for other in taken) and os.path.isdir(path):
            below = shown(path, taken)
            mounts += below[0]
            links += below[1]
        elif os.path.islink(path):
            links.append([os.readlink(path), path])
        else:
            mounts.append([path, path])
    return mounts, links


def main() -> NoReturn:
    """Serve the caller at the other end of standard input and output."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the first process is ended from outside
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    with contextlib.suppress(Gone):
        service = ContainedService(RelayChannel(0, 1))
        header, blobs = service.channel.receive()
        try:
            reply = service.open(header, blobs)
            if reply["private"]:
                stage.become_first_process((0, service.channel.handle))
        except stage.Refused as error:
            service.channel.send({"refused": str(error)}, [], [])
            sys.exit(0)
        linux.prctl(linux.PR_SET_DUMPABLE, 0)  # programs may have the same uid
        service.channel.send(reply, [], [])
        try:
            service.serve()
        finally:
            service.close()
    sys.exit(0)
