"""A program that the supervisor forks and executes itself: bare, or through bwrap."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress

from . import linux, processes
from .execute import CANNOT, CANNOT_STATUS, execute
from .rlimits import set_limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Set
    from typing import Any

    from .channel import Handle


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
        self.enter: Callable[[], None] | None = None
        """Called in the child before anything else: enters the lease's cgroup."""


class Forked:
    """See `job.Program`."""

    def __init__(
        self,
        started: Started,
        limits: dict[str, float],
        spared: Set[int] = frozenset(),
        channel: Handle | None = None,
    ) -> None:
        self.started = started
        self.limits = limits
        self.spared = spared
        """Processes of the supervisor that are not this program's: they and theirs live on."""
        self.channel = channel
        self.alive = -1
        self.pid = 0
        self.status = 0
        self.text = bytearray()
        """What bwrap told on its status pipe."""

    def start(self, out: int, err: int) -> None:
        """See `job.Program.start`."""
        supervisor = os.getpid()
        self.pid = pid = os.fork()
        if pid == 0:
            self._become_program(out, err, supervisor)
        for handle in self.started.inherited:
            os.close(handle)
        if self.channel is not None:
            self.channel.close()
        self.alive = os.pidfd_open(pid)

    def _become_program(self, out: int, err: int, supervisor: int) -> None:
        """In the child: limits, handles, exec. Never returns."""
        try:
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != supervisor:
                return  # it died before it could be watched
            if self.started.enter is not None:
                self.started.enter()
            linux.prctl(linux.PR_SET_DUMPABLE, 1)  # or the next file would be root's
            with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
                file.write("1000")  # rather the program than what started it
            if self.started.new_session:
                os.setsid()
            streams = [os.open("/dev/null", os.O_RDONLY), out, err]
            if self.channel is not None:
                streams.append(self.channel.handle)
            for at, handle in enumerate(streams):
                os.dup2(handle, at)
                os.set_inheritable(at, True)
            for handle in self.started.inherited:
                os.set_inheritable(handle, True)
            os.chdir(self.started.folder)
            set_limits(self.limits, self.started.extra_tasks)
            execute(self.started.argv, self.started.env, self.started.path)
        except OSError as error:
            with suppress(OSError):
                os.write(2, f"{CANNOT} {self.started.argv[0]}: {error}\n".encode())
        finally:
            os._exit(CANNOT_STATUS)

    def sample(self) -> processes.Sample:
        """See `job.Program.sample`."""
        return processes.sample(self._helpers(), self.spared)

    def end(self, usage: processes.Usage) -> None:
        """See `job.Program.end`."""
        processes.end_all(usage, self._measured(), self.spared)
        self.status = usage.statuses.get(self.pid, 0)
        self._read_status()

    def close(self) -> None:
        """See `job.Program.close`."""
        for handle in (self.alive, self.started.status):
            if handle is not None and handle >= 0:
                os.close(handle)

    def _helpers(self) -> set[int]:
        """Return the processes that belong to the sandbox, not to the program."""
        if self.started.status is None:
            return set()
        self._read_status()
        first = self.bwrap_status().get("child-pid")
        return {self.pid, first} if first else {self.pid}

    def _measured(self) -> set[int]:
        """Return the processes whose peak resident size is the program's.

        bwrap's own first process is left out: at its exec it inherits the supervisor's peak.
        """
        if self.started.status is None:
            return {self.pid}
        self._read_status()
        first = self.bwrap_status().get("child-pid")
        return {first} if first else set()

    def _read_status(self) -> None:
        if self.started.status is not None:
            with suppress(BlockingIOError):
                while chunk := os.read(self.started.status, 4096):
                    self.text += chunk

    def bwrap_status(self) -> dict[str, Any]:
        """Return what bwrap told on its status pipe."""
        return parse_status(bytes(self.text))


def parse_status(text: bytes) -> dict[str, Any]:
    """Return bwrap's status lines as one mapping."""
    merged: dict[str, Any] = {}
    for line in text.splitlines():
        with suppress(ValueError):  # the last line may be half written
            merged.update(json.loads(line))
    return merged
