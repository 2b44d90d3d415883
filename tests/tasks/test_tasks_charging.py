"""The charging tables: the cell's model by another method, its limits, and cheats."""

import math
from pathlib import Path

import numpy as np
import pytest
from bundled import judge
from perturbed import answer_of, assert_infeasible, judged, output, replaced

NAME = "battery-fast-charging"
AMBIENT = {"cold": 278.15, "mild": 298.15, "warm": 311.15}
F, R = 96485.33212, 8.314462618
# radius, thickness, solid fraction, most lithium, fraction at 0%, diffusivity, its activation,
# reaction rate, its activation, and whether lithium goes in when the cell is charged
GRAPHITE = (5.86e-6, 85.2e-6, 0.75, 33133, 0.0437, 3.3e-14, 30e3, 6.48e-7, 35e3, 1)
NMC = (5.22e-6, 75.6e-6, 0.665, 63104, 0.8427, 4e-15, 25e3, 3.42e-6, 17.8e3, -1)
SHELLS = 40


def graphite(x: float) -> float:
    steps = ((0.0909, 29.8538, 0.1234), (0.04478, 14.9159, 0.2769), (0.0205, 30.4444, 0.6103))
    return (
        1.9793 * math.exp(-39.3631 * x)
        + 0.2482
        - sum(a * math.tanh(b * (x - c)) for a, b, c in steps)
    )


def nmc(y: float) -> float:
    steps = ((0.0428, 18.5138, 0.5542), (17.7326, 15.7890, 0.3117), (-17.5842, 15.9308, 0.3120))
    return 4.4875 - 0.8090 * y - sum(a * math.tanh(b * (y - c)) for a, b, c in steps)


class Particle:
    """Fick's law in shells of a sphere, implicit in time: no polynomial profile is assumed."""

    def __init__(self, values: tuple[float, ...], charge: float) -> None:
        self.radius, thickness, solid, self.most, empty, self.diffusion, self.slower = values[:7]
        self.rate, self.rate_slower, self.sign = values[7:]
        volume = solid * thickness * 0.1027
        self.area = 3 / self.radius * volume
        filled = empty + self.sign * charge * 5 * 3600 / (F * volume * self.most)
        self.held = np.full(SHELLS, filled * self.most)
        edges = np.linspace(0, self.radius, SHELLS + 1)
        self.volumes = (edges[1:] ** 3 - edges[:-1] ** 3) / 3
        self.faces = edges**2
        self.gap = self.radius / SHELLS

    def moved(self, current: float, kelvin: float, step: float) -> None:
        speed = self.diffusion * math.exp(self.slower / R * (1 / 298.15 - 1 / kelvin))
        through = speed * self.faces[1:-1] / self.gap
        leaving = np.append(through, 0) + np.append(0, through)
        matrix = np.diag(self.volumes / step + leaving) - np.diag(through, 1) - np.diag(through, -1)
        right = self.volumes / step * self.held
        self.inward = self.sign * current / (F * self.area)
        right[-1] += self.faces[-1] * self.inward
        self.held = np.linalg.solve(matrix, right)
        self.surface = (self.held[-1] + self.inward * self.gap / 2 / speed) / self.most
        self.mean = float(self.held @ self.volumes / self.volumes.sum()) / self.most

    def loss(self, kelvin: float) -> float:
        speed = self.rate * math.exp(self.rate_slower / R * (1 / 298.15 - 1 / kelvin))
        root = math.sqrt(1000 * self.surface * self.most * (self.most - self.surface * self.most))
        return 2 * R * kelvin / F * math.asinh(abs(F * self.inward) / 2 / speed / root)


def by_shells(ambient: float, stages: list[list[float]], step: float = 4.0) -> dict[str, float]:
    """Return minutes, mAh lost, highest voltage, hottest kelvin and smallest margin."""
    anode, cathode = Particle(GRAPHITE, 0.1), Particle(NMC, 0.1)
    kelvin, time, charge, lost = ambient, 0.0, 0.1, 0.0
    highest, hottest, least = 0.0, ambient, 1.0
    for seconds, current in stages:
        seconds = min(seconds, (0.8 - charge) * 18000 / current)
        count = math.ceil(seconds / step)
        for _ in range(count):
            dt = seconds / count
            anode.moved(current, kelvin, dt)
            cathode.moved(current, kelvin, dt)
            down, up = anode.loss(kelvin), cathode.loss(kelvin)
            drop = 0.02 * current * math.exp(-20e3 / R * (1 / 298.15 - 1 / kelvin))
            margin = graphite(anode.surface) - down - 0.3 * drop
            voltage = nmc(cathode.surface) + up - graphite(anode.surface) + down + drop
            rest = nmc(cathode.mean) - graphite(anode.mean)
            side = 2e-3 * math.exp(50e3 / R * (1 / 298.15 - 1 / kelvin))
            lost += side * math.exp(-0.5 * F * margin / R / kelvin) * dt / 3.6
            kelvin += (current * (voltage - rest) - 0.08 * (kelvin - ambient)) / 75 * dt
            highest, hottest, least = (
                max(highest, voltage),
                max(hottest, kelvin),
                min(least, margin),
            )
        time, charge = time + seconds, charge + seconds * current / 18000
    return {"min": time / 60, "mAh": lost, "V": highest, "K": hottest, "margin": least}


def test_the_charge_by_shells_of_the_particles(tmp_path: Path) -> None:
    """Profiles of 40 shells instead of a polynomial, and implicit Euler instead of Runge-Kutta."""
    tables = answer_of(NAME, solution=True)
    reward = judged(NAME, tables, tmp_path).reward
    worth = 0.0
    for name, ambient in AMBIENT.items():
        found = by_shells(ambient, tables[name])
        assert reward[f"minutes_{name}"] == pytest.approx(found["min"], rel=1e-9)
        assert found["V"] < 4.2 + 0.005
        assert found["K"] < 318.15 + 0.3
        assert found["margin"] > 0.010 - 0.004
        worth += (found["min"] + 5 * found["mAh"]) / 3
    assert reward["reward"] == pytest.approx(worth, rel=0.01)


@pytest.mark.parametrize(
    ("name", "stages", "reason"),
    [
        ("mild", [[3000, 4.0], [7200, 4.2]], " V, the limit is 4.2, in V"),
        ("warm", [[600, 7.0], [7000, 2.0]], "warm at 600 s: 46.9873 C, the limit is 45, in K"),
        ("cold", [[600, 10.0], [7200, 1.2]], "plating margin -0.031839 V, at least 0.01 is needed"),
        ("mild", [[3600, 3.0]], "the table ends at a state of charge of 0.70000"),
        ("mild", [[10, 15.5], [7000, 3.0]], "stage 0 asks for 15.5 A, the limit is 15, in A"),
        ("cold", [[7200, 1.0], [7200, 1.0], [7200, 1.0]], "cold: the table lasts 21,600 s"),
    ],
)
def test_each_limit_is_named(
    name: str, stages: list[list[float]], reason: str, tmp_path: Path
) -> None:
    tables = answer_of(NAME) | {name: stages}
    scored = judged(NAME, tables, tmp_path)
    assert_infeasible(scored, reason)
    assert (scored.reward["violations"], scored.reward["worst_violation"] > 0) == (1, True)


def test_a_current_that_empties_a_surface_is_named(tmp_path: Path) -> None:
    tables = answer_of(NAME) | {"cold": [[6290, 2.0], [7200, 100.0]]}
    assert_infeasible(judged(NAME, tables, tmp_path), "cold: a surface", "outruns diffusion")


def test_the_amount_is_the_excess_itself(tmp_path: Path) -> None:
    tables = answer_of(NAME) | {"mild": [[10, 15.25], [7200, 3.0]]}
    scored = judged(NAME, tables, tmp_path)
    assert_infeasible(scored, "stage 0 asks for 15.25 A")
    assert (scored.reward["violations"], scored.reward["worst_violation"]) == (1, 0.25)


def test_time_after_the_target_is_not_counted(tmp_path: Path) -> None:
    """And a charge that is cut into more stages of the same currents is the same charge."""
    tables = answer_of(NAME)
    before = judged(NAME, tables, tmp_path).reward
    *others, (seconds, current) = tables["mild"]
    third = seconds / 3
    tables["mild"] = [*others, [third, current], [third, current], [third + 500, current]]
    tables["cold"] = [*tables["cold"], [300, 15.0]]
    after = judged(NAME, tables, tmp_path).reward
    assert after["reward"] == pytest.approx(before["reward"], rel=1e-6)


@pytest.mark.parametrize(
    ("place", "text", "reason"),
    [
        (("cold", 0, 0), "-100", "cold[0][0], seconds, is -100, which is not 10 to 7200"),
        (("cold", 0, 0), "9", "is 9, which is not 10 to 7200"),
        (("cold", 0, 0), "1e-9", "which is not 10 to 7200"),
        (("cold", 0, 0), "7201", "which is not 10 to 7200"),
        (("cold", 0, 1), "-2.5", "cold[0][1], amperes, is -2.5, which is not 0 to 100"),
        (("cold", 0, 1), "true", "must be a number, not bool"),
        (("cold", 0), "[600, 2.5, 0.8]", "cold[0] must be a list of 2 entries, not 3"),
        (("cold", 0), '{"seconds": 1}', "must be a list, not dict"),
        (("cold",), "[]", "cold must be a list of 1 to 8 entries, not 0"),
        (("cold",), str([[600, 2.0]] * 9), "cold must be a list of 1 to 8 entries, not 9"),
        (("cold",), "NaN", "NaN is not a number"),
    ],
)
def test_answers_outside_their_domain(
    place: tuple[str | int, ...], text: str, reason: str, tmp_path: Path
) -> None:
    content = replaced(output(NAME), place, text)
    assert_infeasible(judge(NAME, content, tmp_path), reason)


def test_a_rest_is_allowed_and_counts_as_time(tmp_path: Path) -> None:
    tables = answer_of(NAME)
    before = judged(NAME, tables, tmp_path).reward
    tables["warm"] = [[600, 0], *tables["warm"]]
    after = judged(NAME, tables, tmp_path).reward
    assert after["minutes_warm"] == pytest.approx(before["minutes_warm"] + 10, rel=1e-9)
    assert after["lost_mah"] > before["lost_mah"]


def test_the_most_steps_that_a_table_can_ask_for_take_no_long_time(tmp_path: Path) -> None:
    """`verify` allows 30 seconds; eight stages of nearly no current are the slowest table."""
    slow = [[1800, 1e-6]] * 7 + [[1800, 15.0]]
    scored = judged(NAME, dict.fromkeys(AMBIENT, slow), tmp_path)
    assert_infeasible(scored, "cold")
