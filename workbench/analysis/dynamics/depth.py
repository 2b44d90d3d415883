"""Width against depth: n chains of d steps each, n·d the same, from runs that were recorded.

A cell is the mean, over all choices of n of the recorded runs, of the best that they had reached
after d steps. Nothing is extrapolated: a cell needs as many runs of that length as it is wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.dynamics.runs import Run
from workbench.analysis.scores.chances import expected_best
from workbench.analysis.uncertainty.bootstrap import CONFIDENCE, LEAST

ROUNDS = 300


class Cell(NamedTuple):
    """Some chains of some depth."""

    width: int
    depth: int
    runs: int
    """Recorded runs of that length, of which `width` are drawn."""
    reward: float
    """Mean best reward; NaN where there are too few runs."""
    share: float
    """Gain over the start as a share of the best cell's: 1 is the best; NaN likewise."""
    low: float
    high: float
    """Interval of `share` over runs drawn again; NaN below three runs, and where the cell takes
    every run there is."""
    reason: str = ""
    """Why there is no figure."""


def width_depth(runs: Sequence[Run], budget: int | None = None) -> list[Cell]:
    """Return the cells 1×B, 2×B/2, 4×B/4 … up to the first that needs more runs than there are.

    The budget B is in steps of a lineage; by default the length that half of `runs` reach.
    """
    if not runs:
        return []
    total = int(np.median([run.steps for run in runs])) if budget is None else budget
    start = float(np.mean([run.best[0] for run in runs]))
    widths = [2**power for power in range(max(1, total).bit_length()) if 2**power <= total]
    widths = [width for width in widths if width < 2 * len(runs)]
    drawn = [_drawn(runs, width, total // width) for width in widths]
    top = max((float(x[0]) - start for x in drawn if len(x)), default=0.0)
    return [
        _cell(runs, width, total // width, values, start, top)
        for width, values in zip(widths, drawn, strict=True)
    ]


def _long(runs: Sequence[Run], depth: int) -> list[float]:
    return [float(run.best[depth]) for run in runs if run.steps >= depth]


def _drawn(
    runs: Sequence[Run], width: int, depth: int
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the cell's mean reward, then the same for runs drawn again; empty if too few."""
    values = _long(runs, depth)
    if len(values) < width:
        return np.empty(0)
    exact = expected_best(values, width)
    if len(values) < LEAST or len(values) == width:
        return np.array([exact])
    chance = np.random.default_rng(width)
    rows = chance.integers(0, len(values), (ROUNDS, len(values)))
    pool = np.asarray(values)
    return np.array([exact, *(expected_best(list(pool[row]), width) for row in rows)])


def _cell(
    runs: Sequence[Run],
    width: int,
    depth: int,
    drawn: np.ndarray[tuple[int], np.dtype[np.float64]],
    start: float,
    top: float,
) -> Cell:
    nan, count = float("nan"), len(_long(runs, depth))
    if not len(drawn):
        reason = f"needs {width} runs of {depth} steps, there are {count}"
        return Cell(width, depth, count, nan, nan, nan, nan, reason)
    shares = (drawn - start) / top if top > 0 else np.full(len(drawn), nan)
    low = high = nan
    if len(drawn) > 1 and top > 0:
        tail = 100 * (1 - CONFIDENCE) / 2
        low, high = (float(x) for x in np.percentile(shares[1:], [tail, 100 - tail]))
    reason = "" if top > 0 else "nothing was gained over the start"
    return Cell(width, depth, count, float(drawn[0]), float(shares[0]), low, high, reason)
