"""Hill climbing: each move derives from the best so far."""

from __future__ import annotations

import random

from workbench.model.lineage import Lineage
from workbench.model.move import Move
from workbench.search.strategy import Options as Common


class Chain:
    """Always refines the best feasible candidate; the origin while there is none.

    The second baseline that every comparison must include (sequential conditioned sampling,
    arXiv 2602.16805).
    """

    name = "chain"
    summary = "hill climbing: every move refines the best so far"
    source = "baseline of arXiv 2602.16805 (sequential conditioned sampling)"
    Options = Common

    def __init__(self, options: Common) -> None:
        """Needs no option of its own."""
        self.options = options

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return "refine the best feasible candidate", or the origin if none is feasible."""
        best = lineage.best_candidate
        return Move("refine", (lineage.origin.id if best is None else best.id,))
