"""Simulated searches: how fast, what width costs at one budget, and what allocators gain.

    python -m benchmarks.simulation [--seeds 100] [--quick] [--write]

Steps per second through the driver (no engine, no file) and through the real engine with its
journal on disk, for every allocator; then the width-depth table against the law's exact expectation
and the figures that Frontier-Eng reports (arXiv 2604.12290); then each allocator against `uniform`
at equal width, depth and seeds. Exits with 1 where a figure lies more than 0.02 from the reported
one, or an allocator gains nothing at width 16.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import common
from benchmarks.steps import measure
from workbench.analysis.uncertainty.bootstrap import Interval, of_mean
from workbench.engine.create import Settings, create_session
from workbench.formats.load import load
from workbench.model.limits import Limits
from workbench.model.simulation import SIMULATION, Law, expected_best
from workbench.search.allocate.registry import UNIFORM, allocators
from workbench.search.driver import Driver, Plan

BUDGET = 256
REPORTED = {1: 1.00, 2: 0.99, 4: 0.99, 8: 0.97, 16: 0.91}
"""Width -> score relative to one chain of the whole budget, as reported."""
NEAR = 0.02
LUCK = Law(c=2.2, luck=0.25)
PLAIN = Law(c=2.2, luck=0.0, failure=0.0)
ENGINE_LINEAGES = 8
BANDITS = [name for name in allocators() if name != UNIFORM]


class Speed(NamedTuple):
    """How fast one allocator's searches went."""

    driver: float
    """Steps per second of the process's own CPU."""
    driver_wall: float
    engine: float
    engine_wall: float


def driver_speed(plan: Plan, rounds: int) -> tuple[float, float]:
    """Return steps per second of CPU and of wall time, after one search that warms up."""
    Driver(plan).run()
    cpu, wall, steps = common.own_cpu(), time.perf_counter(), 0
    for seed in range(rounds):
        steps += Driver(plan.seeded(seed)).run().spent.proposals
    return steps / (common.own_cpu() - cpu), steps / (time.perf_counter() - wall)


async def engine_speed(root: Path, allocation: str, steps: int) -> tuple[float, float]:
    """Return steps per second of the engine, of its CPU and of wall time."""
    settings = Settings(
        lineages=ENGINE_LINEAGES,
        proposer=SIMULATION,
        options=msgspec.structs.asdict(LUCK),
        limits=Limits(evaluations=steps),
        max_barren=1_000_000,
        allocation=allocation,
    )
    run = await measure(await create_session(root, load(SIMULATION).task, settings), warm=20)
    return 1000 / run.engine_ms, run.rate


def speeds(quick: bool) -> dict[str, Speed]:
    """Measure both ways, for every allocator."""
    found = {}
    for name in (UNIFORM, *BANDITS):
        plan = Plan(16, 16, "chain", name, LUCK)
        driver = driver_speed(plan, 4 if quick else 20)
        with common.own_places() as place:
            engine = asyncio.run(engine_speed(place, name, 200 if quick else 2000))
        found[name] = Speed(*driver, *engine)
    return found


def best(plan: Plan) -> float:
    """Return the best reward of one simulated search."""
    found = Driver(plan).run().best_candidate
    return 0.0 if found is None or found.reward is None else found.reward


def widths(seeds: int) -> tuple[str, bool]:
    """Return the width-depth table, and whether every figure is near the reported one."""
    means = {}
    for width in REPORTED:
        plan = Plan(width, BUDGET // width, law=PLAIN)
        means[width] = of_mean([best(plan.seeded(seed)) for seed in range(seeds)]).value
    rows, near = [], True
    for width, reported in REPORTED.items():
        depth = BUDGET // width
        exact = expected_best(PLAIN, width, depth) / expected_best(PLAIN, 1, BUDGET)
        near = near and abs(exact - reported) <= NEAR
        simulated = f"{means[width] / means[1]:.3f}"
        rows.append((f"{width}x{depth}", f"{reported:.2f}", f"{exact:.3f}", simulated))
    return common.table(("width x depth", "reported", "law, exact", "law, simulated"), rows), near


def gains(seeds: int) -> tuple[str, bool]:
    """Return the table of allocators, and whether all gain at width 16."""
    rows, all_gain = [], True
    for width in (4, 8, 16):
        plan = Plan(width, BUDGET // width, law=LUCK)
        split = [best(plan.seeded(seed)) for seed in range(seeds)]
        cells = [f"{width}x{BUDGET // width}", _ranged(of_mean(split))]
        for name in BANDITS:
            dealt = Plan(width, BUDGET // width, "chain", name, LUCK)
            found = [best(dealt.seeded(seed)) for seed in range(seeds)]
            more = of_mean([a - b for a, b in zip(found, split, strict=True)])
            cells.append(_ranged(more, "+"))
            all_gain = all_gain and (width < 16 or more.low > 0)
        rows.append(cells)
    return common.table(("width x depth", UNIFORM, *BANDITS), rows), all_gain


def _ranged(found: Interval, sign: str = "") -> str:
    return f"{found.value:{sign}.3f} [{found.low:{sign}.3f}, {found.high:{sign}.3f}]"


def report(seeds: int, quick: bool, told: str) -> tuple[str, bool]:
    """Measure all and return it as Markdown, and whether it holds."""
    loads = [common.load()]
    rows = [(name, *(f"{value:,.0f}" for value in speed)) for name, speed in speeds(quick).items()]
    loads.append(common.load())
    table, near = widths(seeds)
    against, gaining = gains(seeds)
    loads.append(common.load())
    heads = ("allocator", "driver/CPU s", "driver/s", "engine/CPU s", "engine/s")
    width_depth = (
        f"Best of width x depth = {BUDGET} relative to one chain; c = 2.2, no luck, no failures, "
        f"mean of {seeds} seeds:"
    )
    allocation = (
        "Best reward with luck 0.25 and failures 0.05, and how much more than `uniform` the "
        f"others reach, seed by seed ({seeds} seeds, mean and 95% bootstrap interval):"
    )
    parts = [
        common.stamp(told, loads),
        f"Steps, 16 lineages without an engine and {ENGINE_LINEAGES} with one:",
        common.table(heads, rows),
        width_depth,
        table,
        allocation,
        against,
    ]
    return "\n\n".join(parts), near and gaining


def main() -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.simulation")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--quick", action="store_true", help="a first impression")
    parser.add_argument("--write", action="store_true", help="renew docs/performance.md")
    options = parser.parse_args()
    told = common.command("simulation", options, ["seeds"])
    text, holds = report(options.seeds, options.quick, told)
    common.publish("simulation", text, options.write)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
