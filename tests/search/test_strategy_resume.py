"""A strategy that is resumed, or told late, decides as one that was there all the time."""

from __future__ import annotations

import random

import pytest
from grown import Grown

from workbench.search.registry import strategies, strategy

STEPS = 120


@pytest.mark.parametrize("name", strategies())
def test_after_a_resume_the_decision_is_the_one_without_it(name: str) -> None:
    grown, chosen = Grown(), strategy(name)
    chance = random.Random(name)
    for _ in range(STEPS):
        grown.walk(chosen, 1, chance)
        resumed = strategy(name)  # knows nothing: folds the journal from its start
        assert grown.next(resumed, grown.again()) == grown.next(chosen)


@pytest.mark.parametrize("name", strategies())
def test_a_finding_of_a_person_is_as_if_it_had_always_been_known(name: str) -> None:
    grown, chosen = Grown(), strategy(name)
    chance = random.Random(name)
    grown.walk(chosen, 40, chance)
    for reason in ("reads the clock", ""):  # found wrong, then taken back
        best = grown.lineage.best
        assert best is not None
        grown.find_wrong(best, reason or "wrong")
        assert grown.next(chosen) == grown.next(strategy(name), grown.again())
        assert best not in grown.next(chosen).parents
        if not reason:
            grown.find_wrong(best, "")
            assert grown.next(chosen) == grown.next(strategy(name), grown.again())
        grown.walk(chosen, 10, chance)


@pytest.mark.parametrize("name", strategies())
def test_one_instance_can_be_asked_about_several_lineages(name: str) -> None:
    one, other, chosen = Grown(), Grown(), strategy(name)
    one.walk(strategy(name), 30, random.Random(1))
    other.walk(strategy(name), 25, random.Random(2))
    for grown in (one, other, one):
        assert grown.next(chosen) == grown.next(strategy(name))


@pytest.mark.parametrize("name", strategies())
def test_while_nothing_is_feasible_something_is_tried(name: str) -> None:
    grown, chosen = Grown(origin=None), strategy(name)
    for _ in range(30):
        move = grown.next(chosen)
        assert move.parents[0] in grown.lineage.candidates
        assert move.operator in ("refine", "repair", "draft", "explore")
        grown.add(move.parents, None, move.operator)
    grown.add(1, 1.0)
    assert grown.next(chosen).parents[0] in grown.lineage.candidates
