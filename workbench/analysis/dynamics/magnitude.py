"""How much a search improves: g(k), what its k-th improvement adds.

Shown is g(k) as a share of all that a run gained, averaged over the runs that have a k-th
improvement. Fitted is each run's own gains with a scale of its own: a run of few improvements has
larger shares, so a law fitted to the averages comes out too steep.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.dynamics.fit import (
    Fit,
    Outcome,
    Refused,
    accepted,
    r2,
    slope_of,
    too_few,
    too_narrow,
)
from workbench.analysis.dynamics.runs import Run
from workbench.analysis.scores.table import Array

LIKELIHOOD, LOG_LOG = "likelihood", "log-log"
_LOW, _HIGH, _HALVINGS = -3.0, 6.0, 60


class Magnitude(NamedTuple):
    """How much improvements add, and the laws fitted to it."""

    k: Array
    """1, 2, 3 …"""
    share: Array
    """Mean share of a run's whole gain, over the runs that have a k-th improvement."""
    runs: Array
    """How many those are."""
    log_log: Outcome
    """Least squares on the logarithms of all gains, every run with a level of its own."""
    likelihood: Outcome
    """Gains of mean A·k^−b with a scale A for every run, by the likelihood of the exponential law;
    it holds for the mean whatever the law, and its error is widened by the dispersion seen."""


def magnitude(runs: Sequence[Run]) -> Magnitude:
    """Return how much the improvements of `runs` add. Runs with a single one say nothing of it."""
    gains = [run.gains for run in runs]
    several = [each for each in gains if len(each) > 1]
    longest = max(map(len, gains), default=0)
    total, count = np.zeros(longest), np.zeros(longest)
    for each in gains:
        total[: len(each)] += each / each.sum() if len(each) else each
        count[: len(each)] += 1
    k = np.arange(1, longest + 1, dtype=np.float64)
    shares = total / np.maximum(count, 1)
    return Magnitude(k, shares, count, _log_log(several), _likelihood(several))


def _places(gains: Sequence[Array]) -> Array:
    """Return the logarithms of k of all gains, one run after the other."""
    places = [np.arange(1, len(each) + 1, dtype=np.float64) for each in gains]
    return np.asarray(np.log(np.concatenate(places)), dtype=np.float64)


def _centred(gains: Sequence[Array], values: Array) -> Array:
    """Return values less their run's mean, so that every run has a level of its own."""
    owner = np.repeat(np.arange(len(gains)), [len(each) for each in gains])
    means = np.bincount(owner, values) / np.bincount(owner)
    return np.asarray(values - means[owner], dtype=np.float64)


def _refused(method: str, gains: Sequence[Array]) -> Refused | None:
    count = sum(map(len, gains))
    found = too_few(method, count, "improvements in runs that have several")
    return found or too_narrow(method, np.exp(_places(gains)), "improvements")


def _log_log(gains: Sequence[Array]) -> Outcome:
    refused = _refused(LOG_LOG, gains)
    if refused is not None:
        return refused
    up = np.log(np.concatenate(gains))
    across, level = _places(gains), up
    x, y = _centred(gains, across), _centred(gains, up)
    slope, error = slope_of(x, y, len(y) - len(gains) - 1)
    scale = float(np.exp(level.mean() - slope * across.mean()))
    return accepted(Fit(LOG_LOG, -slope, error, scale, r2(y, slope * x), len(y)))


def _likelihood(gains: Sequence[Array]) -> Outcome:
    refused = _refused(LIKELIHOOD, gains)
    if refused is not None:
        return refused
    sizes = np.concatenate(gains)
    across = _places(gains)
    owner = np.repeat(np.arange(len(gains)), [len(each) for each in gains])
    each = np.bincount(owner)
    x = _centred(gains, across)

    def slope(exponent: float) -> float:
        """The derivative of the log-likelihood along the exponent, scales at their best."""
        lifted = sizes * np.exp(exponent * across)
        scales = np.bincount(owner, lifted) / each
        return float((across * (1 - lifted / scales[owner])).sum())

    low, high = _LOW, _HIGH
    if slope(low) <= 0 or slope(high) >= 0:
        return Refused(LIKELIHOOD, "the gains do not fall like any power of k")
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) > 0 else (low, middle)
    lifted = sizes * np.exp(low * across)
    scales = np.bincount(owner, lifted) / each
    free = max(1, len(sizes) - len(gains) - 1)
    dispersion = float(((lifted / scales[owner] - 1) ** 2).sum()) / free
    error = float(np.sqrt(dispersion / (x**2).sum()))
    told = -low * x
    fit = Fit(LIKELIHOOD, low, error, float(np.exp(np.log(scales).mean())), 0.0, len(sizes))
    return accepted(fit._replace(r2=r2(_centred(gains, np.log(sizes)), told)))
