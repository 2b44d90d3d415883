"""Scores on small tables whose figures are worked out by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from workbench.analysis.scores.chances import expected_best, pass_all, pass_at
from workbench.analysis.scores.medals import medals
from workbench.analysis.scores.profile import profile, ratios
from workbench.analysis.scores.ranks import average_ranks, category_ranks, ranks, win_rates
from workbench.analysis.scores.table import Scores
from workbench.analysis.uncertainty.bootstrap import of_mean, over_seeds
from workbench.analysis.uncertainty.paired import compare, holm, signed_rank

NAN = math.nan


def test_equal_rewards_share_ranks_and_nothing_feasible_comes_last() -> None:
    # 9 is first; both 5 take places 2 and 3; both without a feasible answer take 4 and 5.
    assert ranks(np.array([5.0, 9.0, NAN, 5.0, NAN])).tolist() == [2.5, 1.0, 4.5, 2.5, 4.5]
    # A feasible cost, however large, is before nothing feasible: feasible first, whatever the sign.
    assert ranks(np.array([-1e18, NAN])).tolist() == [1.0, 2.0]


def test_average_and_category_ranks() -> None:
    rewards = np.array([[3.0, 2.0, 1.0], [1.0, 2.0, 2.0], [-5.0, NAN, -4.0]])
    # Ranks: 1 2 3; 3 1.5 1.5; 2 3 1.
    assert average_ranks(rewards).tolist() == pytest.approx([2.0, 6.5 / 3, 5.5 / 3])
    found = category_ranks(rewards, ["optics", "control", "optics"])
    assert list(found) == ["optics", "control"]
    assert found["optics"].tolist() == [1.5, 2.5, 2.0]
    assert found["control"].tolist() == [3.0, 1.5, 1.5]


def test_the_sign_rule_of_ratios() -> None:
    rewards = np.array(
        [
            [10.0, 8.0, NAN],  # all above zero: best/reward
            [-10.0, -8.0, -16.0],  # all below: reward/best
            [1.0, -1.0, 1.0],  # both signs: only the best are within any factor
            [0.0, 2.0, 1.0],  # a zero: likewise
            [NAN, NAN, NAN],
        ]
    )
    inf = math.inf
    assert ratios(rewards).tolist() == [
        [1.0, 1.25, inf],
        [1.25, 1.0, 2.0],
        [1.0, inf, 1.0],
        [inf, 1.0, inf],
        [inf, inf, inf],
    ]
    assert profile(rewards, (1.0, 1.25, 2.0)).tolist() == [
        [0.4, 0.6, 0.6],
        [0.4, 0.6, 0.6],
        [0.2, 0.2, 0.4],
    ]


def test_a_ratio_of_exactly_the_factor_is_within_it() -> None:
    rewards = np.array([[1.1, 1.0]])
    assert profile(rewards, (1.1,)).tolist() == [[1.0], [1.0]]


def test_win_rate_needs_more_than_the_baseline_itself() -> None:
    rewards = np.array([[1.0 + 1e-12, 1.1], [-2.0, -1.0], [NAN, 3.0], [9.0, 9.0]])
    baselines = np.array([1.0, -2.0, 2.0, NAN])
    assert win_rates(rewards, baselines).tolist() == [0.0, 1.0]


def test_medals_share_and_empty_tiers_cannot_be_reached() -> None:
    # Task 1: podium 5 5 3, so silver and gold coincide. Task 2: one feasible answer alone.
    rewards = np.array([[5.0, 5.0, 3.0, 2.0], [NAN, NAN, NAN, -7.0]])
    found = medals(rewards)
    assert [(x.gold, x.silver, x.bronze) for x in found] == [
        (1, 0, 0),
        (1, 0, 0),
        (0, 0, 1),
        (1, 0, 0),
    ]
    assert [x.score for x in found] == pytest.approx([0.5, 0.5, 0.165, 0.5])


def test_chances_are_those_of_counting_every_choice() -> None:
    passed = [True, False, True, False, False, True, False]
    values = [0.3, -1.0, 2.5, 0.0, 0.1, 7.0, -4.0]
    for drawn in range(1, 8):
        chosen = list(itertools.combinations(range(7), drawn))
        some = sum(any(passed[x] for x in one) for one in chosen) / len(chosen)
        every = sum(all(passed[x] for x in one) for one in chosen) / len(chosen)
        best = sum(max(values[x] for x in one) for one in chosen) / len(chosen)
        assert pass_at(7, 3, drawn) == pytest.approx(some)
        assert pass_all(7, 3, drawn) == pytest.approx(every)
        assert expected_best(values, drawn) == pytest.approx(best)
    assert pass_at(100_000, 10, 1000) == pytest.approx(1 - 0.99**10, abs=2e-4)
    for wrong in ((5, 2, 6), (5, 6, 1), (5, 2, 0)):
        with pytest.raises(ValueError, match="no such choice"):
            pass_at(*wrong)


def test_a_run_without_anything_feasible_leaves_no_mean() -> None:
    rewards = np.array([[[1.0, 3.0], [2.0, NAN]]])
    scores = Scores(("a",), ("x", "y"), rewards, np.array([0.0]), ("",))
    assert scores.means[0, 0] == 2.0
    assert math.isnan(scores.means[0, 1])


def test_bootstrap_intervals_cover_and_small_samples_have_none() -> None:
    chance = np.random.default_rng(3)
    covered = 0
    for trial in range(100):
        found = of_mean(list(chance.normal(5.0, 2.0, 40)), seed=trial, rounds=400)
        covered += found.low <= 5.0 <= found.high
    assert 88 <= covered <= 99  # 95 are wanted; percentiles of 40 values cover a little less
    assert not of_mean([1.0, 2.0]).known
    assert of_mean([1.0, 2.0]).value == 1.5
    assert of_mean([4.0] * 9)[1:] == (4.0, 4.0)


def test_intervals_over_seeds_are_of_the_measure_itself() -> None:
    chance = np.random.default_rng(5)
    rewards = chance.normal(0.0, 1.0, (6, 3, 10))
    rewards[:, 2] += 1.0

    def measure(drawn: np.ndarray) -> np.ndarray:
        return average_ranks(drawn.mean(axis=2))

    found = over_seeds(rewards, measure)
    exact = measure(rewards)
    assert [x.value for x in found] == exact.tolist()
    assert all(x.low <= x.value <= x.high for x in found)
    assert found[2].high < min(found[0].low, found[1].low)
    # Draws keep each competitor's own seeds: one that never varies has no spread.
    rewards[:, 0] = -9.0
    assert over_seeds(rewards, measure)[0][1:] == (3.0, 3.0)
    assert not over_seeds(rewards[:, :, :2], measure)[0].known


def test_the_signed_rank_test_counts_signs() -> None:
    # Six differences above zero: of 64 assignments two are as far out, all + and all −.
    assert signed_rank([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == pytest.approx(2 / 64)
    # One of them, the smallest, below zero: the sum is 20 of 21, and 1 or less happens in
    # {none}, {1}: two of 64 on either side.
    assert signed_rank([-1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == pytest.approx(4 / 64)
    assert signed_rank([1.0, -1.0, 2.0, -2.0, 0.0, 3.0, -3.0]) == 1.0
    assert math.isnan(signed_rank([1.0, 2.0, 0.0, 3.0, 4.0]))


def test_ties_are_counted_out_as_well() -> None:
    apart = [1.0, 1.0, -1.0, 2.0, 2.0, 3.0]
    # Ranks 2 2 2 4.5 4.5 6; count by hand all 64 signs.
    placed = [2.0, 2.0, 2.0, 4.5, 4.5, 6.0]
    seen = sum(r for r, x in zip(placed, apart, strict=True) if x > 0)
    sums = [
        sum(r for r, sign in zip(placed, signs, strict=True) if sign)
        for signs in itertools.product((False, True), repeat=6)
    ]
    far = sum(abs(x - 10.5) >= abs(seen - 10.5) for x in sums) / 64
    assert signed_rank(apart) == pytest.approx(far)


def test_beyond_thirty_pairs_the_normal_law_takes_over_without_a_step() -> None:
    chance = np.random.default_rng(1)
    apart = chance.normal(0.35, 1.0, 31)
    exact, approximate = signed_rank(apart[:30]), signed_rank(apart)
    assert abs(math.log(exact / approximate)) < 0.7


def test_pairs_are_compared_with_an_interval() -> None:
    first = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    second = [0.5, 2.0, 2.0, 3.9, 4.0, 4.0, 6.5]
    found = compare(first, second)
    assert (found.pairs, found.wins, found.losses) == (6, 6, 0)
    assert found.p == pytest.approx(2 / 64)
    assert found.difference.value == pytest.approx(5.1 / 7)
    assert 0 < found.difference.low < found.difference.high
    with pytest.raises(ValueError, match="no pairs"):
        compare([1.0], [])


def test_holm_keeps_order_and_passes_over_what_was_not_tested() -> None:
    # Sorted .01 .02 .04: 3×.01, 2×.02, 1×.04, never below an earlier one.
    assert holm([0.04, NAN, 0.01, 0.02])[:1] == [0.04]
    found = holm([0.04, NAN, 0.01, 0.02])
    assert math.isnan(found[1])
    assert [found[0], found[2], found[3]] == pytest.approx([0.04, 0.03, 0.04])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
