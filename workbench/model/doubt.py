"""Scores that are too good: a reason to look before one believes them."""

from __future__ import annotations

from typing import Protocol

from workbench.model.verdict import Direction

RELATIVE = 1e-9
"""Share of a known score by which another may pass it through rounding alone."""


class Known(Protocol):
    """What is known of a task's scores beforehand: a task, or a session's facts."""

    @property
    def direction(self) -> Direction:
        """Which way is better."""

    @property
    def best_known(self) -> float | None:
        """The best score that anybody has reported."""

    @property
    def bound(self) -> float | None:
        """A score that no answer can pass."""

    @property
    def score_tolerance(self) -> float | None:
        """By how much a score may pass either without a word; None leaves it to rounding."""


def doubt(known: Known, score: float) -> str:
    """Say why a feasible score should be looked at before it is believed; empty if nothing does.

    It may be a discovery. It may also be a verifier that was satisfied wrongly.
    """
    if known.bound is not None:
        room = _tolerance(known, known.bound)
        over = _beyond(known.direction, score, known.bound)
        if over > room:
            return f"beyond {known.bound:g}, which no answer can pass: look for what went wrong"
        if over >= -room:
            return f"at the bound {known.bound:g}: as good as an answer can be, or too good"
    if known.best_known is not None:
        over = _beyond(known.direction, score, known.best_known)
        if over > _tolerance(known, known.best_known):
            return f"better than the best known, {known.best_known:g}: look before you believe it"
    return ""


def _beyond(direction: Direction, score: float, other: float) -> float:
    return direction.reward(score) - direction.reward(other)


def _tolerance(known: Known, value: float) -> float:
    if known.score_tolerance is not None:
        return known.score_tolerance
    return RELATIVE * max(1.0, abs(value))
