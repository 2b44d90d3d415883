"""What it is like to watch: keys, CPU, bytes to the terminal, memory, opening long sessions.

The real program on a pty of 160 x 45, on a session of 16 lineages and 10,000 candidates that goes
on at 50 events a second (see `benchmarks.beat`), and on one that rests.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks import common
from benchmarks.terminal import Terminal, cpu_of, terminal

LINEAGES = 16
RATE = 50.0
VIEWERS = 3
LONGEST = 100_000
HEADS = (
    "key to paint p50, ms",
    "p95",
    "p99",
    "CPU, % of a core",
    "kB/s to the terminal",
    "RSS, MiB",
    "CPU at rest, %",
)


class Round(NamedTuple):
    """One attempt. Milliseconds, per cent of a core, bytes a second, mebibytes."""

    p50: float
    p95: float
    p99: float
    cpu: float
    bytes: float
    rss: float
    idle: float


class Served(NamedTuple):
    """A session that an engine of ours serves."""

    directory: str
    pid: int


@contextmanager
def beat(place: Path, candidates: int, rate: float) -> Iterator[Served]:
    """Serve a long session at `rate` events a second."""
    words = [sys.executable, "-m", "benchmarks.beat", str(place)]
    words += [str(LINEAGES), str(candidates), str(rate)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=common.ROOT
    ) as process:
        assert process.stdout is not None
        yield Served(process.stdout.readline().strip(), process.pid)
        process.communicate()


def watching(session: str, extra: tuple[str, ...] = ()) -> list[str]:
    """Return the command that shows a session."""
    if extra:
        return [sys.executable, "-m", "benchmarks.watched", session, *extra]
    return [sys.executable, "-m", "workbench", "attach", session]


def settled(one: Terminal) -> None:
    """Wait until the dashboard stands and its first work is done."""
    assert one.until(lambda text: "Events" in text) is not None, one.text
    one.rest(2.0)


def keys(one: Terminal, count: int) -> list[float]:
    """Move the cursor down and up; milliseconds from each key to the row's mark on the screen."""
    found = []
    for number in range(count):
        wanted = f"▸ ▌ L{2 if number % 2 == 0 else 1} "
        sent = one.press("jk"[number % 2])
        seen = one.until(partial(contains, wanted), 5.0)
        assert seen is not None, one.text
        found.append(1000 * (seen - sent))
        one.rest(0.05 + 0.013 * (number % 7))
    return found


def contains(wanted: str, text: str) -> bool:
    """Say whether `wanted` is in `text`; for `partial`."""
    return wanted in text


def share(one: Terminal, seconds: float) -> tuple[float, float]:
    """Return per cent of a core and bytes a second while nobody presses a key."""
    begun, cpu, written = time.perf_counter(), one.cpu(), one.written
    one.rest(seconds)
    took = time.perf_counter() - begun
    return 100 * (one.cpu() - cpu) / took, (one.written - written) / took


def attempt(place: Path, candidates: int, count: int, seconds: float) -> Round:
    """Measure one busy and one resting session."""
    with (
        beat(place / "busy", candidates, RATE) as session,
        terminal(watching(session.directory)) as one,
    ):
        settled(one)
        cpu, written = share(one, seconds)
        delays = sorted(keys(one, count))
        rss = one.resident() / 2**20
    with (
        beat(place / "idle", candidates, 0) as session,
        terminal(watching(session.directory)) as one,
    ):
        settled(one)
        idle, _ = share(one, seconds)
    cuts = statistics.quantiles(delays, n=100, method="inclusive")
    return Round(cuts[49], cuts[94], cuts[98], cpu, written, rss, idle)


def lag(place: Path, candidates: int, seconds: float) -> tuple[float, float, float]:
    """Return p50, p95 and p99 of how late the event loop is, in milliseconds."""
    target = place / "delays.json"
    with (
        beat(place / "lag", candidates, RATE) as session,
        terminal(watching(session.directory, (str(target),))) as one,
    ):
        settled(one)
        one.rest(seconds)
        one.press("\x11")
        one.end()
    cuts = statistics.quantiles(json.loads(target.read_text()), n=100, method="inclusive")
    return 1000 * cuts[49], 1000 * cuts[94], 1000 * cuts[98]


def opening(place: Path, candidates: int, count: int) -> list[tuple[float, float]]:
    """Seconds from the command to the lineages' state and best, and to the whole dashboard."""
    found = []
    with beat(place / "long", candidates, 0) as session:
        for _ in range(count):
            with terminal(watching(session.directory)) as one:
                useful = one.until(lambda text: "L1 " in text and "▶" in text and "best" in text)
                whole = one.until(lambda text: "Events" in text)
                assert useful is not None, one.text
                assert whole is not None, one.text
                found.append((useful - one.begun, whole - one.begun))
    return found


def viewers(place: Path, candidates: int, seconds: float) -> tuple[float, float]:
    """Return the engine's CPU without and with three viewers, in per cent of a core."""
    with beat(place / "viewers", candidates, RATE) as session:
        time.sleep(1.0)
        without = _engine(session.pid, seconds)
        follow = [common.workbench(), "attach", session.directory, "--display", "json"]
        all_of_them = [subprocess.Popen(follow, stdout=subprocess.DEVNULL) for _ in range(VIEWERS)]
        try:
            time.sleep(4.0)  # they read the journal first, each in its own process
            together = _engine(session.pid, seconds)
        finally:
            for one in all_of_them:
                one.terminate()
                one.wait()
    return without, together


def _engine(pid: int, seconds: float) -> float:
    before = cpu_of(pid)
    time.sleep(seconds)
    return 100 * (cpu_of(pid) - before) / seconds


def main() -> None:
    """Measure and print; see the options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round, a shorter session")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    options = parser.parse_args()
    candidates, rounds, count, seconds = (1000, 1, 40, 5.0) if options.quick else (
        10_000, 3, 150, 15.0,
    )  # fmt: skip
    longest = 10_000 if options.quick else LONGEST
    loads = [common.load()]
    with common.own_places() as place:
        found = []
        for number in range(rounds):
            found.append(attempt(place / str(number), candidates, count, seconds))
            loads.append(common.load())
        late = lag(place, candidates, seconds)
        opened = opening(place, longest, rounds)
        without, together = viewers(place, candidates, seconds)
        loads.append(common.load())
    common.publish("tui", _text(candidates, longest, found, late, opened, without, together, loads),
                   options.write)  # fmt: skip


def _text(
    candidates: int,
    longest: int,
    found: list[Round],
    late: tuple[float, float, float],
    opened: list[tuple[float, float]],
    without: float,
    together: float,
    loads: list[float],
) -> str:
    heads = ("round", *HEADS)
    rows = [
        (number, f"{x.p50:.1f}", f"{x.p95:.1f}", f"{x.p99:.1f}", f"{x.cpu:.1f}",
         f"{x.bytes / 1000:.1f}", f"{x.rss:.0f}", f"{x.idle:.2f}")
        for number, x in enumerate(found, 1)
    ]  # fmt: skip
    best = min(opened)
    title = f"{LINEAGES} lineages, {candidates:,} candidates, {RATE:.0f} events a second"
    behind = " / ".join(f"{one:.1f}" for one in late)
    return f"""{common.stamp("python -m benchmarks.tui", loads)}

{title}, 160 x 45 in true colour:

{common.table(heads, rows)}

The event loop is late by {behind} ms (p50 / p95 / p99).

A session of {longest:,} candidates, from the command: state and best of its lineages after \
{best[0]:.2f} s, the whole dashboard after {best[1]:.2f} s (best of {len(opened)}).

The engine's CPU at {RATE:.0f} events a second: {without:.1f} % of a core watched by nobody, \
{together:.1f} % by {VIEWERS} viewers.
"""


if __name__ == "__main__":
    main()
