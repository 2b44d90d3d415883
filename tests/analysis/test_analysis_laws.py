"""Journals with known laws give back their exponents; fits that data cannot carry are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from analysis_support import by_law, told

from workbench.analysis.dynamics.depth import width_depth
from workbench.analysis.dynamics.fit import Fit, Refused, log_log
from workbench.analysis.dynamics.frequency import frequency
from workbench.analysis.dynamics.magnitude import magnitude
from workbench.analysis.dynamics.runs import Run, runs_of
from workbench.model.simulation import Law
from workbench.search.driver import Driver, Plan


def fitted(outcome: object) -> Fit:
    assert isinstance(outcome, Fit), outcome
    return outcome


@pytest.mark.parametrize(
    ("level", "falls", "shrinks"), [(2.2, 1.0, 1.0), (1.0, 0.6, 1.5), (0.9, 1.0, 0.5)]
)
def test_exponents_come_back_within_the_stated_error(
    level: float, falls: float, shrinks: float
) -> None:
    runs = runs_of(by_law(80, 250, level, falls, shrinks, seed=1))
    often = frequency(runs)
    seen = fitted(often.likelihood)
    assert abs(seen.exponent - falls) < min(0.1, 3 * seen.error)
    assert seen.scale == pytest.approx(level, rel=0.25)
    assert often.steps == 80 * 250
    assert abs(fitted(often.log_log).exponent - falls) < 0.12
    much = magnitude(runs)
    for fit in (fitted(much.likelihood), fitted(much.log_log)):
        assert abs(fit.exponent - shrinks) < 3 * fit.error
        assert fit.points > 100


def test_gains_without_noise_come_back_exactly() -> None:
    much = magnitude(runs_of(by_law(6, 200, 2.2, 1.0, 1.0, seed=2, noise=False)))
    for fit in (fitted(much.likelihood), fitted(much.log_log)):
        assert fit.exponent == pytest.approx(1.0, abs=1e-6)
        assert fit.r2 == pytest.approx(1.0)
    # A run's first improvement is its largest share: 1/H(k) of all it gained.
    assert float(much.share[0]) == pytest.approx(1 / sum(1 / k for k in range(1, 11)), rel=0.15)


def test_standard_errors_are_as_wide_as_the_fits_scatter() -> None:
    apart = []
    for seed in range(40):
        fit = fitted(frequency(runs_of(by_law(8, 60, 2.2, 1.0, 1.0, seed))).likelihood)
        apart.append((fit.exponent - 1.0) / fit.error)
    assert abs(float(np.mean(apart))) < 0.55  # three standard errors of a mean of forty
    assert 0.7 < float(np.std(apart)) < 1.4


def test_a_share_of_steps_that_always_fail_does_not_bend_the_law() -> None:
    # Where the law alone would say that every step improves, one in twenty does not.
    apart = []
    for seed in range(20):
        plan = Plan(8, 120, law=Law(luck=0.0, failure=0.05), seed=seed)
        fit = fitted(frequency(runs_of(Driver(plan).run())).likelihood)
        apart.append((fit.exponent - 1.0) / fit.error)
    assert abs(float(np.mean(apart))) < 0.75  # three standard errors of a mean of twenty
    assert float(np.std(apart)) < 1.5


def test_the_null_line_is_told_from_another_law() -> None:
    same = frequency(runs_of(by_law(40, 250, 1.0, 1.0, 1.0, seed=4)))
    assert same.null_p > 0.01
    other = frequency(runs_of(by_law(40, 250, 1.0, 0.6, 1.0, seed=4)))
    assert other.null_p < 1e-6


def test_below_eight_points_nothing_is_fitted() -> None:
    curve = [1.0, 0.0, 2.0, 0.0, 3.0, 4.0, 0.0, 5.0, 6.0, 7.0, 0.0, 0.0]
    seven = runs_of(told({1: curve}).session)
    often, much = frequency(seven), magnitude(seven)
    for refused in (often.likelihood, much.likelihood, much.log_log):
        assert isinstance(refused, Refused)
        assert "only 7" in refused.reason
        assert "8 are needed" in refused.reason
    assert isinstance(often.log_log, Refused)
    assert math.isnan(often.null_p)
    eight = runs_of(told({1: [*curve, 8.0]}).session)
    assert "only" not in getattr(frequency(eight).likelihood, "reason", "")


def test_what_the_data_cannot_carry_is_refused_with_the_reason() -> None:
    always = runs_of(told({1: [float(x) for x in range(1, 20)]}).session)
    assert "every step improved" in frequency(always).likelihood.reason  # type: ignore[union-attr]
    pairs = {number: [1.0, 1.5] for number in range(1, 7)}
    narrow = magnitude(runs_of(told(pairs).session)).log_log
    assert isinstance(narrow, Refused)
    assert "span less than a factor of 3" in narrow.reason
    chance = np.random.default_rng(0)
    scattered = log_log(np.arange(1.0, 11.0), np.exp(chance.normal(0, 3, 10)))
    assert isinstance(scattered, Refused)
    assert "do not carry it" in scattered.reason
    assert frequency([]).runs == 0
    assert isinstance(magnitude([]).log_log, Refused)


def chain(name: str, best: list[float]) -> Run:
    steps = np.arange(len(best), dtype=np.float64)
    return Run(name, np.array(best), np.array(best), steps, steps * 0, steps)


def test_width_against_depth_is_the_mean_over_all_choices() -> None:
    runs = [
        chain("L1", [0.0, 1.0, 2.0, 3.0, 10.0]),
        chain("L2", [0.0, 2.0, 4.0, 5.0, 6.0]),
        chain("L3", [0.0, 0.0, 0.0, 1.0, 2.0]),
    ]
    one, two, four = width_depth(runs)
    # One chain of four steps: the mean of 10, 6 and 2. Two of two steps: of the pairs of 2, 4 and
    # 0 the larger are 4, 2 and 4. Four of one step: there are only three.
    assert (one.width, one.depth, one.reward, one.share) == (1, 4, 6.0, 1.0)
    assert (two.width, two.depth, two.reward) == (2, 2, pytest.approx(10 / 3))
    assert two.share == pytest.approx(10 / 18)
    assert one.low <= one.share <= one.high
    assert math.isnan(four.reward)
    assert four.reason == "needs 4 runs of 1 steps, there are 3"
    assert width_depth([]) == []


def test_runs_too_short_for_a_cell_are_left_out_of_it() -> None:
    runs = [chain("L1", [0.0, 1.0, 1.0, 1.0]), chain("L2", [0.0, 5.0])]
    cells = width_depth(runs, budget=3)
    assert [(x.width, x.depth, x.runs) for x in cells] == [(1, 3, 1), (2, 1, 2)]
    assert [x.reward for x in cells] == [1.0, 5.0]
