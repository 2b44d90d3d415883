"""The supervisor's main loop: one `open` message, then `run` messages until the caller is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import sys

from . import linux, plain, seccomp, stage
from .area import Area, remove_tree
from .cgroup import Slot
from .channel import Channel, Gone
from .collect import Collector
from .launch import Bare, Bwrap
from .programs import NOT_WANTED, Programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


class Service:
    """One lease, on this side."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.programs: Programs
        self.folder: str | None = None
        """The lease's own directory on this machine, where it needs one."""

    def open(self, header: dict[str, Any], blobs: list[bytes]) -> dict[str, Any]:
        """Build what the lease shows; return what the caller should know about it."""
        files = list(zip(header["files"], blobs, strict=True))
        if header["backend"] == "process":
            return self._open_bare(header, files)
        problem = None if os.getuid() == 0 else stage.private_mounts_allowed()
        if not header["private"]:
            problem = "asked for plain directories"
        if problem is not None:
            needed = [source for source, _ in (*header["mounts"], *header["helper"])]
            if (held := plain.leave_root(needed)) is not None:
                raise stage.Refused(held)
            base = self.folder = plain.folder(header["slot"])
            tree = plain.tree(base, header, files)
            area = Area(f"{base}/area", header["writable"], own_mount=False)
            os.mkdir(area.base, 0o700)
            binary = header["bwrap"]
        else:
            binary = "/helper/bin/bwrap"
            own = stage.build(
                header["mounts"],
                header["links"],
                files,
                header["writable"],
                header["hidden"],
                header["helper"],
            )
            problem = None if own else "no mounts in a user namespace after dropping root"
            tree = ["--ro-bind", "/tree", "/"]
            area = Area("/run" if own else "/run/area", header["writable"], own)
        launcher = Bwrap(binary, tree, area, header)
        cold = problem or header["cold"] or (None if header["warm"] else NOT_WANTED)
        self.programs = Programs(self.channel, area, launcher, header, cold)
        return self._opened(problem is None, problem)

    def _opened(self, private: bool, problem: str | None) -> dict[str, Any]:
        return {
            "private": private,
            "problem": problem,
            "uid": os.getuid(),
            "filtered": seccomp.program() is not None,
            "folder": self.folder,
        }

    def _open_bare(self, header: dict[str, Any], files: list[tuple[str, bytes]]) -> dict[str, Any]:
        dropped = plain.leave_root([source for source, _ in header["mounts"]])
        base = self.folder = plain.folder(header["slot"])
        moved = plain.materialise(base, header, files)
        area = Area(f"{base}/area", header["writable"], own_mount=False)
        os.mkdir(area.base, 0o700)
        launcher = Bare(area, header["workdir"], header["env"], moved)
        self.programs = Programs(self.channel, area, launcher, header, "nothing isolates the runs")
        return self._opened(False, dropped)

    def run(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """Run one job and send what came of it."""
        limits = header["limits"]
        collector = Collector(int(limits["file_bytes"]), int(limits["disk_bytes"]))
        try:
            reply, streams = self.programs.execute(header, blobs, collector)
            reply["nonce"] = header["nonce"]
            reply["cold"] = self.programs.cold
            reply["collected"] = [path for path, _, _ in collector.taken]
            reply["problems"] = collector.problems
            files = [(handle, size) for _, handle, size in collector.taken]
            self.channel.send(reply, streams, files)
        finally:
            collector.close()
        self.programs.renew()

    def serve(self) -> None:
        """Answer until the caller is gone."""
        while True:
            header, blobs = self.channel.receive()
            # A kill that crossed the end of its run has nothing left to kill.
            if header["op"] == "run":
                self.run(header, blobs)

    def close(self) -> None:
        """Leave nothing behind."""
        self.programs.close()
        if self.folder is not None:
            remove_tree(self.folder)


def _told_to_end(number: int, frame: object) -> NoReturn:
    raise Gone


def _undisturbed() -> None:
    """Ignore no signal because the caller does, as whatever a shell starts in the background does.

    Programs would inherit it. A hang-up stays ignored here, and is restored for them like ours.
    """
    for number in signal.valid_signals() - {signal.SIGPIPE, signal.SIGXFSZ, signal.SIGHUP}:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def main() -> NoReturn:
    """Serve the socket that is standard input."""
    _undisturbed()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's to handle
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    signal.signal(signal.SIGTERM, _told_to_end)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("500")  # inherited: a machine out of memory ends this before the caller
    caller = int(sys.argv[2])
    with contextlib.suppress(Gone):
        try:
            alive = os.pidfd_open(caller)
        except ProcessLookupError:
            raise Gone from None
        service = Service(Channel(os.dup(0), alive, int(sys.argv[3])))
        if os.getppid() != caller:
            raise Gone
        header, blobs = service.channel.receive()
        slot, why = Slot.make(header["slot"])  # while this process still may
        paths = () if slot is None else slot.paths
        try:
            reply = service.open(header, blobs)
            if reply["private"]:
                stage.become_first_process((0, service.channel.handle))
        except stage.Refused as error:
            service.channel.send({"refused": str(error), "slot_paths": paths}, [], [])
            sys.exit(0)
        if slot is not None and (refused := slot.try_entering()) is not None:
            slot, why = None, refused
        service.programs.slot = slot
        reply |= {
            "slot_paths": paths,
            "slot_problem": why,
            "bounds_memory": slot is not None and slot.bounds_memory,
            "bounds_tasks": slot is not None and slot.bounds_tasks,
        }
        # In the process backend the programs have this process's uid: not theirs to look into.
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        service.channel.send(reply, [], [])
        try:
            service.serve()
        finally:
            service.close()
    sys.exit(0)
