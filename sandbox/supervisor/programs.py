"""Carry out the jobs of a lease: forked from a warm interpreter where that can be, else anew."""

from __future__ import annotations

import os
from contextlib import suppress

from . import program
from .area import Area, CellArea, Full
from .cells import Lost, Size
from .forked import Forked
from .job import Run
from .launch import Bare, Broken, Bwrap, fork_execute
from .outcome import name as name_outcome
from .processes import Usage, end_all
from .warm import EXTRA_TASKS, KEEPERS, Cold, Inside, Warm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .cgroup import Slot
    from .channel import Channel, Handle
    from .collect import Collector
    from .job import Program

SLACK = 16
"""The two count the dead that are not reaped yet at different times."""
NOT_WANTED = "every run was asked to start anew"
_LONGEST = 64 << 10
"""Bytes of arguments that fit into a message to the zygote."""


class Programs:
    """Runs one job after the other."""

    def __init__(
        self,
        channel: Channel,
        area: Area,
        launcher: Bwrap | Bare,
        header: dict[str, Any],
        cold: str | None,
    ) -> None:
        self.channel = channel
        self.area = area
        self.launcher = launcher
        self.workdir: str = header["workdir"]
        self.modules: list[str] = header.get("modules", [])
        self.scripts = [path for path in header["files"] if path.endswith(".py")]
        """Of the lease, read-only for every program."""
        self.cold = cold
        """Why nothing can be forked from a warm interpreter, where nothing can."""
        self.warm: Warm | None = None
        self.slot: Slot | None = None
        """The cgroup that everything started here runs in, where there is one."""
        self._idle = Idle(0, 0)
        self._size: Size | None = None
        """What the last cell was like; the next is made alike in advance."""

    def execute(
        self, header: dict[str, Any], blobs: list[bytes], collector: Collector
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Run one job; return the reply and the bytes of its two streams."""
        handle = self.channel.receive_handle() if header["channel"] else None
        content = list(zip(header["files"], blobs, strict=True))
        try:
            split = program.split(header["argv"])
            warm = None if split is None or self.cold is not None else self._warm(split[0])
            if split is not None and warm is not None and _size(split[1]) <= _LONGEST:
                request = Request(header, content, collector, handle)
                return self._execute_warm(warm, split[1], request)
            return self._execute_anew(Request(header, content, collector, handle))
        except Full as error:
            return {"outcome": "disk", "detail": str(error)}, [b"", b""]
        except Lost as error:
            if self.warm is not None:
                self.warm.anomaly = True
            return {"outcome": "sandbox_error", "detail": str(error)}, [b"", b""]
        finally:
            if handle is not None:
                handle.close()

    def _warm(self, flags: tuple[str, ...]) -> Warm | None:
        """Return a zygote started with `flags`, or None, noting why, when there can be none."""
        if self.warm is not None and self.warm.flags != flags:
            return None
        try:
            if self.warm is None:
                self.warm = self._start(flags)
            if self.warm.ready() and self.slot is not None:
                # Counted here, not by the slot: what was killed before may still be leaving it.
                self._idle = Idle(self.slot.baseline(), len(self.warm.helpers))
        except Cold as error:
            self.cold = str(error)
            self._stop()
            return None
        return self.warm

    def _start(self, flags: tuple[str, ...]) -> Warm:
        enter = None if self.slot is None else self.slot.enter
        launcher = self.launcher
        assert isinstance(launcher, Bwrap)

        def spawn(ends: tuple[int, int], log: int) -> int:
            path, words = launcher.zygote_command(ends, flags)
            return fork_execute(path, words, ends, log, enter)

        return Warm(spawn, flags, self.modules, self.scripts, self.channel.caller)

    def _bound(self, limits: dict[str, float], helpers: int) -> None:
        """Bound what the run holds together, beyond what was there before; raises Lost."""
        if self.slot is None:
            return
        memory = self._idle.memory_bytes + int(limits["memory_bytes"] + limits["disk_bytes"])
        try:
            self.slot.limit(memory, self._idle.tasks + int(limits["processes"]) + helpers)
        except OSError as error:
            raise Lost(str(error)) from error

    @property
    def _slack(self) -> int:
        """How far the kernel's limit per user lies above the slot's, which counts refusals."""
        return SLACK if self.slot is not None and self.slot.bounds_tasks else 0

    def _stop(self) -> None:
        if self.warm is not None:
            warm, self.warm = self.warm, None
            warm.stop()
            self._idle = Idle(0, 0)
            self._size = None

    def renew(self) -> None:
        """Replace a zygote that is worn, or that saw anything go wrong; the next run waits for it.

        Called between the reply to one run and the next.
        """
        if self.warm is not None and self.warm.worn:
            flags = self.warm.flags
            self._stop()
            self.warm = self._start(flags)
        elif self.warm is not None and self._size is not None:
            with suppress(Lost):  # met again, and told, by the next run
                self.warm.prepare(self._size)

    def _execute_warm(
        self, warm: Warm, rest: list[str], request: Request
    ) -> tuple[dict[str, Any], list[bytes]]:
        limits = request.limits
        roots = [[self.area.name(root), root] for root in self.area.roots]
        inodes = self.area.inodes(int(limits["files"]))
        self._bound(limits, KEEPERS)
        self._size = Size(int(limits["disk_bytes"]), inodes, roots)
        cell = warm.cell(self._size)
        area = CellArea(cell.base, self.area.roots)
        asked = {
            "argv": rest,
            "path": os.path.normpath(os.path.join(self.workdir, rest[0])),
            "limits": limits,
            "workdir": self.workdir,
            "extra_tasks": EXTRA_TASKS + self._slack,
        }
        inside = Inside(warm, cell, asked, request.handle)
        try:
            try:
                area.write(request.content)
            except BaseException:
                cell.end()
                warm.ended()
                raise
            run = self._run(inside, request, area)
            reply, streams = self._conclude(run, request, area, inside.finish)
        finally:
            cell.close()
            area.empty()
        reply["warm"] = True
        left = self.slot is not None and self.slot.tasks() > self._idle.tasks + KEEPERS
        warm.anomaly = warm.anomaly or left or reply["outcome"] != "exited"
        return reply, streams

    def _execute_anew(self, request: Request) -> tuple[dict[str, Any], list[bytes]]:
        limits = request.limits
        spared = frozenset({self.warm.pid}) if self.warm is not None else frozenset[int]()
        self.area.prepare(int(limits["disk_bytes"]), int(limits["files"]))
        try:
            self.area.write(request.content)
            self._bound(limits, self.launcher.helpers)
            started = self.launcher.start(request.argv)
            started.extra_tasks += self._slack
            if self.slot is not None:
                started.enter = self.slot.enter
            forked = Forked(started, limits, spared, request.handle)
            run = self._run(forked, request, self.area)
            return self._conclude(
                run, request, self.area, lambda run: self.launcher.finish(run, forked)
            )
        finally:
            self.area.empty()

    def _run(self, program: Program, request: Request, area: Area) -> Run:
        run = Run(program, request.limits, self.channel, self.slot)
        run.execute(self._on_control)
        run.ending.full = area.full()
        return run

    def _on_control(self) -> bool:
        header, _ = self.channel.receive()
        return bool(header["op"] == "kill")

    @staticmethod
    def _conclude(
        run: Run, request: Request, area: Area, finish: Callable[[Run], None]
    ) -> tuple[dict[str, Any], list[bytes]]:
        """Name the outcome, take the outputs, cut the streams; `finish` reads how it ended."""
        keep = int(request.limits["output_bytes"])
        if run.out.total + run.err.total > keep:
            keep //= 2
        (out, cut_out), (err, cut_err) = run.out.data(keep), run.err.data(keep)
        try:
            finish(run)
            outcome, detail = name_outcome(run.ending, request.limits)
            area.collect(request.collector, request.collect)
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

    def close(self) -> None:
        """Leave no process."""
        self._stop()
        end_all(Usage(), set())


class Idle:
    """What the slot holds while nothing runs: a warm interpreter and its helpers."""

    def __init__(self, memory_bytes: int, tasks: int) -> None:
        self.memory_bytes = memory_bytes
        self.tasks = tasks


class Request:
    """One job as it came from the caller."""

    def __init__(
        self,
        header: dict[str, Any],
        content: list[tuple[str, bytes]],
        collector: Collector,
        handle: Handle | None,
    ) -> None:
        self.argv: list[str] = header["argv"]
        self.limits: dict[str, float] = header["limits"]
        self.collect: list[str] = header["collect"]
        self.content = content
        self.collector = collector
        self.handle = handle
        """The program's end of its channel, if it has one."""


def _size(words: list[str]) -> int:
    return sum(len(word.encode(errors="surrogateescape")) for word in words)
