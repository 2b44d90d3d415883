"""Watch one run of a program to its end: its output, its time, what it uses, the caller's word."""

from __future__ import annotations

import math
import os
import select
import time

from . import outcome, processes
from .processes import oom_kills
from .stream import Stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from .cgroup import Slot
    from .channel import Channel

    class Program(Protocol):
        """One program that can be started, seen to end, and ended."""

        alive: int
        """Becomes readable when the program has ended."""
        status: int
        """Wait status, once `end` has returned."""

        def start(self, out: int, err: int) -> None:
            """Start it with these descriptors as its output; raises OSError."""
            ...

        def sample(self) -> processes.Sample:
            """Measure what it uses now."""
            ...

        def end(self, usage: processes.Usage) -> None:
            """Leave no process of it, and add what they used."""
            ...

        def close(self) -> None:
            """Release what watching it needed."""
            ...


SAMPLE_FIRST, SAMPLE_LAST = 0.02, 0.25
UNBOUNDED = (
    "no cgroup bounds its memory, and its address space may be larger: what its largest process "
    "holds is sampled"
)


class Run:
    """One run of a program; `execute` is called once."""

    def __init__(
        self, program: Program, limits: dict[str, float], channel: Channel, slot: Slot | None
    ) -> None:
        self.program = program
        self.limits = limits
        self.control = channel.handle
        self.caller = channel.caller
        self.slot = slot
        self.ending = outcome.Ending()
        self.usage = processes.Usage()
        self.out = Stream(int(limits["output_bytes"]))
        self.err = Stream(int(limits["output_bytes"]))
        self.wall = 0.0

    def execute(self, on_control: Callable[[], bool]) -> None:
        """Run to the end; `on_control` reads a message and says whether to kill."""
        out, out_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        err, err_end = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        os.set_blocking(out_end, True)
        os.set_blocking(err_end, True)
        self._count(-1)
        if self._unbounded:
            self.ending.notes.append(UNBOUNDED)
        begin = time.monotonic()
        try:
            try:
                self.program.start(out_end, err_end)
            finally:
                os.close(out_end)
                os.close(err_end)
            try:
                self._watch(out, err, begin, on_control)
                if self.ending.stopped:
                    self._sample()
            finally:
                self.program.end(self.usage)
            self.wall = time.monotonic() - begin
            self._drain(out, self.out)
            self._drain(err, self.err)
            if self._too_much() and not self.ending.stopped:
                self.ending.stopped = "output"  # it ended before it could be killed
        finally:
            self.program.close()
            os.close(out)
            os.close(err)
        self._count(1)
        self.ending.cpu_seconds = max(self.ending.cpu_seconds, self.usage.cpu_seconds)
        self.ending.rss_bytes = max(self.ending.rss_bytes, self.usage.rss_bytes)
        self.ending.stderr_tail = self.err.tail()

    def _count(self, sign: int) -> None:
        """Add or take what the kernel has counted so far; the machine's counts where no slot's."""
        slot = self.slot
        own = slot is not None and slot.bounds_memory
        self.ending.oom_kills += sign * (slot.oom_kills() if slot and own else oom_kills())
        self.ending.own_oom_kills = own
        if slot is not None and slot.bounds_tasks:
            self.ending.refused = sign * slot.pids_refused() + (self.ending.refused or 0)

    def _watch(self, out: int, err: int, begin: float, on_control: Callable[[], bool]) -> None:
        """Return when the program has ended or must be killed."""
        alive = self.program.alive
        poll = select.poll()
        for handle in (self.control, self.caller, out, err, alive):
            poll.register(handle, select.POLLIN)
        streams = {out: self.out, err: self.err}
        deadline = begin + self.limits["wall_seconds"]
        pause, sample_at = SAMPLE_FIRST, begin + SAMPLE_FIRST
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

    def _too_much(self) -> bool:
        return self.out.total + self.err.total > self.limits["output_bytes"]

    def _sample(self) -> None:
        seen = self.program.sample()
        self.ending.tasks = max(self.ending.tasks, seen.tasks)
        self.ending.cpu_seconds = max(self.ending.cpu_seconds, seen.cpu_seconds)
        self.ending.rss_bytes = max(self.ending.rss_bytes, seen.rss_bytes)
        if self.ending.stopped:
            return
        if seen.cpu_seconds > self.limits["cpu_seconds"]:
            self.ending.stopped = "cpu"
        elif self._unbounded and seen.rss_bytes > self.limits["memory_bytes"]:
            self.ending.stopped = "memory"

    @property
    def _unbounded(self) -> bool:
        """Whether the kernel keeps no process of it from using more memory than it may."""
        own = self.slot is not None and self.slot.bounds_memory
        return not own and self.limits["address_bytes"] > self.limits["memory_bytes"]

    @staticmethod
    def _drain(handle: int, stream: Stream) -> None:
        while stream.read(handle):
            pass
