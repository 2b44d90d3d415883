"""Cases timed in turns: every round does each once, and a ratio is taken within its round."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence

from benchmarks import common

Act = Callable[[], Awaitable[float]]
"""Does a batch and returns the seconds that each of it took."""


def batch(workers: Sequence[Callable[[], Awaitable[None]]], count: int) -> Act:
    """Return what lets every worker act `count` times, all of them at once."""

    async def work(act: Callable[[], Awaitable[None]]) -> None:
        for _ in range(count):
            await act()

    async def once() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(work(act) for act in workers))
        return (time.perf_counter() - begun) / (count * len(workers))

    return once


async def measure(cases: dict[str, Act], rounds: int) -> dict[str, list[float]]:
    """Do every case once per round, in turns, so that all meet the same load."""
    for act in cases.values():
        await act()
    found: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, act in cases.items():
            found[name].append(await act())
    return found


def ratio(found: dict[str, list[float]], slow: str, fast: str) -> str:
    """Return how many of `fast` fit into one of `slow`: median of the rounds, and their range."""
    each = [one / other for one, other in zip(found[slow], found[fast], strict=True)]
    return f"{statistics.median(each):.1f} ({min(each):.1f} to {max(each):.1f})"


def rows(found: dict[str, list[float]]) -> list[tuple[str, str, str]]:
    """Return name, milliseconds and rate of each case."""
    return [
        (name, common.middle([1000 * one for one in each]), f"{1 / statistics.median(each):.0f}")
        for name, each in found.items()
    ]


def report(found: dict[str, list[float]], claims: Sequence[tuple[str, str, str]]) -> str:
    """Return both tables: what each took, and the claims with what was wanted."""
    heads = ("what", "ms each, median (min)", "per second")
    wanted = ("ratio, taken round by round", "median (range)", "wanted")
    return f"{common.table(heads, rows(found))}\n\n{common.table(wanted, claims)}"
