"""What the engine costs per evaluation, and that it does not grow with the session.

    python -m benchmarks.overhead [--quick] [--write] [--profile]

The tests' tiny task (a candidate and a verifier that do almost nothing), the mutation proposer and
real bubblewrap, in this process; then the same with a stub verifier, which leaves the engine alone,
and with a simulated model beside the bare SDK.
`--quick` takes fewer repetitions and no session of 10,000; `--profile` shows where the time of the
engine loop goes instead; `--write` puts the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
from pathlib import Path

from benchmarks import common, starts
from benchmarks.asking import LATENCY, with_a_model
from benchmarks.floors import Floor, floors
from benchmarks.profiling import profile
from benchmarks.steps import Run, measure, session, stubbed

LINEAGES = (1, 2, 4, 8)
SIZES = (100, 1000, 10_000)
OF_SIZES = 4
"""Lineages of the sessions that differ in size."""


class Plan:
    """How much to measure."""

    def __init__(self, quick: bool) -> None:
        self.rounds = 1 if quick else 3
        self.real = 24 if quick else 48
        self.stubbed = 200 if quick else 400
        self.floors = 5 if quick else 10
        """Repetitions of each floor, at every round and number of lineages."""
        self.sizes = SIZES[:2] if quick else SIZES
        self.asked = 80 if quick else 160
        """Steps of a session that asks a model."""


ASKING = (
    f"Sessions that ask a simulated model which begins to answer after {LATENCY:g} s, through the "
    "provider's own SDK; the same prompts are then sent by the SDK alone:"
)
Measured = dict[tuple[int, bool], list[Run]]
"""(lineages or size, with the stub) -> runs."""


async def by_lineages(place: Path, plan: Plan) -> tuple[Measured, list[Floor]]:
    """Run fresh sessions of 1, 2, 4 and 8 lineages, the floors between them.

    All alternate, so that the machine's load falls on all alike.
    """
    found: Measured = {}
    ground = []
    for _ in range(plan.rounds):
        for count in LINEAGES:
            ground.append(await floors(plan.floors))
            for stub in (True, False):
                evaluations = plan.stubbed if stub else plan.real
                directory = await session(place, count, evaluations)
                with stubbed(stub):
                    run = await measure(directory, warm=min(count, 4))
                found.setdefault((count, stub), []).append(run)
    return found, [Floor.joined(each) for each in zip(*ground, strict=True)]


async def grown(place: Path, sizes: tuple[int, ...]) -> dict[int, Path]:
    """Make sessions with that many candidates, by the engine itself with the stub verifier."""
    found: dict[int, Path] = {}
    directory = await session(place / "grown", OF_SIZES, sizes[0])
    for size in sizes:
        with stubbed():
            await measure(directory, evaluations=None if size == sizes[0] else size)
        found[size] = shutil.copytree(directory, place / f"with-{size}")
    return found


async def by_size(place: Path, plan: Plan, sessions: dict[int, Path]) -> Measured:
    """Go on with sessions that hold 100, 1,000 and 10,000 candidates already."""
    found: Measured = {}
    for _ in range(plan.rounds):
        for size, original in sessions.items():
            for stub in (True, False):
                directory = shutil.copytree(original, place / "copy")
                more = plan.stubbed if stub else plan.real
                with stubbed(stub):
                    run = await measure(directory, evaluations=size + more, warm=OF_SIZES)
                found.setdefault((size, stub), []).append(run)
                shutil.rmtree(directory)
    return found


def lineage_table(found: Measured, first: dict[int, list[float]]) -> str:
    """Return the table over lineages."""
    rows = [
        (
            count,
            common.middle([run.rate for run in found[count, False]]),
            common.middle([run.engine_ms for run in found[count, False]]),
            common.middle([run.sandbox_ms for run in found[count, False]]),
            common.middle([run.engine_ms for run in found[count, True]]),
            f"{statistics.median(run.stored for run in found[count, False]):,.0f}",
            common.middle(first[count]),
        )
        for count in LINEAGES
    ]
    heads = ("lineages", "evaluations/s", "engine CPU ms", "sandbox CPU ms")
    more = ("engine CPU ms, stub", "bytes stored", "start to 1st verdict, s")
    return common.table([*heads, *more], rows)


def size_table(found: Measured, first: dict[int, list[float]]) -> str:
    """Return the table over sizes; the last row says how much the first became."""
    sizes = sorted(first)
    rows: list[tuple[object, ...]] = [
        (
            f"{size:,}",
            common.middle([run.engine_ms for run in found[size, True]]),
            common.middle([run.wall_ms for run in found[size, True]]),
            common.middle([run.engine_ms for run in found[size, False]]),
            common.middle([run.wall_ms for run in found[size, False]]),
            common.middle(first[size]),
        )
        for size in sizes
    ]

    def growth(stub: bool, cost: str) -> str:
        ends = [min(getattr(run, cost) for run in found[at, stub]) for at in (sizes[0], sizes[-1])]
        return f"x {ends[1] / ends[0]:.2f}"

    last = [growth(stub, cost) for stub in (True, False) for cost in ("engine_ms", "wall_ms")]
    rows.append(
        (
            "last : first (of minimums)",
            *last,
            f"x {min(first[sizes[-1]]) / min(first[sizes[0]]):.2f}",
        )
    )
    heads = ("candidates before", "engine CPU ms, stub", "wall ms, stub")
    more = ("engine CPU ms, sandbox", "wall ms, sandbox", "resume to 1st verdict, s")
    return common.table([*heads, *more], rows)


def ratio(measured: Measured, found: list[Floor]) -> str:
    """Say how the whole compares with the floors of the same run."""
    runs = [run for (count, stub), each in measured.items() if not stub for run in each]
    whole = statistics.median(run.engine_ms + run.sandbox_ms for run in runs)
    engine = statistics.median(run.engine_ms for run in runs)
    _, jails, verifier = (statistics.median(floor.cpu_ms) for floor in found)
    return (
        f"Whole evaluation: {whole:.3g} ms CPU = {whole / jails:.2f} x two bare bubblewrap runs "
        f"({jails:.3g} ms) = {whole / verifier:.2f} x the verifier without an engine "
        f"({verifier:.3g} ms); the engine's own part is {engine:.3g} ms, {engine / whole:.0%}."
    )


async def main(options: argparse.Namespace) -> None:
    """Measure, print, write."""
    plan = Plan(options.quick)
    loads = [common.load()]
    with common.own_places() as place:
        if options.profile:
            evaluations = 1000 if options.quick else 3000
            await profile(
                await session(place, OF_SIZES, 20), await session(place, OF_SIZES, evaluations)
            )
            return
        with stubbed():
            await measure(await session(place, OF_SIZES, plan.real))  # imports and caches
        measured, ground = await by_lineages(place, plan)
        asking = await with_a_model(place, plan.rounds, plan.asked)
        sessions = await grown(place, plan.sizes)
        sized = await by_size(place, plan, sessions)
        task = starts.task_directory(place)
        first = {count: starts.first_verdict(task, count, plan.rounds) for count in LINEAGES}
        again = {size: starts.resumed(path, size, plan.rounds) for size, path in sessions.items()}
    loads += [run.load for runs in (*measured.values(), *sized.values()) for run in runs]
    command = "python -m benchmarks.overhead" + (" --quick" if options.quick else "")
    parts = [
        common.stamp(command, [*loads, common.load()]),
        "Median (minimum) throughout; milliseconds are per evaluation.",
        "Floors:\n\n" + common.table(("what", "wall ms", "CPU ms"), [x.row for x in ground]),
        "Sessions from the start:\n\n" + lineage_table(measured, first),
        ratio(measured, ground),
        f"{ASKING}\n\n{asking}",
        f"Sessions of {OF_SIZES} lineages that are long already:\n\n" + size_table(sized, again),
    ]
    common.publish("overhead", "\n\n".join(parts), options.write)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, no 10,000")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    parser.add_argument("--profile", action="store_true", help="where the engine's time goes")
    asyncio.run(main(parser.parse_args()))
