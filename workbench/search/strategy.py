"""The `Strategy` protocol: a policy over one lineage's tree."""

from __future__ import annotations

import random
from typing import Protocol

import msgspec

from workbench.model.candidate import CandidateId
from workbench.model.lineage import Lineage


class Move(msgspec.Struct, frozen=True):
    """ "Derive from these parents, with this operator, showing these inspirations"."""

    operator: str
    parents: tuple[CandidateId, ...]
    inspirations: tuple[CandidateId, ...] = ()


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


def rng_for(seed: int, lineage: int, step: int, purpose: str) -> random.Random:
    """Return the one source of randomness a step may use for `purpose`."""
    return random.Random(f"{seed}/{lineage}/{step}/{purpose}")
