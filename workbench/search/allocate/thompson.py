"""Thompson sampling over lineages, with Gaussian beliefs."""

from __future__ import annotations

import math
import random

from workbench.search.allocate.allocator import Allocator, Choice, Table


class Thompson(Allocator, frozen=True, kw_only=True):
    """Draws a value for each lineage from what is believed of it and chooses the largest.

    After n steps with mean m (scaled best rewards) the belief is normal with mean
    (s·prior + n·m)/(s + n) and deviation sigma/√(s + n), s the strength of the prior. Source:
    BaSE (arXiv 2605.29268, `ThompsonGaussian` of its published code): sigma 0.1, prior 0.5, s 1.
    """

    sigma: float = 0.1
    prior: float = 0.5
    strength: float = 1.0

    def __post_init__(self) -> None:
        """Raise `ValueError` for options that make no allocator."""
        super().__post_init__()
        if self.sigma < 0 or self.strength <= 0:
            raise ValueError("sigma is not negative, and strength is above 0")

    def choose(self, table: Table, rng: random.Random) -> Choice:
        """See `Allocator.choose`."""
        best, chosen, reason = -math.inf, 0, ""
        for arm in table.arms:
            weight = self.strength + arm.steps
            middle = (self.strength * self.prior + arm.steps * table.mean(arm)) / weight
            spread = self.sigma / math.sqrt(weight)
            drawn = rng.gauss(middle, spread)
            if drawn > best:
                best, chosen = drawn, arm.lineage
                reason = f"drew {drawn:.2f} from {middle:.2f} ± {spread:.2f}"
        return Choice(chosen, reason)
