"""The flow reactor: its balances by another method, its limits, and plans that cheat."""

import math
import runpy
from pathlib import Path
from typing import Any

import pytest
from bundled import TASKS, judge
from perturbed import answer_of, assert_infeasible, judged, output, replaced

NAME = "reaction-yield"
# k at 90 degrees (L/(mol s), the last two 1/s) and activation energies (kJ/mol), as in the task
KINETICS = {
    "overreaction": ((0.060, 0.0012, 0.0030, 0.020, 1e-6, 0.0), (45, 48, 72, 60, 100, 50)),
    "isomer": ((0.050, 0.0040, 0.0005, 0.0020, 1.5e-5, 0.0), (78, 50, 60, 60, 120, 50)),
    "fading": ((0.030, 0.0006, 0.0010, 0.0040, 4e-6, 0.0030), (58, 60, 66, 60, 110, 75)),
}


def by_seconds(name: str, plan: dict[str, Any], step: float = 0.03) -> dict[str, float]:
    """Follow one litre of the feed of A through the reactor in time, by Heun's method.

    Moles per litre of feed, in a volume that grows with each dose.
    """
    constants, activations = KINETICS[name]
    a = plan["concentration"]
    moles = [a, 0.0, 0.0, 0.0, 0.0, 0.0]  # A to F
    volume, kelvin, hottest = 1.0, 298.15, 298.15

    def change(moles: list[float], kelvin: float) -> tuple[list[float], float]:
        k = [
            one * math.exp(-energy * 1e3 / 8.314462618 * (1 / kelvin - 1 / 363.15))
            for one, energy in zip(constants, activations, strict=True)
        ]
        r1, r2 = (k[i] * moles[0] * moles[1] / volume for i in (0, 1))
        r3, r4 = k[2] * moles[2] * moles[1] / volume, k[3] * moles[3] * moles[1] / volume
        r5, r6 = k[4] * moles[2], k[5] * moles[1]
        heat = 95e3 * (r1 + r2 + r3 + r4) / volume  # W/L
        rise = (heat + 0.1e3 * (wall - kelvin)) / 2e3
        return [-r1 - r2, -r1 - r2 - r3 - r4 - r6, r1 - r3 - r5, r2 - r4, r3 + r4, r5], rise

    for dose, celsius in zip(plan["doses"], plan["temperatures"], strict=True):
        wall, added = celsius + 273.15, a * dose / 5.0
        kelvin = (kelvin * volume + 298.15 * added) / (volume + added)
        volume += added
        moles[1] += a * dose
        seconds = 4.0 / (plan["flow"] * volume) * 60.0
        count = math.ceil(seconds / step)
        h = seconds / count
        for _ in range(count):
            first, warm = change(moles, kelvin)
            guess = [m + h * d for m, d in zip(moles, first, strict=True)]
            second, warmer = change(guess, kelvin + h * warm)
            moles = [m + h / 2 * (x + y) for m, x, y in zip(moles, first, second, strict=True)]
            kelvin += h / 2 * (warm + warmer)
            hottest = max(hottest, kelvin)
    dosed = a * sum(plan["doses"])
    waste = moles[0] + moles[3] + moles[4] + moles[5]
    earned = 200 * moles[2] - 70 * a - 9 * dosed - 50 * waste - 3 * volume
    return {
        "margin": earned * plan["flow"] * 0.06,
        "yield": moles[2] / a,
        "hottest": hottest - 273.15,
        "left": moles[0] / a,
        "byproducts": (moles[3] + moles[4] + moles[5]) / moles[2],
        "balance": (sum(moles) - moles[1]) / a,
    }


def test_the_margins_by_following_a_litre(tmp_path: Path) -> None:
    plans = answer_of(NAME, solution=True)
    reward = judged(NAME, plans, tmp_path).reward
    margins = []
    for name, plan in plans.items():
        found = by_seconds(name, plan)
        assert found["balance"] == pytest.approx(1.0, abs=1e-9)
        assert reward[f"margin_{name}"] == pytest.approx(found["margin"], abs=2e-3)
        assert reward[f"yield_{name}"] == pytest.approx(found["yield"], abs=1e-5)
        assert found["hottest"] < 112.4662 + 0.02
        assert found["left"] < 0.03 + 1e-5
        assert found["byproducts"] < 0.10 + 1e-5
        margins.append(found["margin"])
    assert reward["reward"] == pytest.approx(sum(margins) / 3, abs=2e-3)


def test_ethanol_boils_where_it_should() -> None:
    """At 78.3 degrees under one atmosphere, and at 4 bar less than 1 K from the tables (117.9)."""
    reactor = runpy.run_path(str(TASKS / NAME / "tests" / "reactor.py"))
    assert reactor["boiling_celsius"](1.01325) == pytest.approx(78.3, abs=0.5)
    assert reactor["boiling_celsius"](4.0) == pytest.approx(117.4662, abs=1e-4)


BASE: dict[str, Any] = {
    "flow": 1.0,
    "concentration": 0.6,
    "doses": [1.5, 0.0, 0.0, 0.0, 0.0],
    "temperatures": [55.0] * 5,
}


@pytest.mark.parametrize(
    ("change", "reason", "amount"),
    [
        ({"concentration": 1.25}, "overreaction: 1.25 mol/L of A, 1.2 dissolve", 0.05),
        ({"doses": [1.5, 1, 1, 1, 0]}, "overreaction: 4.5 equivalents in all, 4 are allowed", 0.5),
        ({"flow": 0.6}, "of by-products D, E and F for", None),
        ({"flow": 2.0}, "of the A fed is left, 0.03 is allowed", None),
    ],
)
def test_each_limit_is_named(
    change: dict[str, Any], reason: str, amount: float | None, tmp_path: Path
) -> None:
    plans = answer_of(NAME) | {"overreaction": BASE | change}
    scored = judged(NAME, plans, tmp_path)
    assert_infeasible(scored, reason)
    assert scored.reward["violations"] == 1
    assert scored.reward["worst_violation"] > 0
    if amount is not None:
        assert scored.reward["worst_violation"] == pytest.approx(amount, abs=1e-12)


def test_boiling_and_the_pumps_are_named(tmp_path: Path) -> None:
    plans = answer_of(NAME)
    plans["isomer"]["temperatures"][4] = 120.0
    scored = judged(NAME, plans, tmp_path)
    assert_infeasible(scored, "isomer: liquid at 11", "C in zone 4, 112.4662 is allowed, in K")
    plans = answer_of(NAME)
    plans["overreaction"] = BASE | {"flow": 12.0}
    assert_infeasible(judged(NAME, plans, tmp_path), "bar at the pumps, 7 are allowed, in bar")


def test_the_hottest_place_inside_a_zone_counts(tmp_path: Path) -> None:
    """A wall below the limit, and an end of the zone below it, do not make the middle so."""
    hot = {
        "flow": 8.0,
        "concentration": 1.2,
        "doses": [0, 0, 1.4, 0, 0],
        "temperatures": [114, 114, 114, 60, 60],
    }
    scored = judged(NAME, answer_of(NAME) | {"isomer": hot}, tmp_path)
    assert_infeasible(scored, "isomer: liquid at 1", "C in zone 2, 112.4662 is allowed")


@pytest.mark.parametrize("temperature", [20, 130])
@pytest.mark.parametrize("flow", [0.5, 20])
def test_extreme_plans_are_judged_in_time(flow: float, temperature: float, tmp_path: Path) -> None:
    """The fastest reactions that the domain allows neither overflow nor take long."""
    plan = {
        "flow": flow,
        "concentration": 1.2,
        "doses": [4, 0, 0, 0, 0],
        "temperatures": [temperature] * 5,
    }
    scored = judged(NAME, dict.fromkeys(KINETICS, plan), tmp_path)
    assert scored.reward["feasible"] == 0
    assert all(math.isfinite(value) for value in scored.reward.values())


def test_without_nucleophile_nothing_is_made(tmp_path: Path) -> None:
    plans = answer_of(NAME) | {"isomer": BASE | {"doses": [0, 0, 0, 0, 0]}}
    assert_infeasible(judged(NAME, plans, tmp_path), "isomer: 1.00000 of the A fed is left")


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        (("isomer", "flow"), "0", "isomer: flow is 0, which is not 0.5 to 20"),
        (("isomer", "flow"), "-1", "isomer: flow is -1"),
        (("isomer", "flow"), "1e308", "isomer: flow is 1e+308"),
        (("isomer", "flow"), "[1]", "isomer: flow must be a number, not list"),
        (("isomer", "concentration"), "0", "isomer: concentration is 0, which is not 0.01 to 10"),
        (("isomer", "concentration"), "true", "must be a number, not bool"),
        (("isomer", "doses", 0), "-0.1", "isomer: doses[0] is -0.1, which is not 0 to 10"),
        (("isomer", "doses"), "[1]", "isomer: doses must be a list of 5 entries, not 1"),
        (("isomer", "temperatures", 4), "131", "temperatures[4] is 131, which is not 20 to 130"),
        (("isomer", "temperatures", 4), "-300", "temperatures[4] is -300"),
        (("isomer", "temperatures", 4), "NaN", "NaN is not a number"),
        (("isomer",), "[]", "isomer must be one object"),
    ],
)
def test_answers_outside_their_domain(
    place: tuple[str | int, ...], text: str, reason: str, tmp_path: Path
) -> None:
    content = replaced(output(NAME), place, text)
    assert_infeasible(judge(NAME, content, tmp_path), reason)


def test_kinetics_and_yields_are_not_the_candidates(tmp_path: Path) -> None:
    plans = answer_of(NAME)
    plans["isomer"]["yield"] = 1.0
    assert_infeasible(
        judged(NAME, plans, tmp_path), "isomer must be one object", "unknown", "yield"
    )
