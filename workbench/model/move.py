"""A move: what a strategy asks a proposer to do; and the randomness a step may use."""

from __future__ import annotations

import random

import msgspec

from workbench.model.candidate import CandidateId


class Move(msgspec.Struct, frozen=True):
    """ "Derive from these parents, with this operator, showing these inspirations"."""

    operator: str
    parents: tuple[CandidateId, ...]
    inspirations: tuple[CandidateId, ...] = ()


def rng_for(seed: int, lineage: int, step: int, purpose: str) -> random.Random:
    """Return the one source of randomness a step may use for `purpose`.

    Fresh for every step, so that a resumed lineage draws what it would have drawn.
    """
    return random.Random(f"{seed}/{lineage}/{step}/{purpose}")
