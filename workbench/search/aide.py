"""AIDE: some drafts first, then the best is improved, and now and then a broken one debugged."""

from __future__ import annotations

import random
from typing import Annotated

from msgspec import Meta

from workbench.model.candidate import CandidateId
from workbench.model.lineage import Lineage, Point
from workbench.model.move import Move
from workbench.search.parts.folding import Folding
from workbench.search.strategy import Options as Common


class Sorted:
    """The candidates sorted into broken ends that may be debugged, and the rest."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self.drafts = 0
        """Drafts that were asked for, whatever came of them."""
        self.broken: dict[CandidateId, int] = {}
        """Broken candidate without children -> how many broken ones it comes after, in a row."""
        self._chain: dict[CandidateId, int] = {}

    def take(self, lineage: Lineage, point: Point) -> None:
        """Sort one step in."""
        self.drafts += point.operator == "draft"
        if point.candidate is None:
            return
        candidate = lineage.candidates[point.candidate]
        parent = candidate.parents[0] if point.parents else None
        if parent is not None and point.operator != "draft":
            self.broken.pop(parent, None)
        if candidate.reward is not None or candidate.judgement is not None:
            return
        before = self._chain.get(parent, -1) if parent and point.operator != "draft" else -1
        self._chain[candidate.id] = before + 1
        if before + 1 <= self._depth:
            self.broken[candidate.id] = before + 1


class Aide:
    """Draft, debug, improve (arXiv 2502.13138)."""

    name = "aide"
    summary = "a few drafts, then improve the best, at times debug a broken one (AIDE)"
    source = "AIDE (arXiv 2502.13138)"

    class Options(Common, frozen=True):
        """See `Common`."""

        drafts: Annotated[int, Meta(ge=1, le=1000, description="drafts to begin with")] = 5
        debug: Annotated[
            float, Meta(ge=0, le=1, description="how often a broken one is debugged")
        ] = 0.5
        depth: Annotated[
            int, Meta(ge=0, le=100, description="most debugging steps in a row on one draft")
        ] = 3

    def __init__(self, options: Options) -> None:
        """Draft and debug as often as `options` say."""
        self.options = options
        self._sorted = Folding(lambda lineage: Sorted(options.depth))

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return a draft while there are too few, else a repair, the best's refinement, or one."""
        found = self._sorted.of(lineage)
        draft = Move("draft", (lineage.origin.id,))
        if found.drafts < self.options.drafts:
            return draft
        if rng.random() < self.options.debug and found.broken:
            return Move("repair", (rng.choice(list(found.broken)),))
        best = lineage.best_candidate
        return draft if best is None else Move("refine", (best.id,))
