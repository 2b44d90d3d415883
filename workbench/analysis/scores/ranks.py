"""Average rank: over all tasks, and within each category.

The tie rule: equal rewards share the mean of the ranks that they take up (1, 2.5, 2.5, 4), and all
that found nothing feasible tie on the last ranks. So the ranks of a task always sum to the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.analysis.scores.table import Array


def ranks(rewards: Array) -> Array:
    """Return the rank of each of `rewards` (one task, one value per competitor); 1 is the best."""
    keyed = np.where(np.isnan(rewards), -np.inf, rewards)
    better = (keyed[None, :] > keyed[:, None]).sum(axis=1)
    level = (keyed[None, :] == keyed[:, None]).sum(axis=1)
    return np.asarray(better + (level + 1) / 2, dtype=np.float64)


def average_ranks(rewards: Array) -> Array:
    """Return the mean rank of each competitor over tasks, from rewards (tasks, competitors).

    The primary measure of Frontier-Eng (arXiv 2604.12290), which does not state its tie rule.
    """
    if not len(rewards):
        return np.full(rewards.shape[1], np.nan)
    return np.asarray(np.mean([ranks(row) for row in rewards], axis=0), dtype=np.float64)


def category_ranks(rewards: Array, categories: Sequence[str]) -> dict[str, Array]:
    """Return the average ranks within each category, categories in order of first mention."""
    found: dict[str, Array] = {}
    for name in dict.fromkeys(categories):
        rows = [at for at, other in enumerate(categories) if other == name]
        found[name] = average_ranks(rewards[rows])
    return found


def win_rates(rewards: Array, baselines: Array, tolerance: float = 1e-9) -> Array:
    """Return the share of tasks on which each competitor is better than the baseline.

    Better means by more than `tolerance` of the baseline's size, so that a baseline measured again
    is no win. Tasks without a known baseline are left out; nothing feasible is no win. NaN where
    no task has a baseline.
    """
    known = ~np.isnan(baselines)
    if not known.any():
        return np.full(rewards.shape[1], np.nan)
    base = baselines[known][:, None]
    with np.errstate(invalid="ignore"):
        won = rewards[known] > base + tolerance * np.abs(base)
    return np.asarray(won.mean(axis=0), dtype=np.float64)
