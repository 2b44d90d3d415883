"""The table that all scores are computed from: tasks × competitors × seeds."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Scores(NamedTuple):
    """Best feasible rewards within one budget."""

    tasks: tuple[str, ...]
    competitors: tuple[str, ...]
    rewards: Array
    """Of shape (tasks, competitors, seeds); larger is better, NaN where nothing was feasible or
    where there was no run."""
    baselines: Array
    """Of shape (tasks,): the reward of the initial files; NaN where it is not known."""
    categories: tuple[str, ...]
    """Of each task; empty where a task names none."""

    @property
    def seeds(self) -> int:
        """How many seeds there are at most."""
        return int(self.rewards.shape[2])

    @property
    def means(self) -> Array:
        """Mean over seeds, of shape (tasks, competitors); NaN as soon as one run that was made
        found nothing feasible, and where no run was made."""
        return mean_over_seeds(self.rewards)


def mean_over_seeds(rewards: Array) -> Array:
    """Return the mean along the last axis; NaN wherever one of the values is NaN.

    A competitor that fails on one seed has no mean score there, rather than a better one.
    """
    return np.asarray(rewards.mean(axis=-1), dtype=np.float64)
