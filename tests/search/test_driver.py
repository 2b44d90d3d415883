"""Simulated searches: the law, its exact expectation, and what allocators gain on it."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest

from workbench.analysis.uncertainty.bootstrap import of_mean
from workbench.model import event as ev
from workbench.model import simulation
from workbench.model.event import Record
from workbench.model.session import Session
from workbench.model.simulation import Law, State, expected_best
from workbench.search.allocate.dealing import Dealer, owed
from workbench.search.allocate.pool import unspent
from workbench.search.allocate.registry import allocator
from workbench.search.allocate.ucb import UCB
from workbench.search.driver import Driver, Plan

PLAIN = Law(c=2.2, luck=0.0, failure=0.0)
BANDITS = ("ucb", "thompson", "exp3", "halving")
REPORTED = {1: 1.00, 2: 0.99, 4: 0.99, 8: 0.97, 16: 0.91}
"""Width -> score of width x depth = 256, relative to one chain (Frontier-Eng, arXiv 2604.12290)."""


class Recorded(Driver):
    """A driver that keeps its journal."""

    def __init__(self, plan: Plan) -> None:
        self.records: list[Record] = []
        super().__init__(plan)

    def _apply(self, event: ev.AnyEvent) -> None:
        self.records.append(Record(self.session.seq + 1, self._now, self._now, event))
        super()._apply(event)


def best(plan: Plan) -> float:
    found = Driver(plan).run().best_candidate
    assert found is not None
    assert found.reward is not None
    return found.reward


def test_the_law_gives_the_reported_price_of_width() -> None:
    one = expected_best(PLAIN, 1, 256)
    found = {width: expected_best(PLAIN, width, 256 // width) / one for width in REPORTED}
    assert found == pytest.approx(REPORTED, abs=0.02)
    # The same with candidates that fail, as by default.
    failing = Law(luck=0.0)
    one = expected_best(failing, 1, 256)
    found = {width: expected_best(failing, width, 256 // width) / one for width in REPORTED}
    assert found == pytest.approx(REPORTED, abs=0.02)


def test_the_expectation_on_a_case_worked_out_by_hand() -> None:
    # c = 1: the first proposal always improves (1), the second with probability 1/2 (1 + 1/2).
    law = Law(c=1.0, luck=0.0, failure=0.0)
    assert expected_best(law, 1, 2) == pytest.approx(1.25)
    # The better of two chains: 1.5 unless both stay at 1, so 1.5 - 0.5 * 1/4.
    assert expected_best(law, 2, 2) == pytest.approx(1.375)
    assert expected_best(Law(c=1.0, luck=0.0, failure=0.0, gain=4.0), 2, 2) == pytest.approx(5.5)


@pytest.mark.parametrize("width", [1, 16])
def test_simulated_chains_follow_the_law(width: int) -> None:
    plan = Plan(width, 256 // width, law=PLAIN)
    found = [best(plan.seeded(seed)) for seed in range(60)]
    error = statistics.stdev(found) / 60**0.5
    assert abs(statistics.mean(found) - expected_best(PLAIN, width, 256 // width)) < 3.5 * error


def test_improvements_come_as_often_as_the_law_says() -> None:
    counts: Counter[int] = Counter()
    failures = 0
    law = Law(luck=0.0, failure=0.1)
    for seed in range(4000):
        for step in (1, 4, 40):
            state = simulation.after(law, seed, 1, step, State(reward=2.0))
            counts[step] += state.improvements
            failures += state.failed
    assert counts[1] / 4000 == pytest.approx(0.9, abs=0.02)  # min(1 - failure, 2.2/1)
    assert counts[4] / 4000 == pytest.approx(0.55, abs=0.03)
    assert counts[40] / 4000 == pytest.approx(0.055, abs=0.015)
    assert failures / 12000 == pytest.approx(0.1, abs=0.01)


def test_an_improvement_is_worth_less_the_more_came_before() -> None:
    sure = Law(c=1e9, luck=0.0, failure=0.0, gain=6.0)
    state = State()
    for k, reward in enumerate([6.0, 9.0, 11.0, 12.5], start=1):  # 6 + 3 + 2 + 1.5
        state = simulation.after(sure, 0, 1, k, state)
        assert (state.improvements, state.reward) == (k, pytest.approx(reward))
    never = simulation.after(Law(c=0.0, luck=0.0, failure=0.0), 0, 1, 5, state)
    assert 12.5 - 6 / 5 <= never.reward < 12.5
    assert never.improvements == 4


def test_luck_is_lognormal_around_one() -> None:
    law = Law(luck=0.25)
    found = [simulation.luck_of(law, seed, 1) for seed in range(2000)]
    assert statistics.median(found) == pytest.approx(1.0, abs=0.03)
    assert statistics.stdev(map(simulation.math.log, found)) == pytest.approx(0.25, abs=0.015)
    assert simulation.luck_of(Law(luck=0.0), 5, 1) == 1.0
    assert len({simulation.luck_of(law, 0, lineage) for lineage in range(9)}) == 9


def test_independent_draws_gain_nothing_from_depth() -> None:
    assert best(Plan(1, 200, "independent", law=PLAIN)) == pytest.approx(1.0)
    assert best(Plan(1, 200, "chain", law=PLAIN)) > 2.0


@pytest.mark.parametrize("allocation", ["uniform", *BANDITS, "ucb:batch=5,at_once=3"])
def test_equal_plans_give_equal_searches_that_spend_the_budget_exactly(allocation: str) -> None:
    plan = Plan(5, 9, "chain", allocation, Law(latency=2.0), seed=4)
    first, second = Recorded(plan), Recorded(plan)
    session = first.run()
    second.run()
    assert first.records == second.records
    assert session.spent.evaluations == 46
    assert session.spent.proposals == 45


@pytest.mark.parametrize("allocation", BANDITS)
def test_a_decision_after_a_resume_is_the_one_without_it(allocation: str) -> None:
    driver = Recorded(Plan(4, 8, "chain", f"{allocation}:at_once=3", Law(latency=1.0), seed=2))
    driver.run()
    chosen = allocator(f"{allocation}:at_once=3")
    assert chosen is not None
    again = Session()
    turns = 0
    for record in driver.records:
        if isinstance(record.event, ev.TurnGiven):
            turns += 1
            # As an engine that has just read its journal decides.
            assert Dealer(chosen).deal(again) == record.event
        again.apply(record)
    assert turns == 32


def test_turns_under_way_are_never_more_than_asked_for() -> None:
    driver = Recorded(Plan(6, 10, "chain", "exp3:at_once=2,batch=1", Law(latency=1.0)))
    driver.run()
    again = Session()
    most = 0
    for record in driver.records:
        again.apply(record)
        most = max(most, sum(owed(lineage) for lineage in again.lineages.values()))
        if again.created is not None:
            left = unspent(again).evaluations
            assert left is not None
            assert left >= 0
    assert most == 2


def test_a_person_s_pause_and_stop_come_before_the_allocator() -> None:
    driver = Recorded(Plan(3, 10, "chain", "ucb:at_once=1"))
    driver._begin()
    session, dealer = driver.session, Dealer(UCB(at_once=1))
    driver._apply(ev.PauseRequested((1,), "person"))
    driver._apply(ev.LineageStopped(2, "person"))
    for _ in range(5):
        turn = dealer.deal(session)
        assert turn is not None
        assert turn.lineage == 3
        driver._apply(turn)
        driver._choose(session.lineages[3])
        driver._finish(session.lineages[3])
    driver._apply(ev.LineageResumed((1,), "person"))
    turn = dealer.deal(session)
    assert turn is not None
    assert (turn.lineage, turn.reason) == (1, "first turn")


@pytest.mark.parametrize("width", [16])
def test_allocators_beat_a_split_in_advance_where_lineages_differ_in_luck(width: int) -> None:
    law, seeds = Law(c=2.2, luck=0.25), range(50)
    plan = Plan(width, 256 // width, law=law)
    split = [best(plan.seeded(seed)) for seed in seeds]
    for name in BANDITS:
        dealt = Plan(width, 256 // width, "chain", name, law)
        found = [best(dealt.seeded(seed)) for seed in seeds]
        more = of_mean([a - b for a, b in zip(found, split, strict=True)])
        assert more.low > 0.0, f"{name}: {more}"
