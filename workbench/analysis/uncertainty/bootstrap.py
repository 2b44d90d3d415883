"""Bootstrap intervals: seeds drawn again with replacement, each task's among themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.scores.table import Array

ROUNDS = 2000
CONFIDENCE = 0.95
LEAST = 3
"""Values below which no interval is given: two points say next to nothing of their spread."""


class Interval(NamedTuple):
    """A figure with the range that it may as well have come out in."""

    value: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there were enough values for a range."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))


def of_mean(values: Sequence[float], seed: int = 0, rounds: int = ROUNDS) -> Interval:
    """Return the mean with its percentile interval; without one below `LEAST` values."""
    data = np.asarray(values, dtype=np.float64)
    if not len(data):
        return Interval(np.nan, np.nan, np.nan)
    value = float(data.mean())
    if len(data) < LEAST or not np.isfinite(value):
        return Interval(value, np.nan, np.nan)
    chance = np.random.default_rng(seed)
    means = data[chance.integers(0, len(data), (rounds, len(data)))].mean(axis=1)
    return Interval(value, *_ends(means))


def over_seeds(
    rewards: Array,
    measure: Callable[[Array], Array],
    seed: int = 0,
    rounds: int = ROUNDS // 4,
) -> list[Interval]:
    """Return a measure of every competitor with its interval over seeds.

    `rewards` are of shape (tasks, competitors, seeds) and `measure` turns such an array into one
    figure per competitor. Each round draws, for every task by itself, as many seeds as there are;
    a seed is drawn for all competitors at once, as their runs share it. Without any task or seed
    there are no figures.
    """
    tasks, _, seeds = rewards.shape
    if not tasks or not seeds:
        return []
    exact = measure(rewards)
    if seeds < LEAST:
        return [Interval(float(value), np.nan, np.nan) for value in exact]
    chance = np.random.default_rng(seed)
    drawn = np.empty((rounds, len(exact)))
    rows = np.arange(tasks)[:, None]
    for at in range(rounds):
        chosen = chance.integers(0, seeds, (tasks, seeds))
        # Fancy indices around a slice put the drawn axes first: (tasks, seeds, competitors).
        drawn[at] = measure(np.moveaxis(rewards[rows, :, chosen], 2, 1))
    return [Interval(float(value), *_ends(drawn[:, place])) for place, value in enumerate(exact)]


def _ends(drawn: Array) -> tuple[float, float]:
    finite = drawn[np.isfinite(drawn)]
    if len(finite) < len(drawn):
        return np.nan, np.nan
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(finite, [tail, 100 - tail])
    return float(low), float(high)
