"""The scores reproduce what was published of Frontier-Eng, from its released table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from workbench.analysis.scores.medals import medals, podium
from workbench.analysis.scores.profile import profile
from workbench.analysis.scores.ranks import average_ranks, win_rates
from workbench.analysis.scores.table import Scores

FACTORS = (1.0, 1.05, 1.1, 1.25, 2.0)

MEDALS = {
    "claude-opus-4.6": (0.533, 14, 15, 3),
    "gpt-5.4": (0.454, 18, 4, 2),
    "glm-5": (0.347, 7, 8, 12),
    "gemini-3.1-pro-preview": (0.277, 7, 7, 4),
    "deepseek-v3.2": (0.269, 6, 6, 8),
    "grok-4.20": (0.227, 6, 5, 4),
    "seed-2.0-pro": (0.206, 6, 4, 3),
    "qwen3-coder-next": (0.170, 5, 3, 3),
}
"""As published: medal score, gold, silver, bronze."""

PROFILES = {
    "claude-opus-4.6": (0.298, 0.702, 0.702, 0.766, 0.872),
    "glm-5": (0.149, 0.489, 0.638, 0.809, 0.915),
    "gpt-5.4": (0.383, 0.532, 0.617, 0.660, 0.723),
    "deepseek-v3.2": (0.128, 0.383, 0.511, 0.723, 0.851),
    "gemini-3.1-pro-preview": (0.149, 0.426, 0.574, 0.638, 0.851),
    "seed-2.0-pro": (0.128, 0.404, 0.489, 0.617, 0.851),
    "grok-4.20": (0.128, 0.340, 0.489, 0.681, 0.872),
    "qwen3-coder-next": (0.106, 0.319, 0.404, 0.574, 0.787),
}
"""Share of the 47 tasks within each of `FACTORS` of the best."""


@pytest.fixture(scope="module")
def released() -> Scores:
    text = (Path(__file__).parent / "leaderboard.csv").read_text()
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    models = [name for name in rows[0] if name not in ("Task", "Baseline")]
    return Scores(
        tasks=tuple(row["Task"] for row in rows),
        competitors=tuple(models),
        rewards=np.array([[[float(row[x] or "nan")] for x in models] for row in rows]),
        baselines=np.array([float(row["Baseline"]) for row in rows]),
        categories=tuple(row["Task"].partition("_")[0] for row in rows),
    )


def test_all_eight_medal_scores_are_those_published(released: Scores) -> None:
    assert released.rewards.shape == (47, 8, 1)
    found = medals(released.means)
    for name, won in zip(released.competitors, found, strict=True):
        told = (round(won.score, 3), won.gold, won.silver, won.bronze)
        assert told == MEDALS[name], name


def test_a_frozen_podium_judges_a_later_competitor(released: Scores) -> None:
    frozen = podium(released.means)
    better = np.where(np.isnan(frozen[:, 0]), 0.0, frozen[:, 0] + 1.0)
    (won,) = medals(better[:, None], frozen)
    assert (won.score, won.gold) == (1.0, 47)
    (third,) = medals(frozen[:, 2:3], frozen)
    assert third.gold < 47
    assert third.score == pytest.approx(0.33, abs=0.12)


def test_the_performance_profiles_are_those_published(released: Scores) -> None:
    found = profile(released.means, FACTORS)
    for name, row in zip(released.competitors, found, strict=True):
        assert tuple(round(float(x), 3) for x in row) == PROFILES[name], name


def test_ranks_of_every_task_sum_to_the_same(released: Scores) -> None:
    found = average_ranks(released.means)
    assert float(found.sum()) == pytest.approx(8 * 9 / 2)
    order = [released.competitors[at] for at in np.argsort(found)]
    assert order[0] == "claude-opus-4.6"
    assert order[-1] == "qwen3-coder-next"


def test_win_rates_count_nothing_feasible_as_no_win(released: Scores) -> None:
    found = dict(
        zip(released.competitors, win_rates(released.means, released.baselines), strict=True)
    )
    # The table by hand: glm-5 has no score on two tasks and only equals the baseline of a third.
    assert found["glm-5"] == pytest.approx(44 / 47)
    assert max(found, key=lambda name: found[name]) == "glm-5"
