"""Mean curves of competitors over seeds, with the interval of the mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.dynamics.runs import Run
from workbench.analysis.scores.table import Array
from workbench.analysis.uncertainty.bootstrap import CONFIDENCE, LEAST

PLACES = 80
ROUNDS = 300


class Curve(NamedTuple):
    """Best reward so far over evaluations, of one competitor on one task."""

    x: Array
    mean: Array
    low: Array
    high: Array
    """Interval of the mean over seeds; NaN below three seeds."""


def mean_curve(runs: Sequence[Run | None], budget: int) -> Curve:
    """Return the mean of the runs' bests at up to `PLACES` budgets; NaN as long as one of them has
    nothing feasible."""
    x = np.unique(np.linspace(1, max(1, budget), PLACES).round())
    values = np.array([_at(run, x) for run in runs]).reshape(len(runs), len(x))
    mean = values.mean(axis=0) if len(runs) else np.full(len(x), np.nan)
    if len(runs) < LEAST:
        nothing = np.full(len(x), np.nan)
        return Curve(x, mean, nothing, nothing)
    chance = np.random.default_rng(0)
    drawn = values[chance.integers(0, len(runs), (ROUNDS, len(runs)))].mean(axis=1)
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail], axis=0)
    return Curve(x, mean, low, high)


def _at(run: Run | None, x: Array) -> Array:
    if run is None:
        return np.full(len(x), np.nan)
    places = np.searchsorted(run.evaluations, x, side="right") - 1
    return np.where(places >= 0, run.best[np.maximum(places, 0)], np.nan)
