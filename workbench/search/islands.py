"""MAP-Elites on islands in a ring, with OpenEvolve's defaults."""

from __future__ import annotations

import random
from typing import Annotated

from msgspec import Meta

from workbench.model.candidate import CandidateId
from workbench.model.lineage import Lineage, Point
from workbench.model.move import Move
from workbench.search.parts.cells import BUILT_IN, Cell, Grid, Island, near
from workbench.search.parts.folding import Folding
from workbench.search.parts.ranks import Ranked, derive, mend
from workbench.search.parts.ring import MigrationEvery, Populations, Ring
from workbench.search.parts.weights import by_height, draw
from workbench.search.strategy import Options as Common

FLOOR = 0.001
"""Least weight of a candidate that is drawn by its reward."""
NEAR = 2
"""Cells this many steps away are near enough for an inspiration."""


class Population:
    """All islands, and the archive of the best of all."""

    def __init__(self, lineage: Lineage, options: Islands.Options) -> None:
        self._options = options
        count = options.islands
        self.islands = [Island(max(2, options.population // count)) for _ in range(count)]
        self.archive = Ranked(options.archive)
        self.cells: dict[CandidateId, Cell] = {}
        dimensions = [x for x in options.features.split("+") if x] or BUILT_IN
        self._grid = Grid(dimensions, options.bins)
        self._ring = Ring(count, options.migration_every)

    def take(self, lineage: Lineage, point: Point) -> None:
        """Put a feasible candidate on the island of its step; the origin is on all."""
        if point.candidate is None:
            return
        candidate = lineage.candidates[point.candidate]
        reward = candidate.reward
        if reward is not None:
            self.cells[candidate.id] = self._grid.place(candidate)
            self.archive.add(candidate.id, reward)
            everywhere = point.step == 0
            for island in self.islands if everywhere else [self.island(point.step)]:
                island.add(candidate.id, reward, self.cells[candidate.id], self.archive)
        if point.step > 0 and self._ring.made((point.step - 1) % len(self.islands)):
            self._migrate(lineage)

    def island(self, step: int) -> Island:
        """Return the island that a step belongs to: they take turns."""
        return self.islands[(step - 1) % len(self.islands)]

    def _migrate(self, lineage: Lineage) -> None:
        """Copy the best of each island to both neighbours, as all stood before."""
        leaving = []
        for island in self.islands:
            count = max(1, int(self._options.migration_rate * len(island.members)))
            leaving.append([x for x in island.members.first(count) if x not in island.arrived])
        for number, migrants in enumerate(leaving):
            for neighbour in self._ring.neighbours(number):
                island = self.islands[neighbour]
                for migrant in migrants:
                    reward = lineage.candidates[migrant].reward
                    if migrant not in island and reward is not None:
                        island.add(migrant, reward, self.cells[migrant], self.archive)
                        island.arrived.add(migrant)


class Islands:
    """OpenEvolve's search: cells keep kinds apart, islands keep populations apart for a while."""

    name = "islands"
    summary = "MAP-Elites cells on islands with ring migration (OpenEvolve's defaults)"
    source = "OpenEvolve 0.2.26; MAP-Elites (arXiv 1504.04909)"

    class Options(Common, frozen=True):
        """See `Common`."""

        islands: Populations = 5
        population: Annotated[int, Meta(ge=2, le=5000, description="most on all islands")] = 1000
        archive: Annotated[int, Meta(ge=1, le=1000, description="best of all, to exploit")] = 100
        exploration: Annotated[
            float, Meta(ge=0, le=1, description="how often any of the island is a parent")
        ] = 0.2
        exploitation: Annotated[
            float, Meta(ge=0, le=1, description="how often one of the archive is")
        ] = 0.7
        migration_every: MigrationEvery = 50
        migration_rate: Annotated[
            float, Meta(ge=0, le=1, description="share of an island that migrates, its best")
        ] = 0.1
        features: Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z0-9_.:/ +-]*$",
                description="dimensions of cells, joined by +: metrics, length, distance; "
                "empty: the task's own, else length+distance",
            ),
        ] = ""
        bins: Annotated[int, Meta(ge=2, le=100, description="cells per dimension")] = 10
        top: Annotated[int, Meta(ge=0, le=8, description="best of the island, shown")] = 3
        diverse: Annotated[int, Meta(ge=0, le=8, description="others of near cells, shown")] = 2

    def __init__(self, options: Options) -> None:
        """Make a population as `options` say."""
        self.options = options
        self._population = Folding(lambda lineage: Population(lineage, options))

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return a move from a parent of the island whose turn it is."""
        population = self._population.of(lineage)
        if not len(population.archive):
            return mend(lineage, rng)
        island = population.island(lineage.step + 1)
        parent = self._parent(population, island, rng)
        return derive(lineage, parent, self._shown(population, island, parent, rng))

    def _parent(self, population: Population, island: Island, rng: random.Random) -> CandidateId:
        options, archive, members = self.options, population.archive, island.members
        chance = rng.random()
        if not len(members):
            return rng.choice(list(archive))
        if chance < options.exploration:
            return members[rng.randrange(len(members))]
        if chance < options.exploration + options.exploitation:
            return rng.choice([x for x in archive if x in island] or list(archive))
        return draw(rng, list(members), by_height(members.rewards, FLOOR))

    def _shown(
        self, population: Population, island: Island, parent: CandidateId, rng: random.Random
    ) -> tuple[CandidateId, ...]:
        """Return the best of the island, then some of cells near the parent's, then any."""
        options, members, cell = self.options, island.members, population.cells[parent]
        shown = [x for x in members.first(options.top + 1) if x != parent][: options.top]
        close = [
            owner
            for at, owner in island.owners.items()
            if owner != parent and owner not in shown and near(at, cell, NEAR)
        ]
        shown += rng.sample(close, min(options.diverse, len(close)))
        # Of any few more than are wanted some are left that are not shown already.
        wanted = options.top + options.diverse
        some = rng.sample(range(len(members)), min(len(members), wanted + 1))
        rest = [x for x in (members[place] for place in some) if x != parent and x not in shown]
        return (*shown, *rest)[:wanted]
