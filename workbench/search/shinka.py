"""ShinkaEvolve: parents weighted by reward and by how few children they have."""

from __future__ import annotations

import random
from collections import Counter
from typing import Annotated, Literal

from msgspec import Meta

from workbench.model.candidate import CandidateId
from workbench.model.lineage import Lineage, Point
from workbench.model.move import Move, rng_for
from workbench.search.parts.folding import Folding
from workbench.search.parts.ranks import Ranked, derive, mend
from workbench.search.parts.ring import MigrationEvery, Populations, Ring
from workbench.search.parts.weights import above_median, draw
from workbench.search.strategy import Options as Common

ELITE = 0.3
"""Share of the archive, its best, that inspirations are drawn from."""


class Archives:
    """The best of each island, and how many children everybody has."""

    def __init__(self, lineage: Lineage, options: Shinka.Options) -> None:
        self._options = options
        self.islands = [Ranked(options.archive) for _ in range(options.islands)]
        self.children: Counter[CandidateId] = Counter()
        self._ring = Ring(options.islands, options.migration_every)

    def take(self, lineage: Lineage, point: Point) -> None:
        """Put a feasible candidate into the archive of its island; the origin is in all."""
        if point.candidate is None:
            return
        candidate = lineage.candidates[point.candidate]
        if point.step == 0:
            for island in self.islands:
                _add(lineage, island, candidate.id)
            return
        self.children.update(candidate.parents[:1])
        number = island_of(lineage, point.step, len(self.islands))
        _add(lineage, self.islands[number], candidate.id)
        if self._ring.made(number):
            self._migrate(lineage)

    def _migrate(self, lineage: Lineage) -> None:
        """Copy the best of each island to its neighbours; they stay where they are, too."""
        rate = self._options.migration_rate
        leaving = [island.first(int(rate * len(island))) for island in self.islands]
        for number, migrants in enumerate(leaving):
            for neighbour in self._ring.neighbours(number):
                there = set(self.islands[neighbour])
                for migrant in migrants:
                    if migrant not in there:
                        _add(lineage, self.islands[neighbour], migrant)


class Shinka:
    """ShinkaEvolve's parents, archives and mix of edits (arXiv 2509.19349).

    Its novelty rejection needs no embeddings here: proposals that are the same program, or bring
    back what was removed, spend no evaluation. Its bandit over models is the ensemble proposer's.
    """

    name = "shinka"
    summary = "parents by reward and novelty, archives, novelty rejection (ShinkaEvolve)"
    source = "ShinkaEvolve (arXiv 2509.19349)"

    class Options(Common, frozen=True):
        """See `Common`."""

        returning: Annotated[
            Literal["count", "reject"],
            Meta(description="proposals that only bring back lines that were removed before"),
        ] = "reject"
        islands: Populations = 2
        archive: Annotated[int, Meta(ge=1, le=1000, description="best of an island")] = 40
        sharpness: Annotated[
            float, Meta(ge=0, le=1000, description="λ: how much better parents are preferred")
        ] = 10.0
        migration_every: MigrationEvery = 10
        migration_rate: Annotated[
            float, Meta(ge=0, le=1, description="share of an archive that migrates, its best")
        ] = 0.0
        rewrite: Annotated[
            float, Meta(ge=0, le=1, description="how often a move is `explore`, a rewrite")
        ] = 0.3
        crossover: Annotated[
            float, Meta(ge=0, le=1, description="how often a move combines two parents")
        ] = 0.1
        elites: Annotated[int, Meta(ge=0, le=8, description="of the archive, shown")] = 1
        top: Annotated[int, Meta(ge=0, le=8, description="best of the island, shown")] = 1

    def __init__(self, options: Options) -> None:
        """Keep archives as `options` say."""
        self.options = options
        self._archives = Folding(lambda lineage: Archives(lineage, options))

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return a move from a parent of the island that this step belongs to."""
        archives = self._archives.of(lineage)
        island = archives.islands[island_of(lineage, lineage.step + 1, self.options.islands)]
        if not len(island):
            island = max(archives.islands, key=len)
        if not len(island):
            return mend(lineage, rng)
        parent = self._parent(archives, island, rng)
        chance = rng.random()
        shown = self._shown(island, parent, rng)
        if chance < self.options.rewrite:
            return Move("explore", (parent,), shown)
        others = [number for number in island if number != parent]
        if chance < self.options.rewrite + self.options.crossover and others:
            other = rng.choice(others)
            return Move("crossover", (parent, other), tuple(x for x in shown if x != other))
        return derive(lineage, parent, shown)

    def _parent(self, archives: Archives, island: Ranked, rng: random.Random) -> CandidateId:
        """Draw a parent: σ(λ(reward - median)/MAD) · 1/(1 + children)."""
        numbers = list(island)
        heights = above_median(island.rewards, self.options.sharpness)
        weights = [
            height / (1 + archives.children[number])
            for number, height in zip(numbers, heights, strict=True)
        ]
        return draw(rng, numbers, weights)

    def _shown(
        self, island: Ranked, parent: CandidateId, rng: random.Random
    ) -> tuple[CandidateId, ...]:
        """Return some of the archive's elite, then the best of the island."""
        elite = [x for x in island.first(max(1, int(ELITE * len(island)))) if x != parent]
        shown = rng.sample(elite, min(self.options.elites, len(elite)))
        best = [x for x in island if x != parent and x not in shown]
        return (*shown, *best[: self.options.top])


def island_of(lineage: Lineage, step: int, islands: int) -> int:
    """Return the island that a step belongs to: by chance, the same whenever it is asked."""
    return rng_for(lineage.created.seed, lineage.id, step, "island").randrange(islands)


def _add(lineage: Lineage, island: Ranked, number: CandidateId) -> None:
    reward = lineage.candidates[number].reward
    if reward is not None:
        island.add(number, reward)
