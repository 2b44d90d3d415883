"""The two trusses, checked against the literature's numbers and by another way of solving them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from bundled import TASKS
from perturbed import answer_of, assert_infeasible, judged

TEN, TOWER = "truss-10-bar", "truss-25-bar"
# As published, with nodes and members from 1, kip and inches.
TEN_NODES = [(720, 360), (720, 0), (360, 360), (360, 0), (0, 360), (0, 0)]
TEN_MEMBERS = "5-3 3-1 6-4 4-2 3-4 1-2 5-4 6-3 3-2 4-1"
TOWER_NODES = [
    *((-37.5, 0, 200), (37.5, 0, 200)),
    *((-37.5, 37.5, 100), (37.5, 37.5, 100), (37.5, -37.5, 100), (-37.5, -37.5, 100)),
    *((-100, 100, 0), (100, 100, 0), (100, -100, 0), (-100, -100, 0)),
]
TOWER_MEMBERS = (
    "1-2 1-4 2-3 1-5 2-6 2-4 2-5 1-3 1-6 3-6 4-5 3-4 5-6"
    " 3-10 6-7 4-9 5-8 4-7 3-8 5-10 6-9 6-10 3-7 4-8 5-9"
)
TOWER_GROUP_SIZES = (1, 4, 4, 2, 2, 4, 4, 4)
TOWER_COMPRESSION = (35.092, 11.590, 17.305, 35.092, 35.092, 6.759, 6.959, 11.082)


def by_forces(
    nodes: Sequence[Sequence[float]], members: str, fixed: set[int], loads: np.ndarray, areas: list
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return weight (lb), stresses (ksi) and displacements (in), by least complementary energy.

    Members' forces balance the loads, C f = p; of all that do, the elastic ones store the least
    energy, so that f + D C' u = 0 with the flexibilities D: one symmetric system for f and u.
    """
    where = np.array(nodes, float)
    ends = [tuple(int(end) - 1 for end in member.split("-")) for member in members.split()]
    spans = np.array([where[b] - where[a] for a, b in ends])
    length = np.linalg.norm(spans, axis=1)
    balance = np.zeros((*where.shape, len(ends)))
    for m, (a, b) in enumerate(ends):
        balance[a, :, m] = spans[m] / length[m]
        balance[b, :, m] = -spans[m] / length[m]
    free = [node for node in range(len(where)) if node + 1 not in fixed]
    forces = balance[free].reshape(-1, len(ends))
    flexible = np.diag(length / (1e4 * np.array(areas)))
    count = len(forces)
    whole = np.block([[flexible, forces.T], [forces, np.zeros((count, count))]])
    right = np.concatenate([np.zeros(len(ends)), -loads[free].ravel()])
    found = np.linalg.solve(whole, right)
    return 0.1 * float(length @ areas), found[: len(ends)] / areas, found[len(ends) :]


def test_the_ten_bar_reference_by_forces(tmp_path: Path) -> None:
    areas = answer_of(TEN, solution=True)["areas"]
    assert isinstance(areas, list)
    loads = np.zeros((6, 2))
    loads[1, 1] = loads[3, 1] = -100
    weight, stresses, moved = by_forces(TEN_NODES, TEN_MEMBERS, {5, 6}, loads, areas)
    reward = judged(TEN, {"areas": areas}, tmp_path).reward
    assert reward["reward"] == pytest.approx(weight, rel=1e-12)
    assert weight == pytest.approx(5060.85, abs=0.005)
    assert reward["worst_stress_use"] == pytest.approx(abs(stresses).max() / 25, rel=1e-9)
    assert reward["worst_displacement_use"] == pytest.approx(abs(moved).max() / 2, rel=1e-9)
    assert abs(stresses).max() < 25 * (1 + 1e-9)
    assert abs(moved).max() < 2 * (1 + 1e-9)


def test_the_tower_reference_by_forces(tmp_path: Path) -> None:
    groups = answer_of(TOWER, solution=True)["areas"]
    assert isinstance(groups, list)
    areas = np.repeat(groups, TOWER_GROUP_SIZES)
    limits = np.repeat(TOWER_COMPRESSION, TOWER_GROUP_SIZES)
    first, second = np.zeros((10, 3)), np.zeros((10, 3))
    first[:2] = (0, 20, -5), (0, -20, -5)
    second[[0, 1, 2, 5]] = (1, 10, -5), (0, 10, -5), (0.5, 0, 0), (0.5, 0, 0)
    stress = displacement = 0.0
    for loads in (first, second):
        weight, stresses, moved = by_forces(
            TOWER_NODES, TOWER_MEMBERS, {7, 8, 9, 10}, loads, list(areas)
        )
        stress = max(stress, (stresses / 40).max(), (-stresses / limits).max())
        displacement = max(displacement, abs(moved).max() / 0.35)
    reward = judged(TOWER, {"areas": groups}, tmp_path).reward
    assert reward["reward"] == pytest.approx(weight, rel=1e-12)
    assert weight == pytest.approx(545.16, abs=0.005)
    assert reward["worst_stress_use"] == pytest.approx(stress, rel=1e-9)
    assert reward["worst_displacement_use"] == pytest.approx(displacement, rel=1e-9)
    assert max(stress, displacement) < 1 + 1e-9


def test_the_published_ten_bar_design_is_what_we_score(tmp_path: Path) -> None:
    """Rounded to four digits as printed it needs a hair more metal to be feasible."""
    printed = [30.52, 0.1, 23.20, 15.22, 0.1, 0.551, 7.457, 21.04, 21.53, 0.1]
    scored = judged(TEN, {"areas": [area * 1.0005 for area in printed]}, tmp_path)
    assert scored.reward["feasible"] == 1
    assert scored.reward["reward"] == pytest.approx(5060.85, rel=1e-3)


def test_a_ten_bar_truss_that_bends_too_far_is_named(tmp_path: Path) -> None:
    scored = judged(TEN, {"areas": [15.0] * 10}, tmp_path)
    assert_infeasible(scored, "node 1 moves -2.62638 in along y, limit 2.0", "by 0.313192")
    assert scored.reward["worst_violation"] == pytest.approx(0.313192, abs=1e-6)


def test_a_bar_that_is_stressed_too_much_is_named(tmp_path: Path) -> None:
    """A thin post between stiff halves breaks, though nothing bends far."""
    areas = [60, 0.1, 50, 30, 0.1, 1, 6, 24, 24, 0.1]
    scored = judged(TEN, {"areas": areas}, tmp_path)
    assert_infeasible(scored, "member 4:", "psi tension, limit 25,000", "by 0.344948")
    assert scored.reward["violations"] == 1


@pytest.mark.parametrize(("name", "least"), [(TEN, 0.1), (TOWER, 0.01)])
def test_a_bar_that_is_too_thin_is_named(name: str, least: float, tmp_path: Path) -> None:
    answer = answer_of(name)
    areas = answer["areas"]
    assert isinstance(areas, list)
    areas[2] = least - 0.004
    scored = judged(name, answer, tmp_path)
    assert_infeasible(scored, f"area 2 is {areas[2]:g} in^2", "by 0.004")
    assert_infeasible(judged(name, {"areas": [0] * len(areas)}, tmp_path), "area 5 is 0 in^2")
    assert_infeasible(judged(name, {"areas": [-1.0] * len(areas)}, tmp_path), "areas[0] is -1")


def test_a_tower_that_buckles_or_bends_is_named(tmp_path: Path) -> None:
    slim = [0.5, 2.0, 3.0, 0.5, 0.5, 0.2, 1.7, 2.7]
    scored = judged(TOWER, {"areas": slim}, tmp_path)
    assert_infeasible(scored, "psi compression, limit 6,759 (load case 1)")
    scored = judged(TOWER, {"areas": [1.5] * 8}, tmp_path)
    assert_infeasible(scored, "node 0 moves", "along y, limit 0.35 (load case ")


@pytest.mark.parametrize("name", [TEN, TOWER])
@pytest.mark.parametrize(("excess", "feasible"), [(1e-8, 1), (9e-7, 1), (1.2e-6, 0), (1e-3, 0)])
def test_the_tolerance_is_charged(name: str, excess: float, feasible: int, tmp_path: Path) -> None:
    """Thinner bars within the tolerance weigh what they would without it."""
    areas = answer_of(name)["areas"]
    assert isinstance(areas, list)
    use = judged(name, {"areas": areas}, tmp_path).reward["worst_displacement_use"]
    exact = [area * use for area in areas]
    honest = judged(name, {"areas": exact}, tmp_path).reward["reward"]
    thinner = [area / (1 + excess) for area in exact]
    scored = judged(name, {"areas": thinner}, tmp_path)
    assert scored.reward["feasible"] == feasible
    assert scored.reward["worst_violation"] == pytest.approx(excess, rel=1e-6)
    if feasible:
        assert scored.reward["reward"] == pytest.approx(honest, rel=1e-12)


def test_extreme_designs_still_get_a_finite_score(tmp_path: Path) -> None:
    """Stiffnesses that differ by four orders of magnitude are within what the solver can do."""
    for heavy in (0, 4, 9):
        areas = [30.0] * 10
        areas[heavy] = 1000.0
        assert judged(TEN, {"areas": areas}, tmp_path).reward["feasible"] == 1
    assert judged(TEN, {"areas": [1000] * 10}, tmp_path).reward["reward"] > 400_000


def test_both_trusses_are_scored_by_the_same_code() -> None:
    for file in ("verify.py", "truss.py", "answers.py"):
        ours = [(TASKS / name / "tests" / file).read_bytes() for name in (TEN, TOWER)]
        assert ours[0] == ours[1]


def test_loads_and_limits_are_not_the_candidates(tmp_path: Path) -> None:
    """Only the areas are read; a structure written beside them has no effect."""
    answer = answer_of(TEN)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "structure.py").write_text("raise SystemExit\n")
    (tmp_path / "app" / "truss.py").write_text("raise SystemExit\n")
    assert judged(TEN, answer, tmp_path).reward["feasible"] == 1
    answer["density"] = 1e-9
    assert_infeasible(judged(TEN, answer, tmp_path), "density")
