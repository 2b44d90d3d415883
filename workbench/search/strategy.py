"""The `Strategy` protocol: a policy over one lineage's tree."""

from __future__ import annotations

import random
from typing import Protocol

from workbench.model.lineage import Lineage
from workbench.model.move import Move


class Strategy(Protocol):
    """Decides a lineage's next move from its tree alone.

    A strategy keeps no state: the same lineage and the same `rng` give the same move, so a
    resumed lineage makes the move it would have made.
    """

    name: str
    summary: str
    """One line for people who choose."""

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return the next move. `rng` is fresh for this (session seed, lineage, step)."""
