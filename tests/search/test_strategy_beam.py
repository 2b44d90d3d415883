"""Beam search on trees made by hand."""

from __future__ import annotations

from grown import Grown

from workbench.search.registry import strategy


def test_members_take_turns_and_the_best_of_all_go_on() -> None:
    grown, chosen = Grown(), strategy("beam", {"width": 2, "children": 2})

    def parent() -> int:
        return grown.next(chosen).parents[0]

    assert parent() == 1
    grown.add(1, 3.0)  # 2
    assert parent() == 1
    grown.add(1, 1.0)  # 3
    # Level 2: of {1: 0, 2: 3, 3: 1} the best two are 2 and 3, best first.
    assert parent() == 2
    grown.add(2, 2.0)  # 4
    assert parent() == 3
    grown.fail(3)  # a step that gives nothing counts as well
    assert parent() == 2
    grown.add(2, None)  # 5
    assert parent() == 3
    grown.add(3, 2.5)  # 6
    # Level 3: of {2: 3, 3: 1, 4: 2, 5: none, 6: 2.5} the best two are 2 and 6.
    assert parent() == 2
    grown.add(2, 0.0)
    assert parent() == 6


def test_what_is_not_feasible_is_only_in_the_beam_while_there_is_nothing_better() -> None:
    grown, chosen = Grown(origin=None), strategy("beam", {"width": 3, "children": 1})
    assert grown.next(chosen).operator == "repair"
    grown.add(1, None)  # 2
    # Level 2: 1 and 2 are both infeasible; the older one first.
    assert (grown.next(chosen).operator, grown.next(chosen).parents) == ("repair", (1,))
    grown.add(1, 5.0)  # 3
    grown.add(2, 4.0)  # 4
    # Level 3: of {3: 5, 4: 4, 1, 2} three stay.
    assert (grown.next(chosen).operator, grown.next(chosen).parents) == ("refine", (3,))
    grown.add(3, 1.0)
    assert grown.next(chosen).parents == (4,)


def test_what_a_person_puts_in_competes_for_a_place() -> None:
    grown, chosen = Grown(), strategy("beam", {"width": 1, "children": 2})
    grown.add(1, 1.0)  # 2
    grown.add(2, 9.0, "edit")  # 3, whose parent is no member: the level goes on
    assert grown.next(chosen).parents == (1,)
    grown.add(1, 2.0)
    assert grown.next(chosen).parents == (3,)
