"""A move: what a strategy asks a proposer to do; and the randomness a step may use."""

from __future__ import annotations

import random
from collections.abc import Iterable

import msgspec

from workbench.model.candidate import CandidateId


class Move(msgspec.Struct, frozen=True):
    """ "Derive from these parents, with this operator, showing these inspirations"."""

    operator: str
    parents: tuple[CandidateId, ...]
    inspirations: tuple[CandidateId, ...] = ()


def shown_also(move: Move, pinned: Iterable[CandidateId]) -> Move:
    """Return `move` with what a person pinned shown first, whatever its strategy chose."""
    others = (*pinned, *move.inspirations)
    shown = tuple(number for number in dict.fromkeys(others) if number not in move.parents)
    return move if shown == move.inspirations else msgspec.structs.replace(move, inspirations=shown)


def rng_for(seed: int, lineage: int, step: int, purpose: str) -> random.Random:
    """Return the one source of randomness a step may use for `purpose`.

    Fresh for every step, so that a resumed lineage draws what it would have drawn.
    """
    return random.Random(f"{seed}/{lineage}/{step}/{purpose}")
