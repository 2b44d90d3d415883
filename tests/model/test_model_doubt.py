"""Scores that are too good to be believed at once are marked, whichever way is better."""

from __future__ import annotations

import msgspec
import pytest

from workbench.model.doubt import doubt
from workbench.model.verdict import Direction


class Facts(msgspec.Struct):
    direction: Direction = Direction.MAXIMIZE
    best_known: float | None = None
    bound: float | None = None
    score_tolerance: float | None = None


@pytest.mark.parametrize(
    ("score", "says"),
    [
        (99.0, ""),
        (99.9, "better than the best known, 99.5"),
        (99.5, ""),
        (99.5 + 1e-8, ""),
        (100.0, "at the bound 100"),
        (100.0 - 1e-8, "at the bound 100"),
        (100.01, "beyond 100, which no answer can pass"),
    ],
)
def test_a_score_that_is_too_high(score: float, says: str) -> None:
    said = doubt(Facts(best_known=99.5, bound=100.0), score)
    assert said.startswith(says) if says else not said


def test_a_score_that_is_too_low_where_less_is_better() -> None:
    facts = Facts(Direction.MINIMIZE, best_known=5060.85, bound=5000.0, score_tolerance=0.01)
    assert doubt(facts, 5070.0) == doubt(facts, 5060.841) == ""
    assert "better than the best known" in doubt(facts, 5060.83)
    assert "at the bound" in doubt(facts, 5000.005)
    assert "no answer can pass" in doubt(facts, 4999.9)


def test_nothing_known_nothing_doubted() -> None:
    assert doubt(Facts(), 1e300) == ""
