"""Performance profiles (Dolan and Moré 2002): how often within a factor of the best.

The sign rule. On a task whose rewards are all above zero the ratio of a competitor is best/reward.
On one whose rewards are all below zero (a cost, negated) it is reward/best: both are costs then,
and the ratio says how many times the best cost it pays. On a task whose rewards have both signs, or
a zero, there is no ratio: the best have 1 and all others have infinity. Nothing feasible has
infinity, and is asked for no sign.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.analysis.scores.table import Array

ROUNDING = 1e-12
"""Share of a ratio that arithmetic alone may add to it."""


def ratios(rewards: Array) -> Array:
    """Return the performance ratio of each reward (tasks, competitors), 1 or more."""
    return np.array([_of_task(row) for row in rewards], dtype=np.float64).reshape(rewards.shape)


def _of_task(row: Array) -> Array:
    found = np.full(row.shape, np.inf)
    feasible = ~np.isnan(row)
    if not feasible.any():
        return found
    seen = row[feasible]
    best = seen.max()
    if (seen > 0).all():
        found[feasible] = best / seen
    elif (seen < 0).all():
        found[feasible] = seen / best
    else:
        found[row == best] = 1.0
    return found


def profile(rewards: Array, factors: Sequence[float]) -> Array:
    """Return the share of tasks on which each competitor is within each factor of the best.

    Of shape (competitors, factors).
    """
    ratio = ratios(rewards)
    limits = np.asarray(factors, dtype=np.float64) * (1 + ROUNDING)
    return np.asarray((ratio[:, :, None] <= limits).mean(axis=0), dtype=np.float64)
