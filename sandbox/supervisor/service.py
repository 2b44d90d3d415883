"""The supervisor's main loop: one `open` message, then `run` messages until the caller is gone."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys

from . import frames, linux, plain, seccomp, stage
from .area import Area, Full, remove_tree
from .collect import Collector
from .job import Run
from .launch import Bare, Broken, Bwrap
from .outcome import name as name_outcome
from .processes import Usage, end_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

SENT_AT_ONCE = 1 << 20


class Gone(Exception):
    """The caller closed the channel or died."""


class Channel:
    """Blocking messages on the control socket."""

    def __init__(self, handle: int, caller: int) -> None:
        self.handle = handle
        self.caller = caller
        """A pidfd: the socket alone would stay open as long as any copy of its other end does."""
        self._poll = select.poll()
        self._poll.register(handle, select.POLLIN)
        self._poll.register(caller, select.POLLIN)

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Wait for the next message and return it; raises Gone."""
        if self.caller in [handle for handle, _ in self._poll.poll()]:
            raise Gone
        length, count = frames.parse_head(self._exactly(frames.HEAD.size))
        header = frames.loads(self._exactly(length))
        return header, [
            self._exactly(size) for size in frames.parse_sizes(self._exactly(8 * count))
        ]

    def send(
        self, header: dict[str, Any], blobs: list[bytes], files: list[tuple[int, int]]
    ) -> None:
        """Send a message whose last blobs are the contents of open files (handle, size)."""
        sizes = [len(blob) for blob in blobs] + [size for _, size in files]
        self._write(frames.head(header, sizes))
        for blob in blobs:
            self._write(blob)
        for handle, size in files:
            self._send_file(handle, size)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self.handle, left) :]
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Gone from error

    def _send_file(self, handle: int, size: int) -> None:
        while size:
            data = os.read(handle, min(size, SENT_AT_ONCE))
            # Nothing can shorten a dead program's file; a short one would break the protocol.
            if not data:
                raise OSError("an output became shorter while it was read")
            self._write(data)
            size -= len(data)

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            try:
                chunk = os.read(self.handle, min(count - len(data), SENT_AT_ONCE))
            except ConnectionResetError as error:
                raise Gone from error
            if not chunk:
                raise Gone
            data += chunk
        return bytes(data)


class Service:
    """One lease, on this side."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.area: Area
        self.launcher: Bwrap | Bare
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
            base = self.folder = plain.folder()
            tree = plain.tree(base, header, files)
            self.area = Area(f"{base}/area", header["writable"], own_mount=False)
            os.mkdir(self.area.base, 0o700)
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
            self.area = Area("/run" if own else "/run/area", header["writable"], own)
        self.launcher = Bwrap(binary, tree, self.area, header["workdir"], header["env"])
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
        base = self.folder = plain.folder()
        moved = plain.materialise(base, header, files)
        self.area = Area(f"{base}/area", header["writable"], own_mount=False)
        os.mkdir(self.area.base, 0o700)
        self.launcher = Bare(self.area, header["workdir"], header["env"], moved)
        return self._opened(False, dropped)

    def run(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """Run one job and send what came of it."""
        limits = header["limits"]
        collector = Collector(int(limits["file_bytes"]), int(limits["disk_bytes"]))
        try:
            reply, streams = self._execute(header, blobs, collector)
            reply["collected"] = [path for path, _, _ in collector.taken]
            reply["problems"] = collector.problems
            files = [(handle, size) for _, handle, size in collector.taken]
            self.channel.send(reply, streams, files)
        finally:
            collector.close()
            self.area.empty()

    def _execute(
        self, header: dict[str, Any], blobs: list[bytes], collector: Collector
    ) -> tuple[dict[str, Any], list[bytes]]:
        limits = header["limits"]
        content = zip(header["files"], blobs, strict=True)
        try:
            self.area.fill(int(limits["disk_bytes"]), int(limits["files"]), content)
        except Full as error:
            return {"outcome": "disk", "detail": str(error)}, [b"", b""]
        run = Run(
            self.launcher.start(header["argv"]),
            limits,
            self.channel.handle,
            self.channel.caller,
        )
        run.execute(self._on_control)
        run.ending.full = self.area.full()
        keep = int(limits["output_bytes"])
        if run.out.total + run.err.total > keep:
            keep //= 2
        (out, cut_out), (err, cut_err) = run.out.data(keep), run.err.data(keep)
        try:
            self.launcher.finish(run)
            outcome, detail = name_outcome(run.ending, limits)
            self.area.collect(collector, header["collect"])
        except Broken as error:
            outcome, detail = "sandbox_error", str(error)
        for name, cut in (("stdout", cut_out), ("stderr", cut_err)):
            if cut:
                detail += f"; {name} truncated, {cut} bytes left out of its middle"
        return {
            "outcome": outcome,
            "detail": detail,
            "exit_code": run.ending.exit_code,
            "signal": run.ending.signal,
            "wall_seconds": run.wall,
            "cpu_seconds": run.ending.cpu_seconds,
            "max_rss_bytes": run.ending.rss_bytes,
        }, [out, err]

    def _on_control(self) -> bool:
        header, _ = self.channel.receive()
        return bool(header["op"] == "kill")

    def serve(self) -> None:
        """Answer until the caller is gone."""
        while True:
            header, blobs = self.channel.receive()
            # A kill that crossed the end of its run has nothing left to kill.
            if header["op"] == "run":
                self.run(header, blobs)

    def close(self) -> None:
        """Leave nothing behind."""
        end_all(Usage(), set())
        if self.folder is not None:
            remove_tree(self.folder)


def _told_to_end(number: int, frame: object) -> NoReturn:
    raise Gone


def main() -> NoReturn:
    """Serve the socket that is standard input."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's to handle
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    signal.signal(signal.SIGTERM, _told_to_end)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # inherited: a machine out of memory ends programs, not the caller
    caller = int(sys.argv[2])
    with contextlib.suppress(ProcessLookupError, Gone):
        service = Service(Channel(os.dup(0), os.pidfd_open(caller)))
        if os.getppid() != caller:
            raise Gone
        header, blobs = service.channel.receive()
        try:
            reply = service.open(header, blobs)
            if reply["private"]:
                stage.become_first_process((0, service.channel.handle))
        except stage.Refused as error:
            service.channel.send({"refused": str(error)}, [], [])
            sys.exit(0)
        # In the process backend the programs have this process's uid: not theirs to look into.
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        service.channel.send(reply, [], [])
        try:
            service.serve()
        finally:
            service.close()
    sys.exit(0)
