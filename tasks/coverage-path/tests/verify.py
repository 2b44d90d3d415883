"""Score flights of a drone that inspects three fields. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Coverage path planning under an energy budget; for the problem and its ways of solution see
E. Galceran and M. Carreras, "A survey on coverage path planning for robotics", Robotics and
Autonomous Systems 61 (2013) 1258-1276. The drone flies straight from waypoint to waypoint at
constant air speed v and power P. By the wind triangle its speed over ground along the unit vector e
in the wind w is

    w . e + sqrt(v^2 - |w x e|^2)                  v = 12 m/s, P = 0.25 kW

so a leg of length L takes L / (that speed) and P times as much energy. A turn by the angle a costs
0.12 kJ per radian besides (slowing down and speeding up).

The field is divided into cells of 10 m x 10 m; those whose middle is outside of the field or in a
no-fly zone do not count. A cell's weight is 0.3 + sum over spots of amount exp(-d^2 / (2 spread^2))
with d the distance of its middle from the spot. Seen from a path that passes its middle at the
distance d, it is inspected fully for d <= 10 m, not at all for d >= 20 m, and linearly in between.

Fields, zones, winds and spots are made up by hand.

Score per mission: 100 * inspected weight / whole weight - 2 * energy / budget; then their mean.
"""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from answers import Scored, broken, main, numbers, read_json, rows, table
from flight import CELL, Point, cells, energy, length_inside, views

OUTPUT = "paths.json"
MISSIONS = Path(__file__).with_name("missions.json")
MOST_WAYPOINTS = 120
LOW, HIGH = -1000.0, 1000.0  # m, of a coordinate
NEAR = 1e-6  # m that the ends may be away from the base, and that may be flown where forbidden
TOLERANCE = 1e-9  # of the budget
ENERGY_PRICE = 2.0
BLOCK = 6  # cells in each direction, taken together in the feedback
BEST_KNOWN = 75.9964

Mission = dict[str, Any]


class Flown(NamedTuple):
    """What a path is worth."""

    covered: float
    energy: float
    left: dict[tuple[int, int], float]


def read_path(value: object, name: str) -> list[Point]:
    """Return the waypoints of one mission."""
    given = rows(value, name, least=2, most=MOST_WAYPOINTS)
    pairs = [numbers(pair, f"{name}[{at}]", 2, LOW, HIGH) for at, pair in enumerate(given)]
    return [(float(x), float(y)) for x, y in pairs]


def violations(name: str, mission: Mission, path: list[Point]) -> list[tuple[float, str]]:
    """Return every broken constraint of one path: by how many metres or kJ, which one."""
    base = (float(mission["base"][0]), float(mission["base"][1]))
    found = []
    for place, what in ((path[0], "starts"), (path[-1], "ends")):
        if math.dist(place, base) > NEAR:
            found.append((math.dist(place, base), f"{name}: {what} away from the base, m"))
    used, budget = energy(path, mission["wind"]), mission["budget"]
    if used > budget * (1 + TOLERANCE):
        found.append((used - budget, f"{name}: energy above the budget of {budget} kJ"))
    for at, (a, b) in enumerate(pairwise(path)):
        outside = length_inside(mission["field"], a, b, False)
        if outside > NEAR:
            found.append((outside, f"{name}: leg {at} leaves the field, m flown outside"))
        for k, zone in enumerate(mission["no_fly"]):
            entered = length_inside(zone, a, b, True)
            if entered > NEAR:
                found.append((entered, f"{name}: leg {at} enters no-fly zone {k}, m flown inside"))
    return found


def fly(mission: Mission, path: list[Point]) -> Flown:
    """Return the inspected share of the weight in %, the energy, and what each cell lacks."""
    weights = cells(mission)
    seen = views(path, weights)
    total = math.fsum(weights.values())
    left = {cell: weight * (1 - seen.get(cell, 0.0)) for cell, weight in weights.items()}
    covered = math.fsum(weights[cell] * view for cell, view in seen.items())
    return Flown(100 * covered / total, energy(path, mission["wind"]), left)


def score(app: Path) -> Scored:
    """Return the mean over the missions, and what to say of it."""
    missions: dict[str, Mission] = json.loads(MISSIONS.read_text())
    content = table(read_json(app / OUTPUT), OUTPUT, tuple(missions))
    paths = {name: read_path(content[name], name) for name in missions}
    wrong = [
        found
        for name, mission in missions.items()
        for found in violations(name, mission, paths[name])
    ]
    if wrong:
        return broken(wrong)
    flights = {name: fly(mission, paths[name]) for name, mission in missions.items()}
    scores = {
        name: flown.covered - ENERGY_PRICE * flown.energy / missions[name]["budget"]
        for name, flown in flights.items()
    }
    mean = math.fsum(scores.values()) / len(scores)
    metrics = {f"covered_{name}": flown.covered for name, flown in flights.items()}
    metrics |= {f"energy_{name}": flown.energy for name, flown in flights.items()}
    told = praise(mean, missions, paths, flights, scores)
    return {"reward": mean, "feasible": 1, **metrics}, told


def praise(
    mean: float,
    missions: dict[str, Mission],
    paths: dict[str, list[Point]],
    flights: dict[str, Flown],
    scores: dict[str, float],
) -> str:
    """Say what each flight covers and where the most weight is left."""
    lines = [f"Mean score: {mean:.4f} (best known {BEST_KNOWN:.4f}, none above 100)."]
    for name, flown in flights.items():
        blocks: dict[tuple[int, int], float] = {}
        for (i, j), lacking in flown.left.items():
            block = i // BLOCK, j // BLOCK
            blocks[block] = blocks.get(block, 0.0) + lacking
        total = math.fsum(flown.left.values())
        worst = sorted(blocks, key=lambda block: -blocks[block])[:3]
        side = BLOCK * round(CELL)
        where = ", ".join(
            f"x {i * side}-{(i + 1) * side} y {j * side}-{(j + 1) * side}"
            f" ({100 * blocks[i, j] / total:.0f} %)"
            for i, j in worst
        )
        length = math.fsum(math.dist(a, b) for a, b in pairwise(paths[name]))
        lines.append(
            f"- {name}: {scores[name]:.3f}; covered {flown.covered:.2f} %, energy"
            f" {flown.energy:.2f} of {missions[name]['budget']} kJ, {length:.0f} m,"
            f" {len(paths[name])} waypoints; of what is left, most is in {where}"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
