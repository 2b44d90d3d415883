"""AIDE's policy on trees made by hand."""

from __future__ import annotations

from grown import Grown, moves

from workbench.search.registry import strategy


def test_drafts_come_first_whatever_comes_of_them() -> None:
    grown, chosen = Grown(), strategy("aide", {"drafts": 3})
    for make in (lambda: grown.add(1, 1.0, "draft"), lambda: grown.fail(1, "draft")):
        assert (grown.next(chosen).operator, grown.next(chosen).parents) == ("draft", (1,))
        make()
    assert grown.next(chosen).operator == "draft"
    grown.add(1, 2.0, "draft")
    assert (grown.next(chosen).operator, grown.next(chosen).parents) == ("refine", (3,))


def test_broken_ends_are_debugged_as_often_as_said_and_so_deep() -> None:
    grown = Grown()
    grown.add(1, 1.0, "draft")  # 2, the best
    grown.add(1, None, "draft")  # 3, broken: depth 0
    found = moves(grown, "aide", 1000, drafts=2, debug=0.25, depth=1)
    repairs = [move for move in found if move.operator == "repair"]
    # 250 expected, with a standard deviation of √(1000·¼·¾) = 13.7
    assert 200 < len(repairs) < 300
    assert {move.parents for move in repairs} == {(3,)}
    assert {(m.operator, m.parents) for m in found if m not in repairs} == {("refine", (2,))}
    grown.add(3, None, "repair")  # 4, broken: depth 1; 3 has a child now
    assert {m.parents for m in moves(grown, "aide", 20, drafts=2, debug=1, depth=1)} == {(4,)}
    grown.add(4, None, "repair")  # 5 would be depth 2: too deep
    assert {m.parents for m in moves(grown, "aide", 20, drafts=2, debug=1, depth=1)} == {(2,)}
    assert {m.parents for m in moves(grown, "aide", 20, drafts=2, debug=1, depth=2)} == {(5,)}


def test_an_improvement_that_breaks_is_debugged_from_the_start() -> None:
    grown = Grown()
    grown.add(1, 1.0, "draft")
    grown.add(2, None)  # 3: its parent is sound, so depth 0
    assert {m.parents for m in moves(grown, "aide", 9, drafts=1, debug=1, depth=0)} == {(3,)}
    assert {m.parents for m in moves(grown, "aide", 9, drafts=1, debug=0)} == {(2,)}


def test_without_anything_sound_another_draft_is_made() -> None:
    grown = Grown(origin=None)
    grown.add(1, None, "draft")
    assert {m.operator for m in moves(grown, "aide", 9, drafts=1, debug=0)} == {"draft"}
