"""Arms of Thompson sampling: what is believed of rewards in [0, 1] after some observations.

Both kinds are conjugate, so an observation costs the same however many came before. Priors and
updates are those of AB-MCTS-A (arXiv 2503.04412): Normal-Inverse-χ² with m = 0, κ = 1, ν = 1,
τ² = 0.1, and Jeffreys' Beta(½, ½).
"""

from __future__ import annotations

import math
import random
from array import array
from collections.abc import Callable
from typing import Protocol

FEW = 32
"""Up to this many arms are drawn from one by one, more all at once."""
TINY = 1e-300


class Arms(Protocol):
    """Some arms, numbered from 0."""

    def add(self) -> None:
        """Add an arm of which nothing is known."""

    def observe(self, arm: int, reward: float) -> None:
        """Take one reward of `arm` in."""

    def best(self, rng: random.Random) -> int:
        """Draw a mean reward from what is believed of each; return the arm of the largest."""


class Gaussian:
    """Normals of unknown mean and variance, the prior Normal-Inverse-χ²."""

    __slots__ = ("_counts", "_means", "_squares")
    M, KAPPA, NU, TAU_SQUARE = 0.0, 1.0, 1.0, 0.1

    def __init__(self, arms: int = 0) -> None:
        """Begin with `arms`."""
        nothing = [0.0] * arms
        self._counts, self._means, self._squares = (array("d", nothing) for _ in range(3))

    def add(self) -> None:
        """See `Arms`."""
        for column in (self._counts, self._means, self._squares):
            column.append(0.0)

    def observe(self, arm: int, reward: float) -> None:
        """See `Arms`; the sums are Welford's."""
        self._counts[arm] += 1
        off = reward - self._means[arm]
        self._means[arm] += off / self._counts[arm]
        self._squares[arm] += off * (reward - self._means[arm])

    def believed(self, arm: int) -> tuple[float, float, float, float]:
        """Return m', κ', ν' and τ²' of the posterior."""
        n, mean = self._counts[arm], self._means[arm]
        kappa, nu = self.KAPPA + n, self.NU + n
        spread = self.NU * self.TAU_SQUARE + self._squares[arm]
        spread += n * self.KAPPA * (self.M - mean) ** 2 / kappa
        return (self.KAPPA * self.M + n * mean) / kappa, kappa, nu, spread / nu

    def best(self, rng: random.Random) -> int:
        """See `Arms`. Draws σ² ~ Inv-Gamma(ν'/2, ν'τ²'/2), then the mean ~ N(m', σ²/κ')."""
        if len(self._counts) > FEW:
            return self._best_of_many(rng)
        return max(range(len(self._counts)), key=lambda arm: self._drawn(arm, rng))

    def _drawn(self, arm: int, rng: random.Random) -> float:
        m, kappa, nu, tau_square = self.believed(arm)
        variance = nu * tau_square / 2 / max(TINY, rng.gammavariate(nu / 2, 1.0))
        return rng.gauss(m, math.sqrt(variance / kappa))

    def _best_of_many(self, rng: random.Random) -> int:
        import numpy as np

        chance = np.random.RandomState(rng.getrandbits(32))  # the one whose stream never changes
        n, mean, squares = (np.frombuffer(x) for x in (self._counts, self._means, self._squares))
        kappa, nu = self.KAPPA + n, self.NU + n
        spread = self.NU * self.TAU_SQUARE + squares + n * self.KAPPA * (self.M - mean) ** 2 / kappa
        variance = spread / 2 / np.maximum(TINY, chance.standard_gamma(nu / 2))
        m = (self.KAPPA * self.M + n * mean) / kappa
        return int(np.argmax(m + chance.standard_normal(len(n)) * np.sqrt(variance / kappa)))


class Beta:
    """Shares of successes; a reward r counts as r of one: a += r, b += 1 - r."""

    __slots__ = ("_a", "_b")

    def __init__(self, arms: int = 0) -> None:
        """Begin with `arms`."""
        self._a, self._b = array("d", [0.5] * arms), array("d", [0.5] * arms)

    def add(self) -> None:
        """See `Arms`."""
        self._a.append(0.5)
        self._b.append(0.5)

    def observe(self, arm: int, reward: float) -> None:
        """See `Arms`."""
        self._a[arm] += reward
        self._b[arm] += 1 - reward

    def believed(self, arm: int) -> tuple[float, float]:
        """Return a and b of the posterior."""
        return self._a[arm], self._b[arm]

    def best(self, rng: random.Random) -> int:
        """See `Arms`."""
        if len(self._a) <= FEW:
            return max(range(len(self._a)), key=lambda x: rng.betavariate(self._a[x], self._b[x]))
        import numpy as np

        chance = np.random.RandomState(rng.getrandbits(32))
        return int(np.argmax(chance.beta(np.frombuffer(self._a), np.frombuffer(self._b))))


ARMS: dict[str, Callable[[int], Arms]] = {"gaussian": Gaussian, "beta": Beta}
