from __future__ import annotations

import random

import pytest

from workbench.model.candidate import Candidate
from workbench.model.event import LineageCreated
from workbench.model.lineage import Lineage
from workbench.model.verdict import Outcome, Verdict
from workbench.search.registry import strategies, strategy


def lineage(*rewards: float | None) -> Lineage:
    """A lineage whose origin has no verdict; None is an infeasible candidate."""
    made = Lineage(LineageCreated(1, "chain", "mutation", 0, 4), {4: _candidate(4)}, {})
    for number, reward in enumerate(rewards, 5):
        candidate = _candidate(number)
        outcome = Outcome.INFEASIBLE if reward is None else Outcome.SCORED
        candidate.verdict = Verdict(outcome, "", reward=reward)
        made.best = number if made.improves(candidate) else made.best
        made.candidates[number] = candidate
    return made


def _candidate(number: int) -> Candidate:
    return Candidate(number, 1, 0, (), str(number), {}, "", "")


def test_chain_refines_the_best_so_far() -> None:
    move = strategy("chain").next_move(lineage(1.0, 3.0, 2.0, None), random.Random(0))
    assert (move.operator, move.parents) == ("refine", (6,))


def test_chain_refines_the_origin_while_nothing_is_feasible() -> None:
    move = strategy("chain").next_move(lineage(None, None), random.Random(0))
    assert (move.operator, move.parents) == ("refine", (4,))


def test_independent_starts_from_the_origin_however_good_the_others() -> None:
    move = strategy("independent").next_move(lineage(1.0, 3.0), random.Random(0))
    assert (move.operator, move.parents) == ("explore", (4,))


def test_every_strategy_has_a_summary_of_one_line() -> None:
    known = strategies()
    assert {"chain", "independent"} <= known.keys()
    assert list(known) == sorted(known)
    for name, summary in known.items():
        assert strategy(name).name == name
        assert 10 < len(summary) <= 80
        assert "\n" not in summary


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(ValueError, match="unknown strategy 'chian': choose one of ab_mcts, "):
        strategy("chian")
