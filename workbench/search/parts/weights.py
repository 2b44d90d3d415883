"""Draws in proportion to weights, and the weights that several strategies use."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from statistics import median
from typing import TypeVar

T = TypeVar("T")
LEAST = 1e-6
"""Smallest spread that rewards are scaled by."""


def draw(rng: random.Random, among: Sequence[T], weights: Sequence[float]) -> T:
    """Draw one of `among` in proportion to `weights`, or evenly where all are zero."""
    if not any(weights):
        return rng.choice(among)
    return rng.choices(among, weights)[0]


def sigmoid(x: float) -> float:
    """Return 1 / (1 + e^-x), for any x."""
    if x >= 0:
        return 1.0 / (1.0 + math.exp(-x))
    grown = math.exp(x)
    return grown / (1.0 + grown)


def signed_log(x: float) -> float:
    """Return sign(x) · ln(1 + |x|): tames scores of any size and sign."""
    return math.copysign(math.log1p(abs(x)), x)


def above_median(rewards: Sequence[float], sharpness: float) -> list[float]:
    """Weigh rewards by how far they lie above their median, in median absolute deviations.

    Each is σ(sharpness · (reward - median) / MAD), with a MAD of at least `LEAST`.
    """
    middle = median(rewards)
    spread = max(LEAST, median([abs(reward - middle) for reward in rewards]))
    return [sigmoid(sharpness * (reward - middle) / spread) for reward in rewards]


def by_height(rewards: Sequence[float], floor: float) -> list[float]:
    """Weigh rewards by their height between the lowest and the highest, `floor` at least."""
    low, high = min(rewards), max(rewards)
    if high <= low:
        return [1.0] * len(rewards)
    return [max(floor, (reward - low) / (high - low)) for reward in rewards]
