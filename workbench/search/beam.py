"""Beam search: so many of the best get so many children each, then the best of all go on."""

from __future__ import annotations

import random
from typing import Annotated

from msgspec import Meta

from workbench.model.candidate import CandidateId
from workbench.model.lineage import Lineage, Point
from workbench.model.move import Move
from workbench.search.parts.folding import Folding
from workbench.search.parts.ranks import derive, rank
from workbench.search.strategy import Options as Common


class Level:
    """The beam as it stands, and what its members have been tried for so far."""

    def __init__(self, origin: CandidateId, options: Beam.Options) -> None:
        self._options = options
        self.beam = [origin]
        """Best first."""
        self.tried = {origin: 0}
        """Member -> steps that derived from it on this level, whatever came of them."""
        self._children: list[CandidateId] = []

    def take(self, lineage: Lineage, point: Point) -> None:
        """Count a step; when each member has had its own, the next level begins."""
        if point.step == 0:
            return
        if point.parents and point.parents[0] in self.tried:
            self.tried[point.parents[0]] += 1
        if point.candidate is not None:
            self._children.append(point.candidate)
        if min(self.tried.values()) >= self._options.children:
            everyone = {*self.beam, *self._children}
            best = sorted((lineage.candidates[x] for x in everyone), key=rank)
            self.beam = [candidate.id for candidate in best[: self._options.width]]
            self.tried = dict.fromkeys(self.beam, 0)
            self._children = []


class Beam:
    """The textbook's beam, level by level; members compete with their children for their place."""

    name = "beam"
    summary = "beam search: the best few get a few children each, level by level"
    source = "textbook beam search (Lowerre 1976)"

    class Options(Common, frozen=True):
        """See `Common`."""

        width: Annotated[int, Meta(ge=1, le=1000, description="members of the beam")] = 4
        children: Annotated[int, Meta(ge=1, le=1000, description="steps for each per level")] = 4

    def __init__(self, options: Options) -> None:
        """Keep a beam as wide as `options` say."""
        self.options = options
        self._level = Folding(lambda lineage: Level(lineage.origin.id, options))

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return a move from the member with the fewest steps on this level, the best first."""
        level = self._level.of(lineage)
        return derive(lineage, min(level.beam, key=lambda number: level.tried[number]))
