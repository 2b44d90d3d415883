"""Cells of MAP-Elites: candidates told apart by what kind they are, and one place for each kind."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.model.candidate import Candidate, CandidateId
from workbench.model.traits import Traits
from workbench.search.parts.ranks import Ranked

Cell = tuple[int, ...]
BUILT_IN = ("length", "distance")
"""Dimensions of every program: its length in bytes, and how unlike others it is."""
OPENEVOLVE = {"complexity": "length", "diversity": "distance"}
"""What they are called in OpenEvolve's configurations."""
COMPARED = 20
"""Programs, the first of a lineage, that others are compared with."""


class Grid:
    """Places candidates in cells, each dimension scaled to what has been seen of it so far."""

    def __init__(self, dimensions: Iterable[str], bins: int) -> None:
        """Cut each of `dimensions` into `bins`; a metric of that name comes before a built-in."""
        self._dimensions = tuple(dimensions)
        self._bins = bins
        self._seen = dict.fromkeys(self._dimensions, (float("inf"), -float("inf")))
        self._compared: list[Traits] = []

    def place(self, candidate: Candidate) -> Cell:
        """Return the cell of a candidate, and widen the scales by it."""
        traits = candidate.traits or Traits()
        metrics = {} if candidate.verdict is None else candidate.verdict.metrics
        cell = []
        for name in self._dimensions:
            value = metrics.get(name)
            if value is None:
                value = self._built_in(name, traits)
            low, high = self._seen[name]
            low, high = self._seen[name] = min(low, value), max(high, value)
            share = 0.5 if high <= low else (value - low) / (high - low)
            cell.append(max(0, min(self._bins - 1, int(share * self._bins))))
        if len(self._compared) < COMPARED:
            self._compared.append(traits)
        return tuple(cell)

    def _built_in(self, name: str, traits: Traits) -> float:
        name = OPENEVOLVE.get(name, name)
        if name == "length":
            return float(traits.characters)
        if name != "distance" or not self._compared:
            return 0.0
        return sum(distance(traits, other) for other in self._compared) / len(self._compared)


class Island:
    """One population, and which of it is the best of its cell."""

    def __init__(self, most: int) -> None:
        self.members = Ranked(most)
        self.owners: dict[Cell, CandidateId] = {}
        self.arrived: set[CandidateId] = set()
        """Members that were made elsewhere: they go no further."""
        self._rewards: dict[CandidateId, float] = {}

    def __contains__(self, number: CandidateId) -> bool:
        return number in self._rewards

    def add(self, number: CandidateId, reward: float, cell: Cell, kept: Ranked) -> None:
        """Take a candidate in. Where it is the best of its cell, the one before has to go, unless
        it is among the `kept`; and so has the worst where there are too many."""
        self._rewards[number] = reward
        out = self.members.add(number, reward)
        owner = self.owners.get(cell)
        if owner is None or reward > self._rewards[owner]:
            self.owners[cell] = number
            if owner is not None and owner not in (out, *kept):
                self.members.remove(owner, self._rewards.pop(owner))
        if out is not None:
            del self._rewards[out]
            for at in [at for at, held in self.owners.items() if held == out]:
                del self.owners[at]


def distance(one: Traits, other: Traits) -> float:
    """Return how unlike two programs are: 0.1·|Δ bytes| + 10·|Δ lines| + 0.5·|letters of one only|.

    OpenEvolve's measure, of ASCII letters.
    """
    letters = int(one.letters or "0", 16) ^ int(other.letters or "0", 16)
    return (
        0.1 * abs(one.characters - other.characters)
        + 10 * abs(one.lines - other.lines)
        + 0.5 * letters.bit_count()
    )


def near(one: Cell, other: Cell, steps: int) -> bool:
    """Whether two cells lie at most `steps` apart in every dimension."""
    return all(abs(a - b) <= steps for a, b in zip(one, other, strict=True))
