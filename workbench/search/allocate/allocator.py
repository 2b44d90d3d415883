"""The `Allocator` base: a policy over arms, one for each lineage."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from workbench.model.candidate import LineageId


class Arm(msgspec.Struct):
    """A lineage as an allocator sees it: its steps, and its best reward after each of them."""

    lineage: LineageId
    given: int = 0
    """Steps it was given, those under way included."""
    steps: int = 0
    """Steps that are finished."""
    known: int = 0
    """Finished steps after which it had anything feasible: only they have a best reward."""
    total: float = 0.0
    """Sum of the best rewards after those."""
    weight: float = 0.0
    """Sum of 1/odds over the same steps (`TurnGiven.odds`)."""
    weighted: float = 0.0
    """Sum of best reward/odds over the same steps."""
    best: float | None = None


class Table(msgspec.Struct):
    """All that a decision may depend on, beside its randomness."""

    arms: Sequence[Arm]
    """The lineages that can go on."""
    low: float
    """Reward that the session started from: it counts as 0."""
    high: float
    """Best reward of the session so far: it counts as 1."""
    lineages: int
    """How many lineages the session has, those included that stopped."""
    budget: int | None
    """Steps that the whole budget pays for at most; None where nothing bounds them."""

    def mean(self, arm: Arm) -> float:
        """Return the mean over the arm's steps of its best reward, scaled to 0 … 1.

        A step after which it had nothing feasible counts as 0.
        """
        span = self.high - self.low
        if not arm.steps or span <= 0.0:
            return 0.0
        return (arm.total - self.low * arm.known) / (span * arm.steps)

    def gains(self, arm: Arm) -> float:
        """Return the sum of its scaled best rewards, each divided by the odds of its turn."""
        span = self.high - self.low
        return 0.0 if span <= 0.0 else (arm.weighted - self.low * arm.weight) / span


class Choice(NamedTuple):
    """A decision."""

    lineage: LineageId
    reason: str
    """One line for people."""
    odds: float = 1.0


class Allocator(msgspec.Struct, frozen=True, kw_only=True):
    """Decides turn by turn. Keeps no state: equal tables and `rng` give equal choices."""

    batch: int = 1
    """Steps of one turn."""
    at_once: int = 0
    """Turns under way at once; 0: half as many as there are lineages. With 1 every decision knows
    the result of the one before; with more, lineages work side by side."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for options that make no allocator."""
        if self.batch < 1:
            raise ValueError("batch is 1 or more steps")
        if self.at_once < 0:
            raise ValueError("at_once is not negative")

    def abreast(self, lineages: int) -> int:
        """Return how many turns are under way at once among so many lineages."""
        return self.at_once or max(1, (lineages + 1) // 2)

    def choose(self, table: Table, rng: random.Random) -> Choice:
        """Return which of the arms, of which there is at least one, gets the next turn."""
        raise NotImplementedError  # abstract: msgspec's metaclass leaves no room for ABC's


def untried(table: Table) -> Choice | None:
    """Return the first arm that was never given a step: one cannot rate what one has not seen."""
    for arm in table.arms:
        if not arm.given:
            return Choice(arm.lineage, "first turn")
    return None
