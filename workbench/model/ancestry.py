"""Where candidates come from: the one that several have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workbench.model.candidate import Candidate, CandidateId


def ancestors(candidates: Mapping[CandidateId, Candidate], start: CandidateId) -> set[CandidateId]:
    """Return a candidate and all it derives from, through every parent."""
    found: set[CandidateId] = set()
    waiting = [start]
    while waiting:
        number = waiting.pop()
        if number in candidates and number not in found:
            found.add(number)
            waiting += candidates[number].parents
    return found


def common_ancestor(
    candidates: Mapping[CandidateId, Candidate], compared: Iterable[CandidateId]
) -> CandidateId | None:
    """Return the youngest candidate that all of `compared` derive from or are; None for none."""
    shared = [ancestors(candidates, number) for number in compared]
    return max(set.intersection(*shared), default=None) if shared else None
