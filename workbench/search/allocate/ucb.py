"""UCB1 over lineages: the mean, and a bonus that shrinks as a lineage is tried."""

from __future__ import annotations

import math
import random

from workbench.search.allocate.allocator import Allocator, Choice, Table, untried


class UCB(Allocator, frozen=True, kw_only=True):
    """Chooses the largest mean + c·√(ln t / n), every lineage once first.

    n is how many steps a lineage was given, t their sum over the lineages that can go on, and the
    mean is that of its scaled best rewards. Source: UCB1 (Auer, Cesa-Bianchi and Fischer 2002), as
    BaSE applies it to lineages (arXiv 2605.29268, `UCB1` of its published code, c = √2).
    """

    c: float = math.sqrt(2.0)

    def choose(self, table: Table, rng: random.Random) -> Choice:
        """See `Allocator.choose`. Ties go to the lineage that was made first."""
        first = untried(table)
        if first is not None:
            return first
        spread = math.log(sum(arm.given for arm in table.arms))
        best, chosen, mean, bonus = -math.inf, 0, 0.0, 0.0
        for arm in table.arms:
            m, b = table.mean(arm), self.c * math.sqrt(spread / arm.given)
            if m + b > best:
                best, chosen, mean, bonus = m + b, arm.lineage, m, b
        return Choice(chosen, f"{best:.2f} = mean {mean:.2f} + {bonus:.2f}")
