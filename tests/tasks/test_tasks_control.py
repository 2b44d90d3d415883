"""Controllers and flights: scores found again by other means, rules broken, cheats refused."""

import bisect
import importlib.util
import json
import math
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bundled import TASKS, Scored, judge, run, settings

LOOPS, FLIGHTS = "pid-tuning", "coverage-path"
FILES = {LOOPS: "plants.json", FLIGHTS: "missions.json"}


def data(name: str) -> Any:
    return json.loads((TASKS / name / "tests" / FILES[name]).read_text())


def reference(name: str, folder: Path) -> Any:
    return json.loads(run(name, folder / "reference", solution=True))


def scored(name: str, content: Any, folder: Path) -> Scored:
    return judge(name, json.dumps(content).encode(), folder)


def refused(found: Scored, reason: str) -> None:
    assert (found.reward["reward"], found.reward["feasible"]) == (0, 0)
    assert reason in found.feedback


@pytest.mark.parametrize("name", FILES)
def test_baseline_and_reference_score_as_stated(name: str, tmp_path: Path) -> None:
    first = judge(name, run(name, tmp_path / "app"), tmp_path)
    best = scored(name, reference(name, tmp_path), tmp_path)
    ours = settings(name)
    sign = 1 if ours["direction"] == "maximize" else -1
    assert (first.reward["feasible"], best.reward["feasible"]) == (1, 1)
    assert first.reward["reward"] == pytest.approx(ours["baseline"], rel=1e-9)
    assert best.reward["reward"] == pytest.approx(ours["best_known"], rel=1e-9)
    assert sign * ours["baseline"] < sign * best.reward["reward"]
    assert set(best.reward) <= {"reward", "feasible", *ours["metrics"]}
    assert len(first.feedback) < 1500
    told = float(first.feedback.partition(":")[2].split()[0])
    assert told == pytest.approx(ours["baseline"], abs=1e-4)
    given = TASKS / name / "environment" / "app" / FILES[name]
    assert given.read_bytes() == (TASKS / name / "tests" / FILES[name]).read_bytes()


def course(plant: dict[str, Any], values: dict[str, float], parts: int = 4) -> list[float]:
    """Return the output at the samples, the plant integrated by Runge-Kutta in observer form."""
    lead = plant["denominator"][0]
    poles = [entry / lead for entry in plant["denominator"][1:]]
    order = len(poles)
    zeros = [0.0] * (order - len(plant["numerator"])) + [n / lead for n in plant["numerator"]]
    h = plant["sample"]
    count, delay = round(plant["horizon"] / h), round(plant["delay"] / h)

    def slope(x: list[float], u: float) -> list[float]:
        return [
            -pole * x[0] + (x[i + 1] if i + 1 < order else 0.0) + zero * u
            for i, (pole, zero) in enumerate(zip(poles, zeros, strict=True))
        ]

    def moved(x: list[float], k: list[float], by: float) -> list[float]:
        return [a + by * b for a, b in zip(x, k, strict=True)]

    x, integral, smooth, last = [0.0] * order, 0.0, 0.0, 0.0
    outputs, queue = [], [0.0] * delay
    for step in range(count):
        y = x[0]
        slow = values["filter_time"]
        rate = values["derivative_time"] * (y - last)
        smooth = (slow * smooth - values["gain"] * rate) / (slow + h)
        asked = values["gain"] * (values["setpoint_weight"] - y) + integral + smooth
        given = min(max(asked, plant["low"]), plant["high"])
        integral += values["gain"] * h / values["integral_time"] * (1 - y)
        integral += h / values["tracking_time"] * (given - asked)
        last = y
        outputs.append(y)
        queue.append(given + (plant["load"] if step >= count // 2 else 0.0))
        u, d = queue[step], h / parts
        for _ in range(parts):
            k1 = slope(x, u)
            k2 = slope(moved(x, k1, d / 2), u)
            k3 = slope(moved(x, k2, d / 2), u)
            k4 = slope(moved(x, k3, d), u)
            mean = [(a + 2 * b + 2 * c + e) / 6 for a, b, c, e in zip(k1, k2, k3, k4, strict=True)]
            x = moved(x, mean, d)
    return outputs


def test_the_loops_behave_the_same_when_integrated_step_by_step(tmp_path: Path) -> None:
    controllers = reference(LOOPS, tmp_path)
    found = scored(LOOPS, controllers, tmp_path).reward
    product = 1.0
    for name, plant in data(LOOPS).items():
        y, h = course(plant, controllers[name]), plant["sample"]
        half = len(y) // 2
        itae = [
            h * sum(k * h * abs(1 - value) for k, value in enumerate(part))
            for part in (y[:half], y[half:])
        ]
        cost = (itae[0] / plant["itae_setpoint"] + itae[1] / plant["itae_load"]) / 2
        assert found[f"cost_{name}"] == pytest.approx(cost, rel=1e-5)
        product *= cost
        assert max(y[:half]) - 1 <= plant["most_overshoot"]
    assert found["reward"] == pytest.approx(product ** (1 / 6), rel=1e-5)


def module(name: str, file: str) -> ModuleType:
    """Return a module of a task's own, loaded by its path and with its neighbours at hand."""
    path = TASKS / name / file
    sys.path.insert(0, str(path.parent))
    try:
        spec = importlib.util.spec_from_file_location(f"of_{name.replace('-', '_')}", path)
        assert spec is not None
        assert spec.loader is not None
        found = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(found)
    finally:
        sys.path.remove(str(path.parent))
    return found


def test_sampled_plants_answer_frequencies_as_the_textbook_says() -> None:
    """First-order lag, integrator and a pure gain at rest have closed forms."""
    loop = module(LOOPS, "tests/loop.py")
    plants = data(LOOPS)
    for step in range(1, 30):
        for name in ("oven", "pipe", "tank"):
            plant = plants[name]
            h = plant["sample"]
            angle = math.pi * step / 30
            z = complex(math.cos(angle), math.sin(angle))
            if name == "tank":
                closed = plant["numerator"][0] * h / (z - 1)
            else:
                decay = math.exp(-h / plant["denominator"][0])
                closed = plant["numerator"][0] * (1 - decay) / (z - decay)
            closed /= z ** round(plant["delay"] / h)
            assert loop.response(loop.sample(plant), z) == pytest.approx(closed, rel=1e-9)
    for name, gain in (("beam", 1.0), ("turbine", 1.0), ("oven", 2.0)):
        assert loop.response(loop.sample(plants[name]), 1 + 0j) == pytest.approx(gain, rel=1e-9)


def test_the_sensitivity_tells_how_much_more_gain_a_loop_bears(tmp_path: Path) -> None:
    """Below Ms / (Ms - 1) times the gain a loop stays stable: that is what it is limited for."""
    controllers = reference(LOOPS, tmp_path)
    for name, plant in data(LOOPS).items():
        most = plant["most_sensitivity"]
        wide = {**plant, "low": -1e6, "high": 1e6}
        values = controllers[name]
        values["gain"] *= 0.9 * most / (most - 1)
        y = course(wide, values, parts=1)
        assert max(abs(1 - value) for value in y[-len(y) // 20 :]) < 0.1


def nearest(points: list[tuple[float, float]], x: float, y: float) -> float:
    """Return the least distance to sorted points, looking at those within 20 m in x alone."""
    low = bisect.bisect_left(points, (x - 20.0, -math.inf))
    high = bisect.bisect_right(points, (x + 20.0, math.inf))
    return min((math.dist(p, (x, y)) for p in points[low:high]), default=math.inf)


def test_the_flights_see_and_use_what_they_are_said_to(tmp_path: Path) -> None:
    """Distances from points every quarter metre; energies by the angle that the wind demands."""
    flight = module(FLIGHTS, "tests/flight.py")
    paths = reference(FLIGHTS, tmp_path)
    found = scored(FLIGHTS, paths, tmp_path).reward
    total = 0.0
    for name, mission in data(FLIGHTS).items():
        points: list[tuple[float, float]] = []
        used, headings = 0.0, []
        for a, b in pairwise(paths[name]):
            length = math.dist(a, b)
            parts = max(1, math.ceil(4 * length))
            points += [
                (a[0] + (b[0] - a[0]) * k / parts, a[1] + (b[1] - a[1]) * k / parts)
                for k in range(parts + 1)
            ]
            track = math.atan2(b[1] - a[1], b[0] - a[0])
            speed, blows = math.hypot(*mission["wind"]), math.atan2(*mission["wind"][::-1])
            crab = math.asin(speed / 12 * math.sin(blows - track))
            used += 0.25 * length / (12 * math.cos(crab) + speed * math.cos(blows - track))
            headings.append(track)
        for old, new in pairwise(headings):
            used += 0.12 * math.acos(max(-1.0, min(1.0, math.cos(new - old))))
        points.sort()
        whole = seen = 0.0
        for (i, j), weight in flight.cells(mission).items():
            away = nearest(points, 10 * i + 5, 10 * j + 5)
            whole += weight
            seen += weight * min(1.0, max(0.0, (20 - away) / 10))
        assert found[f"covered_{name}"] == pytest.approx(100 * seen / whole, abs=0.02)
        assert found[f"energy_{name}"] == pytest.approx(used, rel=1e-6)
        assert used <= mission["budget"] * (1 + 1e-6)
        total += 100 * seen / whole - 2 * used / mission["budget"]
        zones = mission["no_fly"]
        assert not any(
            flight.inside(zone, *p) and flight.edge_distance(zone, p) > 1e-3
            for p in points
            for zone in zones
        )
    assert found["reward"] == pytest.approx(total / 3, abs=0.02)


Change = Callable[[Any], object]


def put(*path: Any) -> Change:
    """Return what puts the last item at the place that the others lead to."""

    def change(content: Any) -> None:
        *way, last, value = path
        for key in way:
            content = content[key]
        content[last] = value

    return change


def short(name: str, *points: list[float]) -> Change:
    """Return what makes one flight go from the base by these points and back."""

    def change(content: Any) -> None:
        base = content[name][0]
        content[name] = [base, *points, base]

    return change


def scale(name: str, **factors: float) -> Change:
    """Return what multiplies parameters of one controller."""

    def change(content: Any) -> None:
        for key, factor in factors.items():
            content[name][key] *= factor

    return change


BROKEN: list[tuple[str, Change, str]] = [
    (LOOPS, put("servo", "setpoint_weight", 2.0), "servo: overshoot above 0.1 (by 0.02"),
    (LOOPS, scale("oven", integral_time=8.0), "oven: error at the end of a half above 0.01 (by"),
    (LOOPS, scale("pipe", integral_time=0.9), "pipe: max |S| above 1.6 (by"),
    (LOOPS, scale("servo", filter_time=0.9), "servo: max |C S| above 40.0 (by"),
    (FLIGHTS, put("marsh", 0, [200, 7]), "marsh: starts away from the base, m (by 2)"),
    (FLIGHTS, put("marsh", -1, [203, 5]), "marsh: ends away from the base, m (by 3)"),
    (
        FLIGHTS,
        short("quarry", *[[210.0, 100.0 - 80 * (k % 2)] for k in range(40)]),
        "quarry: energy above the budget of 45 kJ (by",
    ),
    (
        FLIGHTS,
        short("quarry", [210, -7]),
        "quarry: leg 0 leaves the field, m flown outside (by 7)",
    ),
    (
        FLIGHTS,
        short("orchard", [10, 145], [300, 145], [300, 50]),
        "orchard: leg 1 enters no-fly zone 0, m flown inside (by 71.4286)",
    ),
]
"""Task, change of the reference, and what the feedback says."""


@pytest.mark.parametrize("case", range(len(BROKEN)))
def test_a_broken_constraint_is_named_with_its_amount(case: int, tmp_path: Path) -> None:
    name, change, told = BROKEN[case]
    content = reference(name, tmp_path)
    change(content)
    found = scored(name, content, tmp_path)
    refused(found, told)
    assert found.reward["worst_violation"] > 0


CHEATS: list[tuple[str, Change, str]] = [
    (LOOPS, put("oven", "gain", -1), "oven.gain is -1, which is not 0 to 100"),
    (LOOPS, put("oven", "gain", 1e9), "oven.gain is 1e+09, which is not 0 to 100"),
    (LOOPS, put("oven", "gain", 0), "oven: error at the end of a half above 0.01"),
    (LOOPS, put("oven", "gain", math.nan), "NaN is not a number"),
    (LOOPS, put("oven", "gain", True), "oven.gain must be a number, not bool"),
    (LOOPS, put("oven", "integral_time", 0), "oven.integral_time is 0, which is not"),
    (LOOPS, put("oven", "tracking_time", -1), "oven.tracking_time is -1, which is not"),
    (LOOPS, put("oven", "filter_time", -0.1), "oven.filter_time is -0.1, which is not"),
    (LOOPS, put("oven", "derivative_time", math.inf), "Infinity is not a number"),
    (LOOPS, put("oven", "itae_load", 1e9), "unknown: 'itae_load'"),
    (LOOPS, put("oven", []), "oven must be one object"),
    (LOOPS, put("plants", {}), "unknown: 'plants'"),
    (FLIGHTS, put("marsh", []), "marsh must be a list of 2 to 120 entries, not 0"),
    (FLIGHTS, put("marsh", [[200, 5]] * 121), "marsh must be a list of 2 to 120 entries, not 121"),
    (FLIGHTS, put("marsh", 1, [200, 5, 9]), "marsh[1] must be a list of 2 entries, not 3"),
    (FLIGHTS, put("marsh", 1, [1e9, 5]), "marsh[1][0] is 1e+09, which is not -1000 to 1000"),
    (FLIGHTS, put("marsh", 1, [math.nan, 5]), "NaN is not a number"),
    (FLIGHTS, put("marsh", 1, [True, 5]), "marsh[1][0] must be a number, not bool"),
    (FLIGHTS, put("marsh", 1, "base"), "marsh[1] must be a list, not str"),
    (FLIGHTS, put("budget", 1e9), "unknown: 'budget'"),
]


@pytest.mark.parametrize("case", range(len(CHEATS)))
def test_what_is_out_of_its_domain_is_refused(case: int, tmp_path: Path) -> None:
    name, change, told = CHEATS[case]
    content = reference(name, tmp_path)
    change(content)
    refused(scored(name, content, tmp_path), told)


@pytest.mark.parametrize("name", FILES)
def test_a_repeated_key_is_refused(name: str, tmp_path: Path) -> None:
    text = json.dumps(reference(name, tmp_path))
    key = text[1 : text.index(":")]
    refused(judge(name, f"{{{key}: [], {text[1:]}".encode(), tmp_path), "repeats a key")


def test_a_drone_that_stays_at_home_is_feasible_and_sees_little(tmp_path: Path) -> None:
    bases = {name: [mission["base"]] * 2 for name, mission in data(FLIGHTS).items()}
    reward = scored(FLIGHTS, bases, tmp_path).reward
    assert reward["feasible"] == 1
    assert 0 < reward["reward"] < 3
    assert reward["energy_marsh"] == 0
