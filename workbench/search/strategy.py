"""The `Strategy` protocol: a policy over one lineage's tree; and what all strategies are told."""

from __future__ import annotations

import random
from typing import Annotated, Literal, Protocol

import msgspec

from workbench.model.lineage import Lineage
from workbench.model.move import Move


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every strategy can be told; those with options of their own add to it.

    Each has a default, a range, and a description, which `workbench strategies` shows.
    """

    returning: Annotated[
        Literal["count", "reject"],
        msgspec.Meta(description="proposals that only bring back lines that were removed before"),
    ] = "count"
    similarity: Annotated[
        float,
        msgspec.Meta(
            gt=0,
            le=1,
            description="likeness to a shown program above which a proposal is rejected; 1: never",
        ),
    ] = 1.0


class Strategy(Protocol):
    """Decides a lineage's next move from its tree alone.

    The same lineage and the same `rng` give the same move, so a resumed lineage makes the move it
    would have made. What a strategy keeps between moves only saves it from looking at the whole
    tree again (`workbench.search.parts.folding`).
    """

    name: str
    summary: str
    """One line for people who choose."""
    source: str
    """Where it comes from."""
    options: Options

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return the next move. `rng` is fresh for this (session seed, lineage, step)."""
