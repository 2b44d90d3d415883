"""EXP3 over lineages: for rewards that no fixed distribution gives."""

from __future__ import annotations

import math
import random

from workbench.search.allocate.allocator import Allocator, Choice, Table


class EXP3(Allocator, frozen=True, kw_only=True):
    """Draws a lineage with probability (1 − gamma)·w/Σw + gamma/K, w = exp(eta·G).

    G is the sum of a lineage's scaled best rewards, each divided by p + gamma/2K, where p is the
    probability that its turn was drawn with: an estimate of what every lineage would have earned.
    Source: EXP3 (Auer, Cesa-Bianchi, Freund and Schapire 2002) with implicit exploration (Neu
    2015), as in BaSE (arXiv 2605.29268, `EXP3P` of its published code): eta 0.07, gamma 0.1.
    Rewards are scaled by what is known when the choice is made, not by what was known then.
    """

    eta: float = 0.07
    gamma: float = 0.1

    def __post_init__(self) -> None:
        """Raise `ValueError` for options that make no allocator."""
        super().__post_init__()
        if self.eta < 0 or not 0 < self.gamma <= 1:
            raise ValueError("eta is not negative, and gamma lies above 0 and up to 1")

    def choose(self, table: Table, rng: random.Random) -> Choice:
        """See `Allocator.choose`."""
        chances = self.chances(table)
        drawn = rng.random()
        at = len(chances) - 1
        for index, chance in enumerate(chances):
            drawn -= chance
            if drawn < 0:
                at = index
                break
        odds = chances[at] + self.gamma / (2 * len(chances))
        return Choice(table.arms[at].lineage, f"drawn with probability {chances[at]:.2f}", odds)

    def chances(self, table: Table) -> list[float]:
        """Return the probability of each arm."""
        gains = [table.gains(arm) for arm in table.arms]
        top = max(gains)
        weights = [math.exp(self.eta * (gain - top)) for gain in gains]
        total, floor = sum(weights), self.gamma / len(weights)
        return [(1 - self.gamma) * weight / total + floor for weight in weights]
