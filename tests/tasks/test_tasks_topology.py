"""The MBB beam: published values, a dense solution of another assembly, and designs that cheat."""

from pathlib import Path

import numpy as np
import pytest
from bundled import judge, settings
from perturbed import answer_of, assert_infeasible, judged, output, replaced

NAME = "topology-optimisation"
ROWS, COLUMNS = 20, 60


def element() -> np.ndarray:
    """Return the stiffness of a square in closed form, as printed with the 99-line code.

    Corners clockwise from the upper left, y downwards.
    """
    nu = 0.3
    k = [
        *(1 / 2 - nu / 6, 1 / 8 + nu / 8, -1 / 4 - nu / 12, -1 / 8 + 3 * nu / 8),
        *(-1 / 4 + nu / 12, -1 / 8 - nu / 8, nu / 6, 1 / 8 - 3 * nu / 8),
    ]
    order = [
        *([0, 1, 2, 3, 4, 5, 6, 7], [1, 0, 7, 6, 5, 4, 3, 2], [2, 7, 0, 5, 6, 3, 4, 1]),
        *([3, 6, 5, 0, 7, 2, 1, 4], [4, 5, 6, 7, 0, 1, 2, 3], [5, 4, 3, 2, 1, 0, 7, 6]),
        *([6, 3, 4, 1, 2, 7, 0, 5], [7, 2, 1, 4, 3, 6, 5, 0]),
    ]
    return np.array(k)[np.array(order)] / (1 - nu**2)


def dense_compliance(densities: np.ndarray) -> float:
    """Return the compliance: filter, assembly and solution as plainly as can be."""
    physical = np.zeros((ROWS, COLUMNS))
    row, column = np.mgrid[0:ROWS, 0:COLUMNS]
    for r in range(ROWS):
        for c in range(COLUMNS):
            weights = np.maximum(2.4 - np.hypot(row - r, column - c), 0)
            physical[r, c] = (weights * densities).sum() / weights.sum()
    size = 2 * (ROWS + 1) * (COLUMNS + 1)
    matrix = np.zeros((size, size))
    solid = element()
    for r in range(ROWS):
        for c in range(COLUMNS):
            nodes = [
                *(c * (ROWS + 1) + r, (c + 1) * (ROWS + 1) + r),
                *((c + 1) * (ROWS + 1) + r + 1, c * (ROWS + 1) + r + 1),
            ]
            at = [2 * node + axis for node in nodes for axis in (0, 1)]
            matrix[np.ix_(at, at)] += (1e-9 + physical[r, c] ** 3 * (1 - 1e-9)) * solid
    fixed = [*range(0, 2 * (ROWS + 1), 2), size - 1]
    free = np.setdiff1d(np.arange(size), fixed)
    force = np.zeros(size)
    force[1] = 1.0
    moved = np.linalg.solve(matrix[np.ix_(free, free)], force[free])
    return float(force[free] @ moved)


def test_the_compliance_by_dense_matrices(tmp_path: Path) -> None:
    """And the reference is better than the published design, at 233.71 with these settings."""
    densities = answer_of(NAME, solution=True)["densities"]
    reward = judged(NAME, {"densities": densities}, tmp_path).reward
    assert reward["reward"] == pytest.approx(dense_compliance(np.array(densities)), rel=1e-6)
    assert reward["reward"] < 233.71
    assert reward["volume"] <= 0.5


def test_the_published_start_is_ours_and_the_bound_follows() -> None:
    """A sheet of half density has 1007.02; all elements alike, a solid one is 8 times as stiff.

    (The sheet is too gray to be scored, so it is solved here.)
    """
    sheet = dense_compliance(np.full((ROWS, COLUMNS), 0.5))
    assert sheet == pytest.approx(1007.02, abs=0.005)
    solid = sheet * (1e-9 + 0.5**3 * (1 - 1e-9))
    assert settings(NAME)["bound"] <= solid < settings(NAME)["bound"] + 0.01


def test_too_much_material_is_named(tmp_path: Path) -> None:
    solid = [[1.0] * COLUMNS] * ROWS
    scored = judged(NAME, {"densities": solid}, tmp_path)
    assert_infeasible(scored, "the volume is 1.000000, the limit is 0.5 (by 0.5)")
    assert scored.reward["violations"] == 1


def test_a_gray_sheet_is_named(tmp_path: Path) -> None:
    sheet = [[0.5] * COLUMNS] * ROWS
    scored = judged(NAME, {"densities": sheet}, tmp_path)
    assert_infeasible(scored, "the grayness is 1.000000, the limit is 0.35 (by 0.65)")
    assert scored.reward["violations"] == 1


def test_a_checkerboard_is_gray_behind_the_filter(tmp_path: Path) -> None:
    """Bilinear elements make it look stiff; the filter sees half densities."""
    board = [[(row + column) % 2 for column in range(COLUMNS)] for row in range(ROWS)]
    assert_infeasible(judged(NAME, {"densities": board}, tmp_path), "the grayness is 0.9")


@pytest.mark.parametrize(("excess", "feasible"), [(5e-7, 1), (1.5e-6, 0)])
def test_the_tolerance_of_the_volume_is_charged(
    excess: float, feasible: int, tmp_path: Path
) -> None:
    densities = np.array(answer_of(NAME)["densities"])
    volume = judged(NAME, {"densities": densities.tolist()}, tmp_path).reward["volume"]
    full = 0.99 * densities + 0.5 - 0.99 * volume  # nothing is full, so all can grow
    honest = judged(NAME, {"densities": full.tolist()}, tmp_path).reward["reward"]
    more = (full * (1 + excess)).tolist()
    scored = judged(NAME, {"densities": more}, tmp_path)
    assert scored.reward["feasible"] == feasible
    if feasible:
        assert scored.reward["reward"] == pytest.approx(honest, rel=1e-9)
        assert scored.reward["reward"] >= honest * (1 - 1e-12)
    else:
        assert_infeasible(scored, "the volume is 0.500001")


def test_next_to_nothing_is_weak_but_finite(tmp_path: Path) -> None:
    """No material, and material that reaches neither load nor support, have large compliances."""
    nothing = np.zeros((ROWS, COLUMNS))
    island = nothing.copy()
    island[8:12, 20:40] = 1.0
    for design in (nothing, island):
        reward = judged(NAME, {"densities": design.tolist()}, tmp_path).reward
        assert reward["feasible"] == 1
        assert reward["reward"] > 1e6


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        (("densities", 3, 7), "1.0000001", "densities[3][7] is 1, which is not 0 to 1"),
        (("densities", 3, 7), "-1e-9", "densities[3][7] is -1e-09"),
        (("densities", 3, 7), "true", "must be a number, not bool"),
        (("densities", 3, 7), "NaN", "NaN is not a number"),
        (("densities", 3, 7), "null", "must be a number, not NoneType"),
        (("densities", 3), "[0.5]", "densities[3] must be a list of 60 entries, not 1"),
        (("densities", 3), "0.5", "densities[3] must be a list, not float"),
        (("densities",), "[]", "densities must be a list of 20 entries, not 0"),
    ],
)
def test_answers_outside_their_domain(
    place: tuple[str | int, ...], text: str, reason: str, tmp_path: Path
) -> None:
    content = replaced(output(NAME), place, text)
    assert_infeasible(judge(NAME, content, tmp_path), reason)
