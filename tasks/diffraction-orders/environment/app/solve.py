"""Design five fan-out gratings: add plane waves with a quadratic phase, keep the nearest level.

If every wanted order had the same amplitude and nothing but the phase of their sum were kept, the
orders would come out nearly equal as long as the sum is about equally bright everywhere. Phases
that grow with the square of the order's number do that. The profile is sampled in steps of the
smallest feature. Reads designs.json, writes gratings.json.
"""

import cmath
import json
import math

# Per grating: the second difference of the orders' phases, in units of 2 pi / number of orders.
CURVATURE = {
    "binary-7": 1.0,
    "binary-16": 1.0,
    "quaternary-5": 1.0,
    "quaternary-9": 1.0,
    "quaternary-15": 1.0,
}
# Per grating: a phase added to the whole sum before it is rounded to the levels, in radians.
OFFSET = {
    "binary-7": 0.3,
    "binary-16": 0.3,
    "quaternary-5": 0.3,
    "quaternary-9": 0.3,
    "quaternary-15": 0.3,
}
# Where in each step of the profile the sum is taken, from 0, its start, to 1, its end.
PLACE = 0.5


def wanted_phase(x: float, orders: list[int], curvature: float) -> float:
    """Return the phase of the sum of all orders at `x`, a fraction of the period."""
    total = 0j
    for number, order in enumerate(orders):
        chirp = math.pi * curvature * number**2 / len(orders)
        total += cmath.exp(1j * (chirp + 2 * math.pi * order * x))
    return cmath.phase(total)


def nearest_level(phase: float, levels: int) -> int:
    """Return the number of the phase level, of `levels` equal steps of a turn, that is nearest."""
    return round(phase / (2 * math.pi) * levels) % levels


def design(name: str, levels: int, orders: list[int], period: float, step: float) -> dict:
    """Return transitions and levels of one grating."""
    count = int(period / step)
    profile = []
    for k in range(count):
        phase = wanted_phase((k + PLACE) / count, orders, CURVATURE[name]) + OFFSET[name]
        profile.append(nearest_level(phase, levels))
    steps = [k for k in range(count) if profile[k] != profile[k - 1]]
    return {
        "transitions": [k * period / count for k in steps],
        "levels": [profile[k] for k in steps],
    }


def main() -> None:
    """Write all gratings."""
    with open("designs.json") as file:
        given = json.load(file)
    period, step = given["period"], given["smallest_feature"]
    gratings = {
        name: design(name, wanted["levels"], wanted["orders"], period, step)
        for name, wanted in given["designs"].items()
    }
    with open("gratings.json", "w") as file:
        json.dump(gratings, file)


if __name__ == "__main__":
    main()
