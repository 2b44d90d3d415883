"""The medal score of Frontier-Eng's leaderboard: credit against a podium that is frozen.

Per task the podium is the three best values, equal ones counted each, so that thresholds may
coincide. Reaching gold gives 1, silver 0.67, bronze 0.33, less nothing; the score is the mean over
all tasks. Nothing feasible gives 0. A tier that no competitor stands on cannot be reached.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.analysis.scores.table import Array

CREDITS = (1.0, 0.67, 0.33)
"""Of gold, silver and bronze."""


class Medals(NamedTuple):
    """What one competitor has won."""

    score: float
    gold: int
    silver: int
    bronze: int


def podium(rewards: Array) -> Array:
    """Return the thresholds of each task, of shape (tasks, 3); NaN where a tier is not taken."""
    found = np.full((len(rewards), len(CREDITS)), np.nan)
    for at, row in enumerate(rewards):
        best = np.sort(row[~np.isnan(row)])[::-1][: len(CREDITS)]
        found[at, : len(best)] = best
    return found


def medals(rewards: Array, thresholds: Array | None = None) -> list[Medals]:
    """Return the medals of each competitor, from rewards (tasks, competitors).

    `thresholds` is a podium frozen earlier; by default it is made of `rewards`.
    """
    limits = podium(rewards) if thresholds is None else thresholds
    with np.errstate(invalid="ignore"):
        reached = rewards[:, :, None] >= limits[:, None, :]
    tier = np.where(reached.any(axis=2), reached.argmax(axis=2), len(CREDITS))
    counts = [(tier == place).sum(axis=0) for place in range(len(CREDITS))]
    tasks = max(1, len(rewards))
    return [
        Medals(
            sum(credit * int(count[at]) for credit, count in zip(CREDITS, counts, strict=True))
            / tasks,
            *(int(count[at]) for count in counts),
        )
        for at in range(rewards.shape[1])
    ]
