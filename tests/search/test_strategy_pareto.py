"""GEPA's fronts and merges on trees made by hand."""

from __future__ import annotations

from collections import Counter

import pytest
from grown import Grown, moves

from workbench.model.verdict import Outcome, Verdict
from workbench.search.pareto import WHOLE, Fronts
from workbench.search.registry import strategy


def fronts(grown: Grown, **options: object) -> Fronts:
    made = Fronts(strategy("pareto", options).options)  # type: ignore[arg-type]
    for point in grown.lineage.curve:
        made.take(grown.lineage, point)
    return made


def specialists() -> Grown:
    """2 is best at a until 4 comes, 3 is best at b, 4 is best at a and of all."""
    grown = Grown()
    grown.add(1, 0.5, instance__a=1.0, instance__b=0.0)
    grown.add(1, 0.4, instance__a=0.0, instance__b=1.0)
    grown.add(2, 0.75, instance__a=1.0, instance__b=0.5)
    return grown


def test_a_verdict_tells_the_scores_of_instances_among_its_metrics() -> None:
    verdict = Verdict(Outcome.SCORED, "", 1.0, 1.0, {"instance/x 1": 2.0, "gears": 3.0})
    assert verdict.instances == {"x 1": 2.0}


def test_who_leads_nowhere_alone_is_dropped() -> None:
    # Fronts: a {2, 4}, b {3}, the whole {4}. By rising reward: 1 leads nothing; 3 is alone on b;
    # 2 leads only a, where 4 does too, and goes; 4 is alone on the whole.
    found = fronts(specialists())
    assert found.fronts == {"a": {4}, "b": {3}, WHOLE: {4}}
    assert found.leads == {4: 2, 3: 1}


def test_parents_are_drawn_by_how_many_fronts_they_lead() -> None:
    found = Counter(m.parents[0] for m in moves(specialists(), "pareto", 3000, merges=0))
    assert set(found) == {3, 4}
    assert found[4] / 3000 == pytest.approx(2 / 3, abs=0.035)


def test_specialists_are_merged_after_a_success_and_only_so_often() -> None:
    grown = specialists()
    move = grown.next(strategy("pareto"))
    # 4 leads more fronts than 3, and their common ancestor, 1, has reward 0.
    assert (move.operator, move.parents) == ("crossover", (4, 3))
    grown.add(move.parents, 0.1, "crossover", instance__a=0.0, instance__b=0.0)
    # It was not accepted: no merge follows.
    assert {m.operator for m in moves(grown, "pareto", 20)} == {"refine"}
    grown.add(4, 0.8, instance__a=2.0, instance__b=0.0)
    assert {m.operator for m in moves(grown, "pareto", 20)} == {"crossover"}
    assert {m.operator for m in moves(grown, "pareto", 20, merges=1)} == {"refine"}


def test_no_merge_with_an_ancestor_or_below_one_that_is_better() -> None:
    grown = Grown()
    grown.add(1, 0.5, instance__a=1.0, instance__b=0.0)
    grown.add(2, 0.9, instance__a=0.0, instance__b=1.0)  # its child
    assert {m.operator for m in moves(grown, "pareto", 20)} == {"refine"}
    better = Grown(origin=7.0)
    better.add(1, 0.5, instance__a=1.0, instance__b=0.0)
    better.add(1, 0.9, instance__a=0.0, instance__b=1.0)
    assert {m.operator for m in moves(better, "pareto", 20)} == {"refine"}


def test_lower_scores_of_instances_can_be_the_better_ones() -> None:
    assert fronts(specialists(), better="lower").fronts == {"a": {3}, "b": {2}, WHOLE: {4}}


def test_without_instances_the_metrics_take_their_place() -> None:
    grown = Grown()
    grown.add(1, 0.5, speed=1.0, gears=9.0)
    grown.add(1, 0.6, speed=0.0, gears=1.0)
    assert fronts(grown).fronts == {WHOLE: {3}, "speed": {2}, "gears": {2}}
    assert fronts(grown, features="gears").fronts == {WHOLE: {3}, "speed": {2}}


def test_without_metrics_the_best_is_refined() -> None:
    grown = Grown()
    grown.add(1, 0.5)
    grown.add(1, 0.4)
    grown.add(1, None)
    assert {(m.operator, m.parents) for m in moves(grown, "pareto", 20)} == {("refine", (2,))}
