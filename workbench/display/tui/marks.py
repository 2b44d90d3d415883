"""Candidates that a person has marked, to compare others with them and them with each other."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.candidate import CandidateId

MOST = 4
"""Marks there can be: as many candidates fit next to each other."""
FLAG = "⚑"


class Marks:
    """Numbered from 1; a number stays with its candidate until that is unmarked."""

    def __init__(self) -> None:
        """Begin with none."""
        self._slots: dict[int, CandidateId] = {}

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[tuple[int, CandidateId]]:
        """Go through number and candidate, lowest number first."""
        return iter(sorted(self._slots.items()))

    def of(self, candidate: CandidateId) -> str:
        """Return the sign of a candidate, e.g. ``⚑2``; empty if it has no mark."""
        return next((f"{FLAG}{n}" for n, marked in self._slots.items() if marked == candidate), "")

    def toggle(self, candidate: CandidateId) -> bool:
        """Mark a candidate or take its mark away; False if it has none and all are in use."""
        for number, marked in self._slots.items():
            if marked == candidate:
                del self._slots[number]
                return True
        free = [number for number in range(1, MOST + 1) if number not in self._slots]
        if not free:
            return False
        self._slots[free[0]] = candidate
        return True
