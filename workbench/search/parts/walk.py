"""Walks up the tree: where a candidate comes from, and what two have in common."""

from __future__ import annotations

from workbench.model.candidate import CandidateId
from workbench.model.lineage import Lineage


def ancestry(lineage: Lineage, number: CandidateId) -> dict[CandidateId, None]:
    """Return a candidate's first parents, nearest first, up to the origin."""
    found: dict[CandidateId, None] = {}
    while number != lineage.origin.id:
        candidate = lineage.candidates[number]
        if not candidate.parents or candidate.parents[0] not in lineage.candidates:
            break
        number = candidate.parents[0]
        found[number] = None
    return found


def mergeable(lineage: Lineage, one: CandidateId, other: CandidateId) -> bool:
    """Whether two candidates come from a common ancestor, not one from the other, and both are at
    least as good as it."""
    first, second = ancestry(lineage, one), ancestry(lineage, other)
    if other in first or one in second:
        return False
    common = next((number for number in first if number in second), None)
    if common is None:
        return False
    least = lineage.candidates[common].reward
    rewards = [lineage.candidates[number].reward for number in (one, other)]
    return least is None or all(reward is not None and reward >= least for reward in rewards)
