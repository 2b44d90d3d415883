"""The reference solutions, checked again by other means than the verifiers' own code."""

import hashlib
import json
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import pytest
from bundled import TASKS, judge, run

OPTIMA = {"ft10": 930, "abz5": 1234, "abz7": 656, "la16": 945, "la21": 1046, "la38": 1196}
INSTANCES = TASKS / "job-shop" / "tests" / "instances.json"
# Of the table as first written: a slip of one digit shows.
INSTANCES_SHA256 = "af8b40160a15355cdcc893df9fc84404682e9a0069f31846e7641615424fd9ef"


def test_the_packing_is_exactly_feasible(tmp_path: Path) -> None:
    """No root is taken: (a.r + b.r)^2 <= d^2 says the same in rational numbers."""
    content = run("circle-packing", tmp_path / "app", solution=True)
    circles = [tuple(map(Fraction, circle)) for circle in json.loads(content)["circles"]]
    assert all(r > 0 and r <= x <= 1 - r and r <= y <= 1 - r for x, y, r in circles)
    for (ax, ay, ar), (bx, by, br) in combinations(circles, 2):
        assert (ar + br) ** 2 <= (ax - bx) ** 2 + (ay - by) ** 2
    total = sum(r for _, _, r in circles)
    assert len(circles) == 26
    assert total > Fraction("2.635983")
    assert judge("circle-packing", content, tmp_path).reward["reward"] == float(total)


def test_the_points_are_exactly_inside_and_their_smallest_triangle_is_right(
    tmp_path: Path,
) -> None:
    """Areas by the shoelace formula here, by a determinant of differences there."""
    content = run("heilbronn-triangle", tmp_path / "app", solution=True)
    points = [tuple(map(Fraction, point)) for point in json.loads(content)["points"]]
    assert len(points) == 11
    assert all(x >= 0 and y >= 0 and x + y <= 1 for x, y in points)
    smallest = min(
        abs(ax * by - bx * ay + bx * cy - cx * by + cx * ay - ax * cy)
        for (ax, ay), (bx, by), (cx, cy) in combinations(points, 3)
    )
    assert smallest > Fraction("0.0365298")
    assert judge("heilbronn-triangle", content, tmp_path).reward["reward"] == float(smallest)


def test_the_schedules_are_feasible_minute_by_minute(tmp_path: Path) -> None:
    """Every unit of time of every machine and every job is claimed at most once, in order."""
    content = run("job-shop", tmp_path / "app", solution=True)
    instances = json.loads(INSTANCES.read_text())
    for name, schedule in json.loads(content).items():
        claimed: set[tuple[str, int, int]] = set()
        units = 0
        for j, (job, starts) in enumerate(zip(instances[name]["jobs"], schedule, strict=True)):
            assert sorted(starts) == starts
            for (machine, duration), start in zip(job, starts, strict=True):
                times = range(start, start + duration)
                claimed |= {("machine", machine, t) for t in times}
                claimed |= {("job", j, t) for t in times}
                units += 2 * duration
        assert len(claimed) == units
        assert max(t for _, _, t in claimed) + 1 >= OPTIMA[name]


def test_the_reference_schedules_are_optimal_but_for_abz7(tmp_path: Path) -> None:
    """A slip in a table would hardly leave these published optima reachable."""
    reward = judge("job-shop", run("job-shop", tmp_path, solution=True), tmp_path).reward
    assert {name: reward[f"makespan_{name}"] for name in OPTIMA} == OPTIMA | {"abz7": 666}


def test_the_instances_are_the_published_ones() -> None:
    given = TASKS / "job-shop" / "environment" / "app" / "instances.json"
    assert given.read_bytes() == INSTANCES.read_bytes()
    assert hashlib.sha256(INSTANCES.read_bytes()).hexdigest() == INSTANCES_SHA256
    instances = json.loads(INSTANCES.read_text())
    assert {name: instance["best_known"] for name, instance in instances.items()} == OPTIMA
    for instance in instances.values():
        for job in instance["jobs"]:
            assert sorted(machine for machine, _ in job) == list(range(len(job)))
            assert all(duration > 0 for _, duration in job)


@pytest.mark.parametrize(
    ("excess", "feasible"), [(0.0, 1), (5e-10, 1), (9.9e-10, 1), (1.1e-9, 0), (1e-6, 0)]
)
def test_rounding_is_forgiven_and_charged(excess: float, feasible: int, tmp_path: Path) -> None:
    """Overlaps within the tolerance never raise a reward above the exact packing's."""
    content = json.loads(run("circle-packing", tmp_path / "c", solution=True))
    exact = judge("circle-packing", json.dumps(content).encode(), tmp_path).reward["reward"]
    for circle in content["circles"]:
        circle[2] += excess / 2
    scored = judge("circle-packing", json.dumps(content).encode(), tmp_path)
    assert scored.reward["feasible"] == feasible
    assert scored.reward["reward"] <= exact
    assert scored.reward["worst_violation"] == pytest.approx(excess, abs=1e-14)


@pytest.mark.parametrize(
    ("excess", "feasible"), [(0.0, 1), (5e-10, 1), (9.9e-10, 1), (1.1e-9, 0), (1e-6, 0)]
)
def test_points_outside_are_drawn_in(excess: float, feasible: int, tmp_path: Path) -> None:
    """All points are pushed outward from the centroid, which makes every triangle larger."""
    content = json.loads(run("heilbronn-triangle", tmp_path / "h", solution=True))
    exact = judge("heilbronn-triangle", json.dumps(content).encode(), tmp_path).reward["reward"]
    factor = 1 + 3 * excess
    content["points"] = [
        [1 / 3 + factor * (value - 1 / 3) for value in point] for point in content["points"]
    ]
    scored = judge("heilbronn-triangle", json.dumps(content).encode(), tmp_path)
    assert scored.reward["feasible"] == feasible
    assert scored.reward["reward"] <= exact + 1e-15
    assert scored.reward["worst_violation"] == pytest.approx(excess, abs=1e-14)
