"""Each allocator's formula on hand-made arms, with the numbers worked out beside it."""

from __future__ import annotations

import math
import random

import pytest

from workbench.search.allocate.allocator import Arm, Table
from workbench.search.allocate.exp3 import EXP3
from workbench.search.allocate.halving import Halving
from workbench.search.allocate.registry import allocator, allocators
from workbench.search.allocate.thompson import Thompson
from workbench.search.allocate.ucb import UCB


def arm(lineage: int, *bests: float, given: int | None = None, odds: float = 1.0) -> Arm:
    """A lineage with its best reward after each of its steps."""
    steps = len(bests)
    return Arm(
        lineage,
        given=steps if given is None else given,
        steps=steps,
        known=steps,
        total=sum(bests),
        weight=steps / odds,
        weighted=sum(bests) / odds,
        best=bests[-1] if bests else None,
    )


def table(*arms: Arm, low: float = 0.0, high: float = 10.0, budget: int | None = None) -> Table:
    return Table(arms, low, high, len(arms), budget)


def test_rewards_are_scaled_from_where_the_session_started_to_its_best() -> None:
    # (4 + 6 + 8)/3 = 6; from 2 to 10: (6 - 2)/8 = 0.5.
    assert table(low=2.0).mean(arm(1, 4.0, 6.0, 8.0)) == pytest.approx(0.5)
    # One more step, before which nothing was feasible, counts as 0: 0.5 * 3/4.
    blind = arm(1, 4.0, 6.0, 8.0, given=4)
    blind.steps = 4
    assert table(low=2.0).mean(blind) == pytest.approx(0.375)
    assert table(low=3.0, high=3.0).mean(arm(1, 3.0)) == 0.0
    assert table().mean(arm(1)) == 0.0


def test_ucb_adds_a_bonus_for_what_was_seldom_tried() -> None:
    # t = 5. L1: mean 0.8, sqrt(2)*sqrt(ln 5 / 4) = 0.897: 1.697.
    # L2: mean 0.3, sqrt(2)*sqrt(ln 5 / 1) = 1.794: 2.094.
    arms = arm(1, 8.0, 8.0, 8.0, 8.0), arm(2, 3.0)
    choice = UCB().choose(table(*arms), random.Random(0))
    assert (choice.lineage, choice.reason) == (2, "2.09 = mean 0.30 + 1.79")
    # With half of that c: 0.8 + 0.449 against 0.3 + 0.897.
    assert UCB(c=math.sqrt(0.5)).choose(table(*arms), random.Random(0)).lineage == 1


def test_ucb_tries_every_lineage_once_first_and_counts_what_is_under_way() -> None:
    arms = arm(1, 9.0), arm(2, given=1), arm(3)
    assert UCB().choose(table(*arms), random.Random(0)).lineage == 3
    # Both had one step and L2's is not finished: its mean is 0, its bonus the same.
    assert UCB().choose(table(*arms[:2]), random.Random(0)).lineage == 1


def test_thompson_draws_from_the_posterior() -> None:
    # No noise: the posterior means. L1: (1*0.5 + 3*0.6)/4 = 0.575. L2: (1*0.5 + 1*0.7)/2 = 0.6.
    arms = arm(1, 6.0, 6.0, 6.0), arm(2, 7.0)
    choice = Thompson(sigma=0.0).choose(table(*arms), random.Random(0))
    assert (choice.lineage, choice.reason) == (2, "drew 0.60 from 0.60 ± 0.00")
    # Deviations 0.1/sqrt(4) = 0.05 and 0.1/sqrt(2) = 0.0707: the difference 0.025 has deviation
    # 0.0866, so L1 wins with probability 1 - Phi(0.289) = 0.386.
    rng, policy = random.Random(1), Thompson()
    wins = sum(policy.choose(table(*arms), rng).lineage == 1 for _ in range(4000))
    assert wins / 4000 == pytest.approx(0.386, abs=0.025)


def test_exp3_divides_what_a_turn_earned_by_how_likely_it_was() -> None:
    # L1 was drawn twice with odds 0.55 and had 0.4 and 0.6 of the range: G = 1.0/0.55 = 1.818.
    # L2 once with odds 0.25 and 0.5: G = 2. With eta = 1: w = e^-0.182 = 0.834 and 1;
    # p = 0.9*w/1.834 + 0.05: 0.459 and 0.541.
    arms = arm(1, 4.0, 6.0, odds=0.55), arm(2, 5.0, odds=0.25)
    policy = EXP3(eta=1.0)
    assert policy.chances(table(*arms)) == pytest.approx([0.4592, 0.5408], abs=1e-4)
    rng = random.Random(3)
    found = [policy.choose(table(*arms), rng) for _ in range(4000)]
    first = [choice for choice in found if choice.lineage == 1]
    assert len(first) / 4000 == pytest.approx(0.459, abs=0.025)
    assert first[0].odds == pytest.approx(0.4592 + 0.1 / 4, abs=1e-4)  # p + gamma/2K


def test_exp3_does_not_overflow_however_much_was_earned() -> None:
    chances = EXP3().chances(table(arm(1, *[10.0] * 5, odds=1e-5), arm(2, 1.0)))
    assert chances == pytest.approx([0.95, 0.05])


def test_halving_gives_equal_steps_and_then_halves() -> None:
    # K = 4, B = 16: 2 stages. The first: 16/(4*2) = 2 steps for each; the second: 16/(2*2) = 4
    # more for the best two.
    policy, arms = Halving(), [arm(n) for n in (1, 2, 3, 4)]
    order = []
    for _ in range(16):
        choice = policy.choose(table(*arms, budget=16), random.Random(0))
        order.append(choice.lineage)
        chosen = arms[choice.lineage - 1]
        chosen.given += 1
        chosen.best = {1: 1.0, 2: 4.0, 3: 2.0, 4: 3.0}[choice.lineage]
    assert order == [1, 2, 3, 4, 1, 2, 3, 4, 2, 4, 2, 4, 2, 4, 2, 4]
    last = policy.choose(table(*arms, budget=16), random.Random(0))
    assert (last.lineage, last.reason) == (2, "the best of the last stage")


def test_halving_passes_on_the_place_of_one_that_stopped() -> None:
    arms = [arm(1, 1.0, 1.0), arm(2, 4.0, 4.0), arm(3, 2.0, 2.0), arm(4, 3.0, 3.0)]
    left = Table([arms[0], arms[2], arms[3]], 0.0, 10.0, 4, 16)  # a person stopped L2
    assert Halving().choose(left, random.Random(0)).lineage == 3
    arms[2].given = 6
    arms[3].given = 5
    assert Halving().choose(left, random.Random(0)).reason == "stage 2 of 2: 5 of 6 steps"


def test_halving_doubles_where_nothing_bounds_it() -> None:
    policy, arms = Halving(), [arm(n) for n in (1, 2, 3, 4)]
    for _ in range(64):
        choice = policy.choose(table(*arms), random.Random(0))
        arms[choice.lineage - 1].given += 1
        arms[choice.lineage - 1].best = float(choice.lineage)
    assert arms[3].given > arms[0].given > 1


def test_allocators_are_named_with_their_options() -> None:
    assert list(allocators()) == ["exp3", "halving", "thompson", "ucb", "uniform"]
    assert allocator("uniform") is None
    assert allocator("ucb:c=1,batch=4,at_once=2") == UCB(c=1.0, batch=4, at_once=2)
    for name in allocators():
        made = allocator(name)
        assert (made is None) == (name == "uniform")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ucd", "unknown allocator 'ucd': choose one of exp3, halving, thompson, ucb, uniform"),
        ("ucb:k=1", "ucb has no option 'k'; its options: at_once, batch, c"),
        ("ucb:c=high", "ucb: c=high is no number"),
        ("ucb:batch=1.5", "ucb: batch=1.5 is no whole number"),
        ("ucb:batch=0", "batch is 1 or more steps"),
        ("ucb:batch", "'batch' is no option; write ucb:option=value"),
        ("exp3:gamma=0", "gamma lies above 0"),
        ("uniform:batch=2", "uniform has no options"),
    ],
)
def test_a_mistake_in_the_name_says_what_there_is(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("(", r"\(")):
        allocator(text)
