"""Who is better: feasible before infeasible, then the reward, then the older one."""

from __future__ import annotations

import bisect
import random
from collections.abc import Iterator

from workbench.model.candidate import Candidate, CandidateId
from workbench.model.lineage import Lineage
from workbench.model.move import Move


def rank(candidate: Candidate) -> tuple[bool, float, int]:
    """Return a key that sorts better candidates first."""
    reward = candidate.reward
    return (reward is None, 0.0 if reward is None else -reward, candidate.id)


class Ranked:
    """The best feasible candidates so far, best first, at most `most` of them."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._keys: list[tuple[float, CandidateId]] = []

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[CandidateId]:
        return (number for _, number in self._keys)

    def __getitem__(self, place: int) -> CandidateId:
        return self._keys[place][1]

    @property
    def rewards(self) -> list[float]:
        """Their rewards, best first."""
        return [-key for key, _ in self._keys]

    def first(self, count: int) -> list[CandidateId]:
        """Return the best `count`."""
        return [number for _, number in self._keys[:count]]

    def add(self, number: CandidateId, reward: float) -> CandidateId | None:
        """Put a candidate in its place; return the one that falls out, itself perhaps."""
        bisect.insort(self._keys, (-reward, number))
        if self._most is None or len(self._keys) <= self._most:
            return None
        return self._keys.pop()[1]

    def remove(self, number: CandidateId, reward: float) -> None:
        """Take a candidate out."""
        del self._keys[bisect.bisect_left(self._keys, (-reward, number))]


def derive(lineage: Lineage, parent: CandidateId, shown: tuple[CandidateId, ...] = ()) -> Move:
    """Return the move that goes on from `parent`: what is not feasible is repaired first."""
    operator = "refine" if lineage.candidates[parent].feasible else "repair"
    return Move(operator, (parent,), shown)


def mend(lineage: Lineage, rng: random.Random) -> Move:
    """Return the move of a lineage in which nothing is feasible: repair its origin, or its newest.

    Each as often, so that one repair can build on another and none leads astray for good.
    """
    newest = lineage.last
    if newest is None or newest.verdict is None or rng.random() < 0.5:
        return derive(lineage, lineage.origin.id)
    return derive(lineage, newest.id)
