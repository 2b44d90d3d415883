"""Which of several models makes the next proposal of a lineage.

With weights, each is drawn as often as its weight says. Without, they are the arms of a bandit
(UCB1, Auer, Cesa-Bianchi and Fischer 2002) whose reward is the relative improvement over the better
of the parent and the task's initial files, as in ShinkaEvolve (Lange, Imajuku and Cetin 2025), here
divided by the square root of what the model's calls cost: one that costs four times as much must
gain twice as much. Costs count only where the price of every model is known.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import msgspec

EXPLORATION = math.sqrt(2)
COST_EXPONENT = 0.5


class _Arm(msgspec.Struct):
    """What a model's proposals of this lineage came to."""

    pulls: int = 0
    gain: float = 0.0
    """Sum of relative improvements."""
    usd: float = 0.0
    priced: bool = True
    """Whether the cost of every call is known."""


class Ensemble:
    """The models of one lineage. Its state is rebuilt by `learn` from what was recorded."""

    def __init__(self, models: Sequence[str], weights: Sequence[float] = ()) -> None:
        """Raise ValueError for no model, or for weights that fit them badly."""
        if not models:
            raise ValueError("an ensemble needs at least one model")
        if weights and (len(weights) != len(models) or min(weights) < 0 or sum(weights) <= 0):
            raise ValueError("an ensemble needs one weight for each model, and one above zero")
        self.models = tuple(models)
        self.weights = tuple(weights)
        self._arms = {model: _Arm() for model in models}

    def choose(self, chance: random.Random) -> str:
        """Return the model that makes the next proposal."""
        if len(self.models) == 1:
            return self.models[0]
        if self.weights:
            return chance.choices(self.models, self.weights)[0]
        fresh = [model for model in self.models if self._arms[model].pulls == 0]
        if fresh:
            return fresh[0]
        scores = self.scores()
        best = max(scores.values())
        return next(model for model in self.models if scores[model] == best)

    def scores(self) -> dict[str, float]:
        """Return the bandit's score of each model that has been asked: value plus uncertainty."""
        asked = {model: arm for model, arm in self._arms.items() if arm.pulls}
        total = sum(arm.pulls for arm in asked.values())
        values = self._values(asked)
        most = max(values.values(), default=0.0)
        return {
            model: (values[model] / most if most > 0 else 0.0)
            + EXPLORATION * math.sqrt(math.log(total) / arm.pulls)
            for model, arm in asked.items()
        }

    @staticmethod
    def _values(asked: dict[str, _Arm]) -> dict[str, float]:
        """Return the mean gain of each, per root of its mean cost where all costs are known."""
        costed = all(arm.priced and arm.usd > 0 for arm in asked.values())
        return {
            model: arm.gain
            / arm.pulls
            / ((arm.usd / arm.pulls) ** COST_EXPONENT if costed else 1.0)
            for model, arm in asked.items()
        }

    def learn(self, model: str, gain: float, usd: float | None) -> None:
        """Note what a proposal came to; one of a model that is no longer here is passed over."""
        arm = self._arms.get(model)
        if arm is not None:
            arm.pulls += 1
            arm.gain += gain
            arm.usd += usd or 0.0
            arm.priced = arm.priced and usd is not None


def relative_gain(reward: float | None, before: float | None) -> float:
    """Return by how much `reward` is above `before`, relative to its size; never negative.

    The first feasible candidate where there was none before counts as a gain of one.
    """
    if reward is None:
        return 0.0
    if before is None:
        return 1.0
    return max(0.0, reward - before) / max(abs(before), 1e-9)
