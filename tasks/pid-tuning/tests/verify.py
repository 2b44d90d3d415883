"""Score PID controllers for six plants by simulation. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

A digital PID controller with setpoint weight b, filtered derivative of the measurement and
anti-windup by tracking, as in K. J. Astrom and T. Hagglund, "PID Controllers: Theory, Design and
Tuning", ISA 1995, chapter 3. At every sample k (period h), from the measurement y and setpoint 1:

    D_k = (Tf D_(k-1) - K Td (y_k - y_(k-1))) / (Tf + h)      D_(-1) = 0, y_(-1) = 0
    v_k = K (b - y_k) + I_k + D_k                             I_0 = 0
    u_k = v_k within the actuator's limits
    I_(k+1) = I_k + h (K / Ti (1 - y_k) + (u_k - v_k) / Tt)

The plant starts at rest, is linear, and is driven by u_k + load, delayed and held over one period
(the delay is a whole number of periods). So a step with the period's matrix exponential is exact:
nothing is lost by integrating in steps of h. The setpoint steps from 0 to 1 at time 0, the load
from 0 to its value at half the horizon. In each half, ITAE = h * sum of t |1 - y|, t from the step.

Robustness is that of the sampled loop without limits, P(z) C(z) with z = exp(i w h):

    C(z) = K (1 + h / (Ti (z - 1)) + Td (z - 1) / ((Tf + h) z - Tf)),   S = 1 / (1 + P C)

max |S| = Ms keeps the gain margin above Ms / (Ms - 1), the phase margin above 2 asin(1 / (2 Ms));
max |C S| is how far noise of one frequency in y moves the actuator. Both are taken over 400
frequencies w, evenly by logarithm from 1 / horizon to pi / h, in rad/s.

The plants are textbook shapes with numbers set by hand: one lag with delay, mostly delay, a
swinging second order, an integrator with delay, a zero in the right half plane, which is
(1 - s) / (1 + s)^3, and an integrator with two lags.

The score: per plant, the mean of both ITAE over the reference's (`itae_setpoint` and `itae_load` in
plants.json); over the plants, the geometric mean.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import NamedTuple

from answers import Scored, broken, main, number, read_json, table
from loop import Controller, Plant, sample, sensitivities, simulate

OUTPUT = "controllers.json"
PLANTS = Path(__file__).with_name("plants.json")
DOMAINS = {
    "gain": (0.0, 100.0),
    "integral_time": (0.01, 1000.0),
    "derivative_time": (0.0, 100.0),
    "filter_time": (0.0, 100.0),
    "setpoint_weight": (0.0, 2.0),
    "tracking_time": (0.1, 1000.0),
}
TAIL = 10  # a tenth of each half is where the error must be gone
MOST_LEFT = 0.01  # of the setpoint
TOLERANCE = 1e-9
BEST_KNOWN = 1.0


class Found(NamedTuple):
    """What a controller does on its plant."""

    itae_setpoint: float
    itae_load: float
    overshoot: float
    left: float
    sensitivity: float
    control_sensitivity: float
    frequency: float
    saturated: float


def read_controller(value: object, name: str) -> Controller:
    """Return the controller of one plant, every parameter in its domain."""
    found = table(value, name, tuple(DOMAINS))
    return Controller(
        *(
            float(number(found[key], f"{name}.{key}", low, high))
            for key, (low, high) in DOMAINS.items()
        )
    )


def examine(plant: Plant, controller: Controller) -> Found:
    """Simulate a controller on its plant and take the measures of the loop."""
    sampled = sample(plant)
    outputs, actions = simulate(plant, sampled, controller)
    period, half = sampled.period, len(outputs) // 2
    errors = [abs(1 - y) for y in outputs]
    first, second = errors[:half], errors[half:]
    sensitivity, control, frequency = sensitivities(plant, sampled, controller)
    limits = (plant["low"], plant["high"])
    return Found(
        itae_setpoint=period * math.fsum(k * period * e for k, e in enumerate(first)),
        itae_load=period * math.fsum(k * period * e for k, e in enumerate(second)),
        overshoot=max(outputs[:half]) - 1,
        left=max(first[-(half // TAIL) :] + second[-(half // TAIL) :]),
        sensitivity=sensitivity,
        control_sensitivity=control,
        frequency=frequency,
        saturated=sum(u in limits for u in actions) / len(actions),
    )


def violations(name: str, plant: Plant, found: Found) -> list[tuple[float, str]]:
    """Return every broken limit of one loop: by how much, which one."""
    checks = [
        (found.overshoot, plant["most_overshoot"], "overshoot"),
        (found.left, MOST_LEFT, "error at the end of a half"),
        (found.sensitivity, plant["most_sensitivity"], "max |S|"),
        (found.control_sensitivity, plant["most_control"], "max |C S|"),
    ]
    return [
        (value - limit, f"{name}: {what} above {limit}")
        for value, limit, what in checks
        if value > limit * (1 + TOLERANCE)
    ]


def cost(plant: Plant, found: Found) -> float:
    """Return the mean of both ITAE over the reference's."""
    setpoint = found.itae_setpoint / plant["itae_setpoint"]
    return (setpoint + found.itae_load / plant["itae_load"]) / 2


def score(app: Path) -> Scored:
    """Return the geometric mean of the plants' costs, and what to say of it."""
    plants: dict[str, Plant] = json.loads(PLANTS.read_text())
    content = table(read_json(app / OUTPUT), OUTPUT, tuple(plants))
    controllers = {name: read_controller(content[name], name) for name in plants}
    loops = {name: examine(plant, controllers[name]) for name, plant in plants.items()}
    wrong = [
        limit for name, plant in plants.items() for limit in violations(name, plant, loops[name])
    ]
    if wrong:
        return broken(wrong)
    costs = {name: cost(plant, loops[name]) for name, plant in plants.items()}
    mean = math.exp(math.fsum(map(math.log, costs.values())) / len(costs))
    metrics = {f"cost_{name}": value for name, value in costs.items()}
    return {"reward": mean, "feasible": 1, **metrics}, praise(mean, plants, loops, costs)


def praise(
    mean: float, plants: dict[str, Plant], loops: dict[str, Found], costs: dict[str, float]
) -> str:
    """Say how good each loop is and how far it uses its limits, the worst first."""
    lines = [f"Geometric mean of relative ITAE: {mean:.5f} (best known {BEST_KNOWN:.5f})."]
    for name in sorted(costs, key=lambda name: -costs[name]):
        plant, found = plants[name], loops[name]
        lines.append(
            f"- {name}: {costs[name]:.3f}; ITAE {found.itae_setpoint:.4g} setpoint,"
            f" {found.itae_load:.4g} load; overshoot {found.overshoot:.3f} of"
            f" {plant['most_overshoot']}; max |S| {found.sensitivity:.3f} of"
            f" {plant['most_sensitivity']} at {found.frequency:.2g} rad/s; max |C S|"
            f" {found.control_sensitivity:.2f} of {plant['most_control']};"
            f" saturated {100 * found.saturated:.0f} %"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
