"""Best-of-n: every move derives from the lineage's origin and learns nothing from the others."""

from __future__ import annotations

import random

from workbench.model.lineage import Lineage
from workbench.model.move import Move
from workbench.search.strategy import Options as Common


class Independent:
    """Samples around the origin, each time anew.

    The baseline that every comparison must include (independent sampling, arXiv 2602.16805): what
    a proposer reaches when nothing it found is ever built upon.
    """

    name = "independent"
    summary = "best of n: every move starts again from the origin"
    source = "baseline of arXiv 2602.16805 (independent sampling)"
    Options = Common

    def __init__(self, options: Common) -> None:
        """Needs no option of its own."""
        self.options = options

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return "explore from the origin", whatever happened so far."""
        return Move("explore", (lineage.origin.id,))
