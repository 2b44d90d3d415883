"""Run one job to its end: start, watch, kill, reap, name the outcome."""

from __future__ import annotations

import json
import math
import os
import resource
import select
import signal
import time
from contextlib import suppress

from . import linux, outcome, processes
from .stream import Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

OPEN_FILES = 1024
STACK_BYTES = 8 << 20
SAMPLE_FIRST, SAMPLE_LAST = 0.02, 0.25


class Started:
    """What a launcher hands to the child and learns from it."""

    def __init__(
        self,
        path: str,
        argv: list[str],
        env: dict[str, str],
        folder: str,
        extra_tasks: int,
        inherited: tuple[int, ...] = (),
        status: int | None = None,
        new_session: bool = False,
    ) -> None:
        self.path = path
        self.argv = argv
        self.env = env
        self.folder = folder
        self.extra_tasks = extra_tasks
        """Processes that are not the program's but count against its limit in the kernel."""
        self.inherited = inherited
        """Handles the started program keeps; closed here once it runs."""
        self.status = status
        """Read end of bwrap's status pipe."""
        self.new_session = new_session
        self.text = bytearray()
        """What bwrap told on its status pipe."""


class Run:
    """One run of a program; `execute` is called once."""

    def __init__(
        self, started: Started, limits: dict[str, float], control: int, caller: int
    ) -> None:
        self.started = started
        self.limits = limits
        self.control = control
        self.caller = caller
        self.ending = outcome.Ending()
        self.usage = processes.Usage()
        self.out = Stream(int(limits["output_bytes"]))
        self.err = Stream(int(limits["output_bytes"]))
        self.wall = 0.0
        self.pid = 0
        self.status = 0
        """Wait status of the process that was started."""

    def execute(self, on_control: Callable[[], bool]) -> None:
        """Run to the end; `on_control` reads a message and says whether to kill."""
        out, out_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        err, err_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(out_end, True)
        os.set_blocking(err_end, True)
        oom_kills = processes.oom_kills()
        begin = time.monotonic()
        supervisor = os.getpid()
        self.pid = pid = os.fork()
        if pid == 0:
            self._become_program(out_end, err_end, supervisor)
        for handle in (out_end, err_end, *self.started.inherited):
            os.close(handle)
        try:
            self._watch(pid, out, err, begin, on_control)
            if self.ending.stopped:
                self._sample()
            processes.end_all(self.usage, self._measured(pid))
            self.wall = time.monotonic() - begin
            self._drain(out, self.out)
            self._drain(err, self.err)
            if self._too_much() and not self.ending.stopped:
                self.ending.stopped = "output"  # it ended before it could be killed
            if self.started.status is not None:
                self._read_status()
        finally:
            for end in (out, err, self.started.status):
                if end is not None:
                    os.close(end)
        self.ending.oom_kills = processes.oom_kills() - oom_kills
        self.ending.cpu_seconds = max(self.ending.cpu_seconds, self.usage.cpu_seconds)
        self.ending.rss_bytes = max(self.ending.rss_bytes, self.usage.rss_bytes)
        self.ending.stderr_tail = self.err.tail()
        self.status = self.usage.statuses.get(pid, 0)

    # -- the child ---------------------------------------------------------------------------

    def _become_program(self, out: int, err: int, supervisor: int) -> None:
        """In the child: limits, handles, exec. Never returns."""
        try:
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != supervisor:
                return  # it died before it could be watched
            if self.started.new_session:
                os.setsid()
            null = os.open("/dev/null", os.O_RDONLY)
            for at, handle in enumerate((null, out, err)):
                os.dup2(handle, at)
            for handle in self.started.inherited:
                os.set_inheritable(handle, True)
            for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)  # ignoring them would be inherited
            os.chdir(self.started.folder)
            set_limits(self.limits, self.started.extra_tasks)
            os.execve(self.started.path, self.started.argv, self.started.env)
        except OSError as error:
            with suppress(OSError):
                text = f"cannot execute {self.started.argv[0]}: {error.strerror}\n"
                os.write(2, text.encode())
        finally:
            os._exit(127)

    # -- the supervisor ----------------------------------------------------------------------

    def _watch(
        self, pid: int, out: int, err: int, begin: float, on_control: Callable[[], bool]
    ) -> None:
        """Return when the program has ended or must be killed."""
        alive = os.pidfd_open(pid)
        poll = select.poll()
        for handle in (self.control, self.caller, out, err, alive):
            poll.register(handle, select.POLLIN)
        streams = {out: self.out, err: self.err}
        deadline = begin + self.limits["wall_seconds"]
        pause, sample_at = SAMPLE_FIRST, begin + SAMPLE_FIRST
        try:
            while not self.ending.stopped:
                now = time.monotonic()
                if now >= deadline:
                    self.ending.stopped = "wall"
                    return
                if now >= sample_at:
                    self._sample()
                    pause = min(2 * pause, SAMPLE_LAST)
                    sample_at = time.monotonic() + pause
                wait = max(0.0, min(deadline, sample_at) - now)
                ready = [handle for handle, _ in poll.poll(math.ceil(wait * 1000))]
                for handle in ready:
                    if handle in streams and not streams[handle].read(handle):
                        poll.unregister(handle)
                if self._too_much():
                    self.ending.stopped = "output"
                elif (self.control in ready or self.caller in ready) and on_control():
                    self.ending.stopped = "cancelled"
                elif alive in ready:
                    return
        finally:
            os.close(alive)

    def _too_much(self) -> bool:
        return self.out.total + self.err.total > self.limits["output_bytes"]

    def _sample(self) -> None:
        seen = processes.sample(self._helpers())
        self.ending.tasks = max(self.ending.tasks, seen.tasks)
        self.ending.cpu_seconds = max(self.ending.cpu_seconds, seen.cpu_seconds)
        self.ending.rss_bytes = max(self.ending.rss_bytes, seen.rss_bytes)
        if seen.cpu_seconds > self.limits["cpu_seconds"] and not self.ending.stopped:
            self.ending.stopped = "cpu"

    def _helpers(self) -> set[int]:
        """Return the processes that belong to the sandbox, not to the program."""
        if self.started.status is None:
            return set()
        self._read_status()
        first = self.bwrap_status().get("child-pid")
        return {self.pid, first} if first else {self.pid}

    def _measured(self, pid: int) -> set[int]:
        """Return the processes whose peak resident size is the program's.

        bwrap's own first process is left out: at its exec it inherits the supervisor's peak.
        """
        if self.started.status is None:
            return {pid}
        self._read_status()
        first = self.bwrap_status().get("child-pid")
        return {first} if first else set()

    def _read_status(self) -> None:
        assert self.started.status is not None
        with suppress(BlockingIOError):
            while chunk := os.read(self.started.status, 4096):
                self.started.text += chunk

    def bwrap_status(self) -> dict[str, Any]:
        """Return what bwrap told on its status pipe."""
        return parse_status(bytes(self.started.text))

    @staticmethod
    def _drain(handle: int, stream: Stream) -> None:
        while stream.read(handle):
            pass


def parse_status(text: bytes) -> dict[str, Any]:
    """Return bwrap's status lines as one mapping."""
    merged: dict[str, Any] = {}
    for line in text.splitlines():
        with suppress(ValueError):  # the last line may be half written
            merged.update(json.loads(line))
    return merged


def set_limits(limits: dict[str, float], extra_tasks: int) -> None:
    """Lower this process's limits; a hard limit that is already lower stays."""
    seconds = math.ceil(limits["cpu_seconds"])
    for kind, value, slack in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES, 0),
        (resource.RLIMIT_STACK, STACK_BYTES, 0),
        (resource.RLIMIT_FSIZE, int(limits["file_bytes"]), 0),
        (resource.RLIMIT_CPU, seconds, 1),  # SIGXCPU first, SIGKILL a second later
        (resource.RLIMIT_NPROC, int(limits["processes"]) + extra_tasks, 0),
        (resource.RLIMIT_DATA, int(limits["memory_bytes"]), 0),
        (resource.RLIMIT_AS, int(limits["memory_bytes"]), 0),
    ):
        ceiling = resource.getrlimit(kind)[1]
        hard = value + slack if ceiling == resource.RLIM_INFINITY else min(value + slack, ceiling)
        resource.setrlimit(kind, (min(value, hard), hard))
