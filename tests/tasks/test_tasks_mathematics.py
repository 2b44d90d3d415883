"""Circles in a rectangle, two problems on step functions, a sorting network: right and strict."""

import itertools
import json
import math
import random
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from bundled import Scored, honest, judge, run
from test_tasks_rejections import rejected

RECTANGLE, NETWORK = "circle-packing-rectangle", "sorting-network"
STEPS = ("autocorrelation", "minimum-overlap")


def put(name: str, content: object, folder: Path) -> Scored:
    """Score `content`; what stands in it as a text after # is written as it is: #NaN, #1e400."""
    text = json.dumps(content)
    for raw in ("true", "null", '"0.5"', "NaN", "Infinity", "1e400", "-1e-9", "1e300"):
        text = text.replace(json.dumps("#" + raw), raw)
    return judge(name, text.encode(), folder)


def baseline(name: str) -> dict[str, Any]:
    (content,) = honest(name).values()
    found: dict[str, Any] = json.loads(content)
    return found


def solved(name: str, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(name, folder / "solved", solution=True))
    return found


WRONG_NUMBERS = {
    "#true": "must be a number, not bool",
    "#null": "must be a number, not NoneType",
    '#"0.5"': "must be a number, not str",
    "#NaN": "NaN is not a number",
    "#Infinity": "Infinity is not a number",
    "#1e400": "too large for a float",
    "#-1e-9": "is -1e-09, which is not 0 to",
    "#1e300": "is 1e+300, which is not 0 to",
}


@pytest.mark.parametrize("wrong", WRONG_NUMBERS)
def test_numbers_that_are_none_or_beyond_their_domain(wrong: str, tmp_path: Path) -> None:
    packing = baseline(RECTANGLE)
    packing["circles"][3][2] = wrong
    rejected(put(RECTANGLE, packing, tmp_path), WRONG_NUMBERS[wrong])
    rejected(put(RECTANGLE, baseline(RECTANGLE) | {"width": wrong}, tmp_path), WRONG_NUMBERS[wrong])
    for name in STEPS:
        heights = baseline(name)["heights"]
        rejected(put(name, {"heights": [*heights[:-1], wrong]}, tmp_path), WRONG_NUMBERS[wrong])


# Circles in a rectangle


def test_the_packing_in_a_rectangle_is_exactly_feasible(tmp_path: Path) -> None:
    """No root is taken: (a.r + b.r)^2 <= d^2 says the same in rational numbers."""
    content = solved(RECTANGLE, tmp_path)
    width = Fraction(content["width"])
    height = 2 - width
    circles = [tuple(map(Fraction, circle)) for circle in content["circles"]]
    assert len(circles) == 21
    assert all(0 < r <= x <= width - r and r <= y <= height - r for x, y, r in circles)
    for (ax, ay, ar), (bx, by, br) in combinations(circles, 2):
        assert (ar + br) ** 2 <= (ax - bx) ** 2 + (ay - by) ** 2
    total = sum(r for _, _, r in circles)
    assert total > Fraction("2.36583237")
    assert put(RECTANGLE, content, tmp_path).reward["reward"] == float(total)


@pytest.mark.parametrize(
    ("excess", "feasible"), [(0.0, 1), (5e-10, 1), (9.9e-10, 1), (1.1e-9, 0), (1e-6, 0)]
)
def test_overlaps_within_the_tolerance_are_charged(
    excess: float, feasible: int, tmp_path: Path
) -> None:
    content = solved(RECTANGLE, tmp_path)
    exact = put(RECTANGLE, content, tmp_path).reward["reward"]
    for circle in content["circles"]:
        circle[2] += excess / 2
    scored = put(RECTANGLE, content, tmp_path)
    assert scored.reward["feasible"] == feasible
    assert scored.reward["reward"] <= exact
    assert scored.reward["worst_violation"] == pytest.approx(excess, abs=3e-14)


def test_each_wall_and_each_pair_is_named_with_its_amount(tmp_path: Path) -> None:
    free = [[0.1 + 0.2 * (k % 4), 0.1 + 0.2 * (k // 4), 0.05] for k in range(21)]
    good = {"width": 0.8, "circles": free}
    assert put(RECTANGLE, good, tmp_path).reward["reward"] == pytest.approx(21 * 0.05)
    for circle, named in (
        ([0.03, 0.1, 0.05], "circle 0 and the left wall overlap (by 0.02)"),
        ([0.1, 0.02, 0.05], "circle 0 and the bottom wall overlap (by 0.03)"),
        ([0.79, 0.1, 0.05], "circle 0 and the right wall overlap (by 0.04)"),
        ([0.4, 1.19, 0.05], "circle 0 and the top wall overlap (by 0.04)"),
        ([0.22, 0.1, 0.05], "circles 0 and 1 overlap (by 0.02)"),
    ):
        scored = put(RECTANGLE, {**good, "circles": [circle, *free[1:]]}, tmp_path)
        rejected(scored, named)
    narrow = put(RECTANGLE, {**good, "width": 0.73}, tmp_path)
    rejected(narrow, "circle 3 and the right wall overlap (by 0.02)")
    assert narrow.reward["violations"] == 5


def test_a_height_of_the_candidates_own_is_refused(tmp_path: Path) -> None:
    """A rectangle of any perimeter would hold anything."""
    packing = solved(RECTANGLE, tmp_path)
    rejected(put(RECTANGLE, {**packing, "height": 9.0}, tmp_path), "unknown: 'height'")
    for circles in (packing["circles"][1:], [*packing["circles"], [0.5, 0.5, 0.0]]):
        rejected(put(RECTANGLE, {**packing, "circles": circles}, tmp_path), "21 entries, not 2")
    flat = put(RECTANGLE, {"width": 0, "circles": [[0, 0, 0]] * 21}, tmp_path)
    assert (flat.reward["feasible"], flat.reward["reward"]) == (1, 0)


# Step functions


@pytest.mark.parametrize("count", [2, 3, 7, 40])
def test_the_ratio_is_that_of_a_fine_grid(count: int, tmp_path: Path) -> None:
    """A step cut into 8 equal ones is the same function: knots between the knots give no more."""
    rng = random.Random(count)
    heights = [rng.choice([0.0, rng.random(), 1e-12, 50.0]) for _ in range(count - 1)] + [1.0]
    fine = [height for height in heights for _ in range(8)]
    sums = [0.0] * (2 * len(fine) - 1)
    for (i, a), (j, b) in itertools.product(enumerate(fine), repeat=2):
        sums[i + j] += a * b
    expected = 2 * len(fine) * max(sums) / sum(fine) ** 2
    for given in (heights, fine, heights[::-1], [height / 64 for height in heights]):
        scored = put("autocorrelation", {"heights": given}, tmp_path)
        assert scored.reward["reward"] == pytest.approx(expected, rel=1e-12)


def test_known_ratios(tmp_path: Path) -> None:
    """A constant has 2. With 1/sqrt(x) as it would be without steps the ratio is pi/2."""
    assert put("autocorrelation", {"heights": [3] * 17}, tmp_path).reward["reward"] == 2.0
    root = [1 / math.sqrt(k + 0.5) for k in range(600)]
    scored = put("autocorrelation", {"heights": root}, tmp_path)
    assert math.pi / 2 < scored.reward["reward"] < 1.59


@pytest.mark.parametrize(
    ("heights", "reason"),
    [
        ([0, 0.0, -0.0], "all heights are 0"),
        ([1], "2 to 600 entries, not 1"),
        ([1] * 601, "2 to 600 entries, not 601"),
        ({"0": 1}, "must be a list, not dict"),
        ([[1, 2]], "2 to 600 entries"),
    ],
)
def test_steps_that_are_no_function(heights: object, reason: str, tmp_path: Path) -> None:
    rejected(put("autocorrelation", {"heights": heights}, tmp_path), reason)


def test_steps_of_any_size_end_well(tmp_path: Path) -> None:
    """Exact sums of numbers 300 orders of magnitude apart, as many as there may be."""
    rng = random.Random(1)
    heights = [rng.random() * 10.0 ** rng.uniform(-320, 5) for _ in range(600)]
    scored = put("autocorrelation", {"heights": heights}, tmp_path)
    assert scored.reward["feasible"] == 1
    assert 1.28 < scored.reward["reward"] <= 1200
    tiny = [5e-324 * k for k in range(25)] + [0.5] + [1.0] * 25
    assert put("minimum-overlap", {"heights": tiny}, tmp_path).reward["feasible"] == 1


@pytest.mark.parametrize("count", [1, 2, 3, 8, 25])
def test_the_overlap_is_that_of_a_fine_grid(count: int, tmp_path: Path) -> None:
    rng = random.Random(count)
    half = [rng.choice([0.0, rng.random(), 1.0]) for _ in range(count // 2)]
    heights = half + [0.5] * (count % 2) + [1 - height for height in half]
    rng.shuffle(heights)
    fine = [height for height in heights for _ in range(8)]
    n = len(fine)
    expected = max(
        sum(fine[i] * (1 - fine[i + k]) for i in range(max(0, -k), min(n, n - k))) * 2 / n
        for k in range(1 - n, n)
    )
    for given in (heights, heights[::-1], [1 - height for height in heights]):
        scored = put("minimum-overlap", {"heights": given}, tmp_path)
        assert scored.reward["reward"] == pytest.approx(expected, rel=1e-12)


def test_known_overlaps(tmp_path: Path) -> None:
    """The best functions of one and two steps, 1/2 and 4/9 (Haugland)."""
    assert put("minimum-overlap", {"heights": [0.5]}, tmp_path).reward["reward"] == 0.5
    two = put("minimum-overlap", {"heights": [1 / 3, 2 / 3]}, tmp_path)
    assert two.reward["reward"] == pytest.approx(4 / 9, rel=1e-12)


@pytest.mark.parametrize("change", [0.9e-6, -0.9e-6])
def test_an_integral_that_is_off_is_mended_and_gains_nothing(change: float, tmp_path: Path) -> None:
    """The mended function, built here in floats, has the score that the verifier gave."""
    heights = solved("minimum-overlap", tmp_path)["heights"]
    n = len(heights)
    off = [height * (1 + change) for height in heights]
    off = [min(height, 1.0) for height in off]
    total = sum(off)
    if change > 0:
        mended = [height * n / 2 / total for height in off]
    else:
        mended = [1 - (1 - height) * n / 2 / (n - total) for height in off]
    given = put("minimum-overlap", {"heights": off}, tmp_path)
    assert given.reward["worst_violation"] == pytest.approx(abs(2 * total / n - 1), rel=1e-6)
    expected = put("minimum-overlap", {"heights": mended}, tmp_path).reward["reward"]
    assert given.reward["reward"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("heights", "named"),
    [
        ([0.5, 0.500003], "the integral of h is above 1, the sum not 1 (by 3e-06)"),
        ([0.0] * 51, "the integral of h is below 1, the sum not 25.5 (by 1)"),
        ([1, 1, 1], "the integral of h is above 1, the sum not 1.5 (by 1)"),
        ([0.25], "the integral of h is below 1, the sum not 0.5 (by 0.5)"),
        ([0.5] * 52, "1 to 51 entries, not 52"),
        ([], "1 to 51 entries, not 0"),
        ([1.0000001, 0], "which is not 0 to 1"),
    ],
)
def test_functions_that_are_not_admissible(heights: object, named: str, tmp_path: Path) -> None:
    rejected(put("minimum-overlap", {"heights": heights}, tmp_path), named)


# Sorting network


def sorts(network: list[list[int]], values: list[int]) -> bool:
    values = list(values)
    for low, high in network:
        if values[low] > values[high]:
            values[low], values[high] = values[high], values[low]
    return values == sorted(values)


def test_the_reference_network_sorts_permutations_one_at_a_time(tmp_path: Path) -> None:
    content = solved(NETWORK, tmp_path)
    network = content["comparators"]
    rng = random.Random(7)
    for _ in range(3000):
        assert sorts(network, rng.sample(range(13), 13))
    assert all(sorts(network, list(bits)) for bits in itertools.product((0, 1), repeat=13))
    scored = put(NETWORK, content, tmp_path)
    depth = 0
    busy: dict[int, int] = {}
    for low, high in network:
        busy[low] = busy[high] = max(busy.get(low, 0), busy.get(high, 0)) + 1
        depth = max(depth, busy[low])
    assert scored.reward["reward"] == pytest.approx(len(network) + depth / 10, rel=1e-12)
    assert (scored.reward["idle"], scored.reward["needless"]) == (0, 0)


def test_every_comparator_of_the_reference_is_needed(tmp_path: Path) -> None:
    """Each one left out breaks the constraint, with the right number of inputs."""
    network = solved(NETWORK, tmp_path)["comparators"]
    inputs = [list(bits) for bits in itertools.product((0, 1), repeat=13)]
    for at in (0, 7, 23, len(network) - 1):
        left = network[:at] + network[at + 1 :]
        scored = put(NETWORK, {"comparators": left}, tmp_path)
        rejected(scored, "are out of order for some of 8192 inputs (by ")
        failed = sum(not sorts(left, values) for values in inputs)
        assert scored.reward["unsorted_inputs"] == failed
        given = scored.feedback.rpartition(" becomes ")[0].rpartition(" ")[2]
        assert not sorts(left, [int(bit) for bit in given])


def test_needless_comparators_are_found(tmp_path: Path) -> None:
    network = solved(NETWORK, tmp_path)["comparators"]
    more = [network[0], *network, [3, 9], [0, 12]]
    scored = put(NETWORK, {"comparators": more}, tmp_path)
    assert (scored.reward["size"], scored.reward["idle"]) == (len(network) + 3, 3)
    assert scored.reward["needless"] == 4  # of two equal ones either can go
    assert "3 never swap anything: number 1 " in scored.feedback


@pytest.mark.parametrize(
    ("comparator", "reason"),
    [
        ([5, 5], "comparator 0: [5, 5] must name the lower channel first"),
        ([7, 2], "comparator 0: [7, 2] must name the lower channel first, and two different ones"),
        ([0, 13], "comparator 0: its channels[1] is 13, which is not 0 to 12"),
        ([-1, 3], "comparator 0: its channels[0] is -1, which is not 0 to 12"),
        ([0.0, 1], "must be an integer, not float"),
        (["#true", 3], "must be an integer, not bool"),
        ([0, 1, 2], "must be a list of 2 entries, not 3"),
        ("01", "must be a list, not str"),
    ],
)
def test_comparators_that_are_none(comparator: object, reason: str, tmp_path: Path) -> None:
    network = [comparator, *baseline(NETWORK)["comparators"]]
    rejected(put(NETWORK, {"comparators": network}, tmp_path), reason)


def test_too_many_comparators_and_none_at_all(tmp_path: Path) -> None:
    rejected(put(NETWORK, {"comparators": [[0, 1]] * 201}, tmp_path), "0 to 200 entries, not 201")
    scored = put(NETWORK, {"comparators": []}, tmp_path)
    rejected(scored, "1000000000000 becomes 1000000000000")
    assert scored.reward["unsorted_inputs"] == 8192 - 14
