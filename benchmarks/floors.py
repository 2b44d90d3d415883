"""What the machine itself charges: a process, two sandboxes, the verifier without an engine."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from engine_support import tiny_task

import sandbox
from benchmarks.common import adopt_orphans, children_cpu, middle, own_cpu, reap_orphans
from sandbox.bubblewrap import find_binaries
from sandbox.layout import BIN, base_layout, interpreter
from workbench.verify.verifier import Verifier

_PASS = ("-I", "-S", "-c", "pass")


class Floor(NamedTuple):
    """One thing that every evaluation must at least pay for."""

    name: str
    wall_ms: list[float]
    cpu_ms: list[float]
    """CPU per repetition, children included; one figure per batch of repetitions."""

    @classmethod
    def joined(cls, batches: Sequence[Floor]) -> Floor:
        """Return several measurements of one floor as one."""
        wall = [value for batch in batches for value in batch.wall_ms]
        return cls(batches[0].name, wall, [value for batch in batches for value in batch.cpu_ms])

    @property
    def row(self) -> tuple[str, str, str]:
        """The cells of the table."""
        return self.name, middle(self.wall_ms), middle(self.cpu_ms)


async def floors(count: int) -> list[Floor]:
    """Measure all floors, `count` repetitions each."""
    adopt_orphans()
    binary = find_binaries()[0].path
    jail = [binary, *_arguments(), f"{BIN}/python3", *_PASS]

    async def spawn() -> None:
        _run([interpreter(), *_PASS])

    async def two_jails() -> None:
        _run(jail)
        _run(jail)

    task = tiny_task()
    verifier = Verifier(task, sandbox.backend("bubblewrap"))

    async def verify() -> None:
        await verifier.verify(task.initial)

    return [
        await _timed("bare `python3 -I -S -c pass`", count, spawn),
        await _timed("two bubblewrap runs of it, nothing else", count, two_jails),
        await _timed("the verifier alone (both programs), no engine", count, verify, verifier),
    ]


def _run(words: list[str]) -> None:
    """Run a program to its end, and whatever it leaves: bwrap exits before its namespace's init."""
    subprocess.run(words, env={}, check=True)
    reap_orphans()


async def _timed(
    name: str, count: int, act: Callable[[], Awaitable[None]], verifier: Verifier | None = None
) -> Floor:
    before = own_cpu() + children_cpu()
    if verifier is not None:
        await verifier.open()
    wall = []
    for _ in range(count):
        begun = time.perf_counter()
        await act()
        wall.append(1000 * (time.perf_counter() - begun))
    if verifier is not None:
        await verifier.aclose()  # its processes count once they have ended
    return Floor(name, wall, [1000 * (own_cpu() + children_cpu() - before) / count])


def _arguments() -> list[str]:
    layout = base_layout()
    words = ["--unshare-all", "--die-with-parent", "--proc", "/proc", "--dev", "/dev"]
    for source, target in layout.mounts:
        words += ["--ro-bind", source, target]
    for source, target in layout.links:
        words += ["--symlink", source, target]
    return words


if __name__ == "__main__":
    for floor in asyncio.run(floors(20)):
        print(*floor.row, sep="  ")
