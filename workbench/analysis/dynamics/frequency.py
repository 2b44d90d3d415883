"""How often a search improves: f(t), the share of runs whose t-th step gave a new best.

The null line is 1/t: among t independent draws of one law the last is the largest in 1 of t cases.
So an exponent of 1 alone is also what random search shows; what a search adds is its level, c > 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.dynamics.fit import Fit, Outcome, Refused, accepted, log_log, r2, too_few
from workbench.analysis.dynamics.runs import Run
from workbench.analysis.scores.table import Array

RATIO = 1.5
"""Width of the bins that are shown and fitted on logarithms."""
FINE = 1.02
"""Width of the bins that the likelihood is summed over: below it a law's rate hardly changes."""
_GRID, _ZOOMS = 21, 9
_FIRST_CAP, _ROUNDS, _ALMOST = 0.9, 3, 1e-9
LIKELIHOOD, LOG_LOG = "likelihood", "log-log"


class Bins(NamedTuple):
    """Steps gathered into bins."""

    t: Array
    """Geometric mean of the steps in each bin."""
    tried: Array
    """Steps made there, over all runs."""
    improved: Array
    """How many of them gave a new best."""

    @property
    def rate(self) -> Array:
        """The share that did."""
        return self.improved / self.tried


class Frequency(NamedTuple):
    """How often runs improve, and the laws fitted to it."""

    bins: Bins
    runs: int
    steps: int
    """Of all runs together."""
    improvements: int
    likelihood: Outcome
    """Rate min(q, c·t^−a) of independent steps, by maximum likelihood: nothing is dropped. The cap
    q is the share that improves where the law alone would say all: some steps always fail."""
    log_log: Outcome
    """Least squares on the logarithms of the bins that hold improvements. Dropping the empty ones
    flattens it where improvements are rare."""
    null_p: float
    """How well the exponent 1 explains the steps as well (likelihood ratio, one degree of
    freedom); NaN without a fit."""


def frequency(runs: Sequence[Run]) -> Frequency:
    """Return how often `runs` improve. A run counts up to its own last step."""
    tried, improved = _counts(runs)
    fine = _binned(tried, improved, FINE)
    coarse = _binned(tried, improved, RATIO)
    held = coarse.improved > 0
    found = int(improved.sum())
    fit, null_p = _likelihood(fine, coarse, found)
    lined = log_log(coarse.t[held], coarse.rate[held], LOG_LOG)
    return Frequency(coarse, len(runs), int(tried.sum()), found, fit, lined, null_p)


def _counts(runs: Sequence[Run]) -> tuple[Array, Array]:
    """Return, for t = 1, 2 …, how many runs made step t and how many of them improved."""
    longest = max((run.steps for run in runs), default=0)
    ends = np.bincount([run.steps for run in runs], minlength=longest + 1)
    tried = len(runs) - np.cumsum(ends)[:-1] if runs else np.zeros(0)
    improved = np.zeros(longest)
    for run in runs:
        improved[run.improvements - 1] += 1
    return tried.astype(np.float64), improved


def _binned(tried: Array, improved: Array, ratio: float) -> Bins:
    if not len(tried):
        return Bins(tried, tried, improved)
    t = np.arange(1, len(tried) + 1, dtype=np.float64)
    # Steps up to 1/(ratio − 1) have bins of their own; from there on bins grow by the ratio.
    place = np.where(t <= 1 / (ratio - 1), t, 1 / (ratio - 1) + np.log(t) / math.log(ratio))
    _, at = np.unique(np.floor(place + 1e-9), return_inverse=True)
    total = np.bincount(at, tried)
    kept = total > 0
    mean = np.exp(np.bincount(at, tried * np.log(t))[kept] / total[kept])
    held = np.bincount(at, improved)[kept]
    return Bins(*(np.asarray(x, dtype=np.float64) for x in (mean, total[kept], held)))


def _likelihood(fine: Bins, coarse: Bins, found: int) -> tuple[Outcome, float]:
    refused = too_few(LIKELIHOOD, found, "improvements")
    if refused is not None:
        return refused, math.nan
    if (fine.improved == fine.tried).all():
        why = "every step improved: nothing shows how the rate falls"
        return Refused(LIKELIHOOD, why), math.nan
    level, exponent, cap = _settled(fine)
    error = _error(fine, level, exponent, cap)
    fit = Fit(LIKELIHOOD, exponent, error, math.exp(level), 0.0, found)
    held = coarse.improved > 0
    if held.sum() > 1:
        told = np.minimum(math.exp(cap), fit.at(coarse.t[held]))
        fit = fit._replace(r2=r2(np.log(coarse.rate[held]), np.log(told)))
    one, _ = _climb(fine, cap, free=False)
    lost = 2 * (
        float(_told(fine, np.array(level), np.array(exponent), cap))
        - float(_told(fine, np.array(one), np.array(1.0), cap))
    )
    outcome = accepted(fit)
    return outcome, math.erfc(math.sqrt(max(0.0, lost) / 2)) if outcome is fit else math.nan


def _settled(bins: Bins) -> tuple[float, float, float]:
    """Return level and exponent of the highest likelihood, and the cap that goes with them."""
    cap = math.log(_FIRST_CAP)
    for _ in range(_ROUNDS):
        level, exponent = _climb(bins, cap, free=True)
        full = level - exponent * np.log(bins.t) >= 0
        tried, improved = float(bins.tried[full].sum()), float(bins.improved[full].sum())
        cap = math.log((improved + 0.5) / (tried + 1)) if tried else -_ALMOST
    return (*_climb(bins, cap, free=True), cap)


def _told(bins: Bins, level: Array, exponent: Array, cap: float) -> Array:
    """Return the log-likelihoods of a grid of laws exp(level)·t^−exponent, capped at exp(cap)."""
    log_t = np.log(bins.t)
    log_p = np.minimum(level[..., None] - exponent[..., None] * log_t, cap)
    missed = bins.tried - bins.improved
    return np.asarray((bins.improved * log_p + missed * np.log(-np.expm1(log_p))).sum(axis=-1))


def _climb(bins: Bins, cap: float, free: bool) -> tuple[float, float]:
    """Return the level and exponent of the highest likelihood, by a grid that closes in."""
    middle, half = np.array([0.0, 1.0]), np.array([6.0, 2.5 if free else 0.0])
    for _ in range(_ZOOMS):
        levels = np.linspace(middle[0] - half[0], middle[0] + half[0], _GRID)
        tilts = np.linspace(middle[1] - half[1], middle[1] + half[1], _GRID if free else 1)
        if not free:
            tilts = np.array([1.0])
        grid = np.meshgrid(levels, tilts, indexing="ij")
        best = np.unravel_index(int(_told(bins, *grid, cap).argmax()), grid[0].shape)
        middle = np.array([grid[0][best], grid[1][best]])
        half = half * 0.4
    return float(middle[0]), float(middle[1])


def _error(bins: Bins, level: float, exponent: float, cap: float) -> float:
    """Return the standard error of the exponent from the expected information."""
    log_t = np.log(bins.t)
    rate = np.exp(np.minimum(level - exponent * log_t, cap))
    open_ = level - exponent * log_t < cap  # where it is capped the law does not move
    weight = (bins.tried * rate / np.where(open_, 1 - rate, 1.0))[open_]
    if not weight.sum():
        return math.inf
    spread = log_t[open_] - (weight * log_t[open_]).sum() / weight.sum()
    square = float((weight * spread**2).sum())
    return 1 / math.sqrt(square) if square > 0 else math.inf
