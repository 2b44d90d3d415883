"""Paired comparisons: two competitors on the same tasks and seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.scores.ranks import ranks
from workbench.analysis.uncertainty.bootstrap import Interval, of_mean

EXACT = 30
"""Differences up to which the signed-rank distribution is counted out; beyond, it is normal."""
LEAST = 5
"""Differences below which no test is made: with five, the smallest two-sided p is 0.06."""


class Paired(NamedTuple):
    """What a comparison came to."""

    pairs: int
    """Pairs that differ; equal ones say nothing (Wilcoxon's own rule)."""
    wins: int
    losses: int
    p: float
    """Two-sided, of the signed-rank test; NaN where there are fewer than `LEAST` differences."""
    difference: Interval
    """Mean difference, first minus second, with its paired bootstrap interval."""


def compare(first: Sequence[float], second: Sequence[float], seed: int = 0) -> Paired:
    """Compare values that belong together in pairs. Raises `ValueError` for unequal lengths."""
    if len(first) != len(second):
        raise ValueError(f"{len(first)} values against {len(second)}: they are no pairs")
    apart = np.asarray(first, dtype=np.float64) - np.asarray(second, dtype=np.float64)
    wins, losses = int((apart > 0).sum()), int((apart < 0).sum())
    return Paired(wins + losses, wins, losses, signed_rank(apart), of_mean(list(apart), seed))


def signed_rank(
    differences: Sequence[float] | np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test; NaN below `LEAST` differences.

    Zeros are dropped and ties share mean ranks. Up to `EXACT` differences every assignment of
    signs is counted, also with ties; beyond, the normal approximation with tie and continuity
    corrections.
    """
    apart = np.asarray(differences, dtype=np.float64)
    apart = apart[apart != 0]
    count = len(apart)
    if count < LEAST or not np.isfinite(apart).all():
        return math.nan
    placed = ranks(-np.abs(apart))
    above = float(placed[apart > 0].sum())
    if count <= EXACT:
        return _counted(placed, above)
    spread = float((placed**2).sum()) / 4
    apart_by = abs(above - float(placed.sum()) / 2) - 0.5
    return math.erfc(max(0.0, apart_by) / math.sqrt(2 * spread))


def _counted(placed: np.ndarray[tuple[int], np.dtype[np.float64]], above: float) -> float:
    """Count the signs at which the rank sum lies as far out; twice the ranks are whole numbers."""
    doubled = np.rint(2 * placed).astype(int)
    total = int(doubled.sum())
    ways = np.zeros(total + 1)
    ways[0] = 1.0
    for size in doubled:
        ways[size:] = ways[size:] + ways[: total + 1 - size]
    far = abs(2 * round(2 * above) - total)
    out = np.abs(2 * np.arange(total + 1) - total) >= far
    return float(min(1.0, ways[out].sum() / 2.0 ** len(placed)))


def holm(values: Sequence[float]) -> list[float]:
    """Return p-values that hold together (Holm 1979); NaN stays, and counts as no test made."""
    tested = sorted((p, at) for at, p in enumerate(values) if not math.isnan(p))
    adjusted = [math.nan] * len(values)
    highest = 0.0
    for place, (p, at) in enumerate(tested):
        highest = max(highest, min(1.0, (len(tested) - place) * p))
        adjusted[at] = highest
    return adjusted
