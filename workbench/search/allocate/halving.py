"""Successive halving over lineages: equal steps for all, then for the better half, and so on."""

from __future__ import annotations

import math
import random

from workbench.search.allocate.allocator import Allocator, Arm, Choice, Table


class Halving(Allocator, frozen=True, kw_only=True):
    """Divides the budget over ⌈log₂ K⌉ stages; each halves the lineages that go on.

    With K lineages and budget B, stage s (from 0) gives ⌊B / (n·⌈log₂ K⌉)⌋ steps to each of its
    n = ⌈K/2^s⌉ lineages, the best of those before it. What rounding leaves goes to the best one.
    Source: sequential halving (Karnin, Koren and Somekh 2013), for searches that are worth their
    best so far as in Jamieson and Talwalkar 2016.

    Where nothing bounds the steps, B is the power of two above what was given (the doubling trick).

    Who takes part in a stage is read off the steps given: those who have begun it, and for the
    places that are left the best of those who finished the one before.
    """

    def choose(self, table: Table, rng: random.Random) -> Choice:
        """See `Allocator.choose`."""
        stages = math.ceil(math.log2(max(2, table.lineages)))
        budget, reached = table.budget, 0
        if budget is None:
            budget = 1 << (table.lineages * stages + sum(x.given for x in table.arms)).bit_length()
        for stage in range(stages):
            places = math.ceil(table.lineages / 2**stage)
            before, reached = reached, reached + max(1, budget // (places * stages))
            begun = [arm for arm in table.arms if arm.given > before]
            ready = [arm for arm in table.arms if arm.given <= before]
            left = max(0, places - len(begun))
            taking = [*begun, *sorted(ready, key=_rank)[:left]]
            behind = [arm for arm in taking if arm.given < reached]
            if behind:
                chosen = min(behind, key=lambda arm: (arm.given, arm.lineage))
                done = f"{chosen.given} of {reached} steps"
                return Choice(chosen.lineage, f"stage {stage + 1} of {stages}: {done}")
        return Choice(min(table.arms, key=_rank).lineage, "the best of the last stage")


def _rank(arm: Arm) -> tuple[float, int]:
    """Order arms by their best reward, the largest first; those without any come last."""
    return (math.inf if arm.best is None else -arm.best, arm.lineage)
