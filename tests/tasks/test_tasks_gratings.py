"""The fan-out gratings: powers by quadrature, broken features, and answers that try to help."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bundled import judge, settings
from perturbed import answer_of, assert_infeasible, judged, output, replaced

NAME = "diffraction-orders"
ORDERS = {
    "binary-7": range(-3, 4),
    "binary-16": range(-15, 16, 2),
    "quaternary-5": range(1, 6),
    "quaternary-9": range(-4, 5),
    "quaternary-15": range(-7, 8),
}
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def by_quadrature(grating: dict[str, Any], levels: int, order: int) -> float:
    """Return an order's power, by integrating the wave behind the grating numerically."""
    starts = np.array(grating["transitions"]) / 100
    ends = np.append(starts[1:], starts[0] + 1)
    middle, half = (starts + ends) / 2, (ends - starts) / 2
    waves = np.exp(-2j * np.pi * order * (middle[:, None] + half[:, None] * NODES))
    fields = np.exp(2j * np.pi * np.array(grating["levels"]) / levels)
    return float(abs((waves @ WEIGHTS * half) @ fields) ** 2)


@pytest.mark.parametrize("solution", [False, True])
def test_the_powers_by_quadrature(solution: bool, tmp_path: Path) -> None:
    answer = answer_of(NAME, solution)
    reward = judged(NAME, answer, tmp_path).reward
    for name, orders in ORDERS.items():
        levels = 2 if name.startswith("binary") else 4
        powers = [by_quadrature(answer[name], levels, order) for order in orders]
        weakest = 100 * len(powers) * min(powers)
        assert reward[f"guaranteed_{name}"] == pytest.approx(weakest, abs=1e-9)
        assert reward[f"efficiency_{name}"] == pytest.approx(100 * sum(powers), abs=1e-9)
    mean = sum(reward[f"guaranteed_{name}"] for name in ORDERS) / 5
    assert reward["reward"] == pytest.approx(mean, abs=1e-9)


def test_the_best_seven_spots_are_the_published_ones(tmp_path: Path) -> None:
    """Two phases, 0 and pi, and seven equal orders: 78.6%, the classical Dammann grating."""
    scored = judge(NAME, output(NAME, solution=True), tmp_path)
    assert scored.reward["guaranteed_binary-7"] == pytest.approx(78.63, abs=0.01)


def test_moving_a_grating_changes_nothing(tmp_path: Path) -> None:
    """Neither along the period, across its end, nor in phase."""
    answer = answer_of(NAME, solution=True)
    before = judged(NAME, answer, tmp_path).reward
    for name, grating in answer.items():
        levels = 2 if name.startswith("binary") else 4
        moved = [(x + 37.21) % 100 for x in grating["transitions"]]
        turned = [(level + 1) % levels for level in grating["levels"]]
        pairs = sorted(zip(moved, turned, strict=True))
        answer[name] = {"transitions": [x for x, _ in pairs], "levels": [at for _, at in pairs]}
    after = judged(NAME, answer, tmp_path).reward
    assert after["reward"] == pytest.approx(before["reward"], abs=1e-6)


@pytest.mark.parametrize(("width", "feasible"), [(1.0, 1), (1 - 5e-10, 1), (1 - 1e-6, 0), (0.4, 0)])
def test_a_segment_that_is_too_narrow_is_named(width: float, feasible: int, tmp_path: Path) -> None:
    grating = {"transitions": [10.0, 10.0 + width, 60.0], "levels": [0, 1, 2]}
    scored = judged(NAME, answer_of(NAME) | {"quaternary-9": grating}, tmp_path)
    assert scored.reward["feasible"] == feasible
    if not feasible:
        assert_infeasible(scored, "quaternary-9: the segment from 10 um")
        assert scored.reward["worst_violation"] == pytest.approx(1 - width, abs=1e-12)


def test_the_segment_across_the_end_of_the_period_counts(tmp_path: Path) -> None:
    grating = {"transitions": [0.2, 40.0, 99.9], "levels": [0, 1, 0]}
    scored = judged(NAME, answer_of(NAME) | {"binary-7": grating}, tmp_path)
    assert_infeasible(scored, "binary-7: the segment from 99.9 um is 0.3 um wide", "by 0.7")


def test_transitions_out_of_order_are_named(tmp_path: Path) -> None:
    """A segment run through backwards would send out light that it never got."""
    grating = {"transitions": [10.0, 60.0, 40.0, 90.0], "levels": [0, 1, 0, 1]}
    scored = judged(NAME, answer_of(NAME) | {"binary-7": grating}, tmp_path)
    assert_infeasible(scored, "segment from 60 um is -20 um wide", "by 21")


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        (("binary-7", "levels", 1), "2", "binary-7: levels[1] is 2, which is not 0 to 1"),
        (("quaternary-9", "levels", 1), "4", "which is not 0 to 3"),
        (("quaternary-9", "levels", 1), "-1", "which is not 0 to 3"),
        (("quaternary-9", "levels", 1), "1.0", "must be an integer, not float"),
        (("quaternary-9", "levels", 1), "1.5", "must be an integer, not float"),
        (("quaternary-9", "levels", 1), "true", "must be an integer, not bool"),
        (("quaternary-9", "transitions", 0), "-0.5", "which is not 0 to 100"),
        (("quaternary-9", "transitions", 0), "true", "must be a number, not bool"),
        (("quaternary-9", "transitions", 0), "NaN", "NaN is not a number"),
        (("quaternary-9", "levels"), "[0, 1]", "must be a list of 8 entries, not 2"),
        (("quaternary-9", "transitions"), "[5.0]", "must be a list of 2 to 100 entries"),
        (("quaternary-9", "transitions"), "[]", "must be a list of 2 to 100 entries"),
        (("quaternary-9", "transitions"), json.dumps([x / 2 for x in range(101)]), "2 to 100"),
        (("quaternary-9",), "[[0, 1], [0, 1]]", "must be one object"),
        (("quaternary-9",), '{"transitions": [0, 9], "levels": [0, 1], "period": 1}', "unknown"),
        (("quaternary-9",), '{"transitions": [0, 9], "levels": [0, 1], "orders": [0]}', "unknown"),
        (("quaternary-9",), '{"levels": [0, 1]}', "missing: transitions"),
    ],
)
def test_answers_outside_their_domain(
    place: tuple[str | int, ...], text: str, reason: str, tmp_path: Path
) -> None:
    content = replaced(output(NAME), place, text)
    assert_infeasible(judge(NAME, content, tmp_path), reason)


def test_targets_of_the_candidates_own_are_refused(tmp_path: Path) -> None:
    """Which orders count, the period and the smallest feature are the verifier's."""
    content = output(NAME)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "designs.json").write_text('{"period": 1, "designs": {}}')
    assert judge(NAME, content, tmp_path).reward["reward"] == settings(NAME)["baseline"]
    more = answer_of(NAME) | {"targets": [1, 2]}
    assert_infeasible(judged(NAME, more, tmp_path), "unknown", "targets")
    without = {name: value for name, value in json.loads(content).items() if name != "binary-7"}
    assert_infeasible(judged(NAME, without, tmp_path), "missing: binary-7")
