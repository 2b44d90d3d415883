"""The command that simulates searches and compares them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator

from workbench.analysis.uncertainty.bootstrap import Interval, of_mean
from workbench.cli import DONE, UsageError
from workbench.cli.simulation import named, recorded
from workbench.display import text
from workbench.model.simulation import Law
from workbench.search.allocate.registry import UNIFORM
from workbench.search.driver import Driver, Plan

BUDGET = 256
"""Proposals of every search whose depth is not said."""
WIDTHS = (1, 2, 4, 8, 16)
HEADS = ("strategy", "allocator", "width x depth", "best", "of first", "more", "failed", "time")


class Row:
    """What one combination came to, over all seeds."""

    def __init__(self, plan: Plan, seeds: range) -> None:
        """Run `plan` once for each seed."""
        self.plan = plan
        self.bests: list[float] = []
        self.failures = self.steps = 0
        self.seconds = 0.0
        """Simulated active time of one search, on average."""
        for seed in seeds:
            session = Driver(plan.seeded(seed)).run()
            best = session.best_candidate
            self.bests.append(0.0 if best is None or best.reward is None else best.reward)
            candidates = session.candidates.values()
            self.failures += sum(not candidate.feasible for candidate in candidates)
            self.steps += session.spent.proposals
            self.seconds += session.elapsed / len(seeds)

    @property
    def place(self) -> tuple[str, int, int]:
        """Strategy, width and depth: what rows of different allocators share."""
        return self.plan.strategy, self.plan.width, self.plan.depth

    def against(self, first: Row) -> Interval:
        """Return how much more it reaches than `first`, seed by seed."""
        return of_mean([a - b for a, b in zip(self.bests, first.bests, strict=True)])


def simulate(arguments: argparse.Namespace) -> int:
    """Run every combination and print one line for each."""
    law = named(arguments.proposer)
    if law is None:
        raise UsageError("--proposer: only `simulation` is simulated")
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    try:
        rows = [Row(plan, seeds) for plan in _plans(arguments, law)]
    except ValueError as error:
        raise UsageError(str(error)) from None
    if arguments.json:
        print(json.dumps(_json(rows, law, seeds)))
        return DONE
    print(f"Simulation of searches: {_told(law)}; {len(seeds)} seeds from {seeds[0]}")
    print("best: mean over seeds, in brackets its 95% bootstrap interval")
    print(f"more: seed by seed, than {_reference(rows)}")
    cells = [HEADS, *(_cells(row, rows) for row in rows)]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        print("  ".join(cell.ljust(at) for cell, at in zip(line, wide, strict=True)).rstrip())
    return DONE


def _first_of(row: Row, rows: list[Row]) -> Row:
    """Return what a row is compared with: the first of the same strategy, width and depth where
    allocators are compared, else the first of all."""
    if len({one.plan.allocation for one in rows}) == 1:
        return rows[0]
    return next(one for one in rows if one.place == row.place)


def _reference(rows: list[Row]) -> str:
    if len({one.plan.allocation for one in rows}) == 1:
        return "the first line"
    return f"{rows[0].plan.allocation} at the same strategy, width and depth"


def _plans(arguments: argparse.Namespace, law: Law) -> Iterator[Plan]:
    for strategy in arguments.strategy or ["chain"]:
        for width in arguments.width or WIDTHS:
            depth = arguments.depth or max(1, BUDGET // width)
            for allocation in arguments.allocator or [UNIFORM]:
                yield Plan(width, depth, strategy, allocation, law)


def _cells(row: Row, rows: list[Row]) -> list[str]:
    first = _first_of(row, rows)
    best, more = of_mean(row.bests), row.against(first)
    start = of_mean(rows[0].bests).value
    plan = row.plan
    return [
        plan.strategy,
        plan.allocation,
        f"{plan.width}x{plan.depth}",
        _ranged(best),
        f"{best.value / start:.3f}" if start else "–",
        "–" if row is first else _ranged(more, sign=True),
        f"{row.failures / max(1, row.steps):.1%}",
        text.duration(row.seconds) if plan.law.latency else "–",
    ]


def _ranged(found: Interval, sign: bool = False) -> str:
    plus = "+" if sign else ""
    value = format(found.value, f"{plus}.3f")
    if not found.known:
        return value
    return f"{value} [{format(found.low, f'{plus}.3f')}, {format(found.high, f'{plus}.3f')}]"


def _told(law: Law) -> str:
    return (
        f"c={law.c:g}, gain={law.gain:g}, failure={law.failure:g}, latency={law.latency:g}, "
        f"luck={law.luck:g}"
    )


def _json(rows: list[Row], law: Law, seeds: range) -> dict[str, object]:
    """Return the table as JSON values; an interval that is not known is null."""
    return {
        "simulation": True,
        "law": recorded(law),
        "seeds": [seeds[0], seeds[-1]],
        "rows": [
            {
                "strategy": row.plan.strategy,
                "allocator": row.plan.allocation,
                "width": row.plan.width,
                "depth": row.plan.depth,
                "best": _interval(of_mean(row.bests)),
                "more": None
                if row is (first := _first_of(row, rows))
                else _interval(row.against(first)),
                "failed": row.failures,
                "seconds": row.seconds,
                "proposals": row.steps,
                "bests": row.bests,
            }
            for row in rows
        ],
    }


def _interval(found: Interval) -> dict[str, float | None]:
    known = found.known
    return {
        "mean": found.value,
        "low": found.low if known else None,
        "high": found.high if known else None,
    }
