"""A sampled linear plant under a digital PID controller: its course in time, and its robustness.

The equations and their sources are in the docstring of verify.py.
"""

from __future__ import annotations

import cmath
import math
from operator import mul
from typing import Any, NamedTuple

FREQUENCIES = 400
SMALLEST = 1e-12
"""Of |1 + P C|, where the sensitivity would be infinite."""

Plant = dict[str, Any]
Matrix = list[list[float]]


class Controller(NamedTuple):
    """The parameters of a controller; times in seconds."""

    gain: float
    integral_time: float
    derivative_time: float
    filter_time: float
    setpoint_weight: float
    tracking_time: float


class Sampled(NamedTuple):
    """A plant from sample to sample: x' = a x + b u, y = c x, with u `delay` samples old."""

    a: Matrix
    b: list[float]
    c: list[float]
    delay: int
    period: float


def product(left: Matrix, right: Matrix) -> Matrix:
    """Return the product of two matrices."""
    columns = list(zip(*right, strict=True))
    return [[math.fsum(map(mul, row, column)) for column in columns] for row in left]


def exponential(matrix: Matrix) -> Matrix:
    """Return the exponential of a square matrix with entries up to 10 or so, by its series."""
    size, halvings = range(len(matrix)), 6
    scaled = [[entry / 2**halvings for entry in row] for row in matrix]
    term = [[float(i == j) for j in size] for i in size]
    total = [row[:] for row in term]
    for k in range(1, 20):
        term = [[entry / k for entry in row] for row in product(term, scaled)]
        total = [list(map(sum, zip(*rows, strict=True))) for rows in zip(total, term, strict=True)]
    for _ in range(halvings):
        total = product(total, total)
    return total


def sample(plant: Plant) -> Sampled:
    """Return the plant numerator / denominator * exp(-delay s) under a zero-order hold, exactly."""
    lead, *rest = plant["denominator"]
    order, period = len(rest), plant["sample"]
    a = [[-entry / lead for entry in rest]]
    a += [[float(j == i) for j in range(order)] for i in range(order - 1)]
    b = [1.0 / lead] + [0.0] * (order - 1)
    both = [[entry * period for entry in [*row, b[i]]] for i, row in enumerate(a)]
    both = exponential([*both, [0.0] * (order + 1)])
    c = [0.0] * (order - len(plant["numerator"])) + plant["numerator"]
    a, b = [row[:-1] for row in both[:-1]], [row[-1] for row in both[:-1]]
    return Sampled(a, b, c, round(plant["delay"] / period), period)


def simulate(plant: Plant, sampled: Sampled, controller: Controller) -> tuple[list[float], ...]:
    """Return the plant's output and the actuator's at every sample of the horizon."""
    k, ti, td, tf, weight, tt = controller
    a, b, c, delay, h = sampled
    low, high, load = plant["low"], plant["high"], plant["load"]
    count = round(plant["horizon"] / h)
    x, integral, derivative, before = [0.0] * len(b), 0.0, 0.0, 0.0
    outputs, actions = [], []
    inputs = [0.0] * delay  # what enters the plant, sample by sample
    for step in range(count):
        y = sum(map(mul, c, x))
        derivative = (tf * derivative - k * td * (y - before)) / (tf + h)
        wanted = k * (weight - y) + integral + derivative
        action = low if wanted < low else high if wanted > high else wanted
        integral += h * (k / ti * (1 - y) + (action - wanted) / tt)
        before = y
        outputs.append(y)
        actions.append(action)
        inputs.append(action + load if 2 * step >= count else action)
        entering = inputs[step]
        x = [sum(map(mul, row, x)) + gain * entering for row, gain in zip(a, b, strict=True)]
    return outputs, actions


def response(sampled: Sampled, z: complex) -> complex:
    """Return c (z - a)^-1 b z^-delay, by elimination."""
    rows = [
        [*(-entry + 0j for entry in row), gain + 0j]
        for row, gain in zip(sampled.a, sampled.b, strict=True)
    ]
    order = len(rows)
    for i in range(order):
        rows[i][i] += z
    for i in range(order):
        pivot = max(range(i, order), key=lambda j: abs(rows[j][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for j in range(order):
            if j != i:
                factor = rows[j][i] / rows[i][i]
                rows[j] = [p - factor * q for p, q in zip(rows[j], rows[i], strict=True)]
    return sum(c * rows[i][-1] / rows[i][i] for i, c in enumerate(sampled.c)) / z**sampled.delay


def sensitivities(
    plant: Plant, sampled: Sampled, controller: Controller
) -> tuple[float, float, float]:
    """Return max |S|, max |C S| and the frequency of the first in rad/s."""
    k, ti, td, tf, _, _ = controller
    h = sampled.period
    first, last = math.log(1 / plant["horizon"]), math.log(math.pi / h)
    found = []
    for step in range(FREQUENCIES):
        frequency = math.exp(first + (last - first) * step / (FREQUENCIES - 1))
        z = cmath.exp(1j * frequency * h)
        c = k * (1 + h / (ti * (z - 1)) + td * (z - 1) / ((tf + h) * z - tf))
        away = max(abs(1 + response(sampled, z) * c), SMALLEST)
        found.append((1 / away, abs(c) / away, frequency))
    worst = max(found)
    return worst[0], max(control for _, control, _ in found), worst[2]
