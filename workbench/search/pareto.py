"""GEPA: whoever is best at some instance stays a parent; specialists are merged."""

from __future__ import annotations

import random
from typing import Annotated, Literal

from msgspec import Meta

from workbench.model.candidate import Candidate, CandidateId
from workbench.model.lineage import Lineage, Point
from workbench.model.move import Move
from workbench.search.parts.folding import Folding
from workbench.search.parts.ranks import derive, mend
from workbench.search.parts.walk import mergeable
from workbench.search.parts.weights import draw
from workbench.search.strategy import Options as Common

WHOLE = ""
"""The reward itself counts as one instance more: the best of all is always on a front."""
PAIRS = 8
"""Pairs that are looked at for a merge."""


class Fronts:
    """For each instance the candidates that are best at it, without those that others cover."""

    def __init__(self, options: Pareto.Options) -> None:
        self._options = options
        self._best: dict[str, float] = {}
        self.fronts: dict[str, set[CandidateId]] = {}
        self.leads: dict[CandidateId, int] = {}
        """Candidate on some front -> on how many."""
        self.merges = 0
        self.accepted = False
        """Whether the newest step gave a candidate that is on a front."""

    def take(self, lineage: Lineage, point: Point) -> None:
        """Put a candidate on the fronts where nobody is better."""
        self.accepted = False
        self.merges += point.operator == "crossover"
        if point.candidate is None:
            return
        candidate = lineage.candidates[point.candidate]
        led = False
        for name, value in self._scores(candidate).items():
            best = self._best.get(name)
            if best is None or value > best:
                self._best[name] = value
                self.fronts[name] = {candidate.id}
                led = True
            elif value == best:
                self.fronts[name].add(candidate.id)
                led = True
        if led:
            self._drop_covered(lineage)
            self.accepted = candidate.id in self.leads

    def _scores(self, candidate: Candidate) -> dict[str, float]:
        """Return what a candidate is compared by, larger being better; nothing if infeasible.

        Without scores of instances its metrics take their place.
        """
        verdict, reward = candidate.verdict, candidate.reward
        if verdict is None or reward is None:
            return {}
        sign = -1.0 if self._options.better == "lower" else 1.0
        features = self._options.features.split("+")
        told = verdict.instances or {
            name: value for name, value in verdict.metrics.items() if name not in features
        }
        return {WHOLE: reward, **{name: sign * value for name, value in told.items()}}

    def _drop_covered(self, lineage: Lineage) -> None:
        """Take out who leads nowhere alone, the lowest rewards first, older ones before newer."""
        numbers = {number for front in self.fronts.values() for number in front}

        def height(number: CandidateId) -> tuple[float, CandidateId]:
            return (lineage.candidates[number].reward or 0.0, number)

        for number in sorted(numbers, key=height):
            held = [front for front in self.fronts.values() if number in front]
            if all(len(front) > 1 for front in held):
                for front in held:
                    front.remove(number)
        self.leads = {}
        for front in self.fronts.values():
            for number in sorted(front):
                self.leads[number] = self.leads.get(number, 0) + 1


class Pareto:
    """GEPA's candidate selection, reflective mutation and merge (arXiv 2507.19457)."""

    name = "pareto"
    summary = "parents from per-instance fronts, merges of specialists (GEPA)"
    source = "GEPA (arXiv 2507.19457)"

    class Options(Common, frozen=True):
        """See `Common`."""

        merges: Annotated[int, Meta(ge=0, le=1000, description="most crossovers")] = 5
        better: Annotated[
            Literal["", "higher", "lower"],
            Meta(description="which scores of instances are better; empty: as the task's score"),
        ] = ""
        features: Annotated[
            str,
            Meta(
                pattern=r"^[A-Za-z0-9_.:/ +-]*$",
                description="metrics that are no scores, joined by +; empty: the task's features",
            ),
        ] = ""

    def __init__(self, options: Options) -> None:
        """Merge as often as `options` say."""
        self.options = options
        self._fronts = Folding(lambda lineage: Fronts(options))

    def next_move(self, lineage: Lineage, rng: random.Random) -> Move:
        """Return a merge after a candidate was accepted, else a move from one on the fronts."""
        fronts = self._fronts.of(lineage)
        if not fronts.leads:
            return mend(lineage, rng)
        numbers = list(fronts.leads)
        if fronts.accepted and fronts.merges < self.options.merges:
            for _ in range(PAIRS if len(numbers) > 1 else 0):
                one, other = sorted(rng.sample(numbers, 2), key=lambda x: (-fronts.leads[x], x))
                if mergeable(lineage, one, other):
                    return Move("crossover", (one, other))
        return derive(lineage, draw(rng, numbers, [fronts.leads[x] for x in numbers]))
