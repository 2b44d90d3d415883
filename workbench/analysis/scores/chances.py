"""Pass@k, pass^k and the expected best of k, without bias, from n tries of which k are drawn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def pass_at(tries: int, passed: int, drawn: int) -> float:
    """Return the chance that at least one of `drawn` tries passes: 1 − C(n−c, k) / C(n, k).

    The unbiased estimator of Chen et al. 2021 (arXiv 2107.03374), computed as a product so that
    large numbers do not overflow. Raises `ValueError` where fewer tries were made than are drawn.
    """
    _check(tries, passed, drawn)
    if tries - passed < drawn:
        return 1.0
    missed = np.arange(tries - passed + 1, tries + 1, dtype=np.float64)
    return float(1.0 - np.prod(1.0 - drawn / missed))


def pass_all(tries: int, passed: int, drawn: int) -> float:
    """Return the chance that all of `drawn` tries pass, pass^k: C(c, k) / C(n, k), unbiased.

    Raises `ValueError` where fewer tries were made than are drawn.
    """
    _check(tries, passed, drawn)
    steps = np.arange(drawn, dtype=np.float64)
    return float(np.prod(np.maximum(0.0, passed - steps) / (tries - steps)))


def expected_best(values: Sequence[float], drawn: int) -> float:
    """Return the mean, over all choices of `drawn` of the values, of the largest chosen.

    The order statistic's unbiased estimator: the r-th smallest of n is the largest of a choice in
    C(r−1, k−1) of C(n, k) cases. Raises `ValueError` where there are fewer values than are drawn.
    """
    _check(len(values), 0, drawn)
    ordered = np.sort(np.asarray(values, dtype=np.float64))[::-1]
    count, weight, total = len(ordered), drawn / len(ordered), 0.0
    # From the largest down: the weight of rank n is k/n, that of r−1 is (r−k)/(r−1) of that of r.
    for at, value in enumerate(ordered):
        rank = count - at
        total += weight * float(value)
        if rank == drawn:
            break
        weight *= (rank - drawn) / (rank - 1)
    return total


def _check(tries: int, passed: int, drawn: int) -> None:
    if not 0 <= passed <= tries or not 1 <= drawn <= tries:
        raise ValueError(f"{drawn} of {tries} tries, {passed} passed: there is no such choice")
