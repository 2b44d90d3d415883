"""Kill the engine at random instants and at every kind of commit, resume, count what went wrong.

    python -m benchmarks.crash [--quick] [--seed N] [--write]

Real engines in processes of their own on the tests' tiny task, with real bubblewrap. Half of the
random kills hit the engine alone, half its whole process group; then engines kill themselves just
before, just after and once told of chosen commits (tests/engine/crash_host.py). Every session is
resumed to its end and compared with one that was left alone. Exits with 1 on any fault.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import statistics
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks import common
from benchmarks.kills import EVALUATIONS, Case, Result, Undisturbed, killed, undisturbed

INSTANTS = 50
WHEN = ("before", "durable", "announced")
COMMITS = (
    ("engine_opened", 1),
    ("move_chosen", 1),
    ("move_chosen", 6),
    ("proposal_made", 1),
    ("proposal_made", 6),
    ("verdict_reached", 1),
    ("verdict_reached", 2),
    ("verdict_reached", 9),
    ("lineage_stopped", 1),
    ("lineage_stopped", 2),
    ("engine_closed", 1),
)
"""(kind of event, which commit that holds one)."""


async def at_instants(
    root: Path, count: int, expected: Undisturbed, chance: random.Random, group: bool
) -> list[Result]:
    """Kill `count` engines at random in their lives; one that ends before its kill counts not."""
    results: list[Result] = []
    who = "group " if group else "engine"
    while len(results) < count:
        delay = chance.uniform(0.0, expected.seconds)
        case = Case(f"{who} killed after {delay:5.2f} s", delay=delay, group=group)
        result = await _told(root, case, expected)
        if result is not None:
            results.append(result)
    return results


async def at_commits(
    root: Path, commits: Iterable[tuple[str, int]], expected: Undisturbed
) -> list[Result]:
    """Let engines kill themselves at each of the commits, at each of its three moments."""
    found = [
        await _told(
            root, Case(f"{when:9} commit {nth} of {kind}", point=(when, kind, str(nth))), expected
        )
        for kind, nth in commits
        for when in WHEN
    ]
    return [result for result in found if result is not None]


async def _told(root: Path, case: Case, expected: Undisturbed) -> Result | None:
    result = await killed(root, case, expected)
    shutil.rmtree(root)
    print(f"{case.name:38} {'ended before' if result is None else _line(result)}", flush=True)
    return result


def _line(result: Result) -> str:
    counts = ", ".join(f"{name} {result[at]}" for at, name in enumerate(Result._fields[:6]))
    return f"{counts}; {result.verdicts:2} verdicts then, gone in {1000 * result.gone:.0f} ms"


def _gone(times: list[float]) -> str:
    return f"{statistics.median(times):.0f} ({max(times):.0f})"


def summary(results: dict[str, list[Result]]) -> str:
    """Return the table that goes into the document."""
    rows = [
        (
            name,
            len(found),
            sum(result.verdicts for result in found),
            *(sum(result[at] for result in found) for at in range(6)),
            _gone([1000 * result.gone for result in found]),
        )
        for name, found in results.items()
        if found
    ]
    heads = ("kills", "resumed", "verdicts before", "lost", "doubled", "alive after 1 s")
    more = ("budget mismatches", "other stories", "not resumable", "all gone in ms, median (max)")
    return common.table([*heads, *more], rows)


async def main(options: argparse.Namespace) -> int:
    """Kill, resume, compare, print; return the exit code."""
    common.adopt_orphans()
    loads = [common.load()]
    results: dict[str, list[Result]] = {}
    with common.own_places() as place:
        root = place / "sessions"
        expected = await undisturbed(root)
        shutil.rmtree(root)
        print(f"undisturbed: {EVALUATIONS} evaluations in {expected.seconds:.2f} s")
        count = 3 if options.quick else INSTANTS // 2
        chance = random.Random(options.seed)
        for name, group in (("engine alone", False), ("whole group", True)):
            found = await at_instants(root, count, expected, chance, group)
            results[f"{name}, random instant"] = found
            loads.append(common.load())
        commits = COMMITS[:: 4 if options.quick else 1]
        results["engine alone, at a commit"] = await at_commits(root, commits, expected)
    command = "python -m benchmarks.crash" + (" --quick" if options.quick else "")
    text = f"{common.stamp(command, [*loads, common.load()])}\n\n{summary(results)}"
    common.publish("crash", text, options.write)
    faults = sum(result.faults for each in results.values() for result in each)
    print(f"{faults} faults in {sum(map(len, results.values()))} kills")
    return 1 if faults else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="6 instants, every fourth commit")
    parser.add_argument("--seed", type=int, default=0, help="of the random instants, default 0")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    sys.exit(asyncio.run(main(parser.parse_args())))
