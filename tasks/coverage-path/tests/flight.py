"""Geometry and energy of a flight over a field; the model and its sources are in verify.py."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

AIR_SPEED = 12.0  # m/s
POWER = 0.25  # kW in level flight
TURN = 0.12  # kJ per radian of a turn
CELL = 10.0  # m, side of a cell
SHARP, SEEN = 10.0, 20.0  # m from the path: seen fully up to the first, not at all from the second
BASE_WEIGHT = 0.3  # of a cell far from every spot
EDGE = 1e-6  # m from an edge that still count as on it

Point = tuple[float, float]
Polygon = list[list[float]]


def inside(polygon: Polygon, x: float, y: float) -> bool:
    """Return whether a point lies in a simple polygon: an odd number of edges to its right."""
    found = False
    for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            found = not found
    return found


def distance(p: Point, a: Point, b: Point) -> float:
    """Return the distance of `p` to the straight piece from `a` to `b`."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    share = ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square if square > 0 else 0.0
    share = 0.0 if share < 0 else 1.0 if share > 1 else share
    return math.hypot(p[0] - a[0] - share * dx, p[1] - a[1] - share * dy)


def edge_distance(polygon: Polygon, p: Point) -> float:
    """Return the distance of a point to the polygon's edges."""
    edges = zip(polygon, polygon[1:] + polygon[:1], strict=True)
    return min(distance(p, (a[0], a[1]), (b[0], b[1])) for a, b in edges)


def length_inside(polygon: Polygon, a: Point, b: Point, wanted: bool) -> float:
    """Return how many metres from `a` to `b` are inside (`wanted`) or outside."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    cuts = [0.0, 1.0]
    for (px, py), (qx, qy) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        ex, ey = qx - px, qy - py
        across = dx * ey - dy * ex
        if across != 0:
            share = ((px - a[0]) * ey - (py - a[1]) * ex) / across
            if 0 < share < 1:
                cuts.append(share)
    total = 0.0
    for first, last in pairwise(sorted(cuts)):
        middle = (first + last) / 2
        p = (a[0] + middle * dx, a[1] + middle * dy)
        if inside(polygon, *p) is wanted and edge_distance(polygon, p) > EDGE:
            total += (last - first) * length
    return total


def leg_energy(a: Point, b: Point, wind: list[float]) -> float:
    """Return the energy in kJ of a straight leg, flown at AIR_SPEED against and with the wind."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return 0.0
    along = (wind[0] * dx + wind[1] * dy) / length
    cross = (wind[0] * dy - wind[1] * dx) / length
    return POWER * length / (along + math.sqrt(AIR_SPEED**2 - cross**2))


def energy(path: list[Point], wind: list[float]) -> float:
    """Return the energy in kJ of a path: its legs, and the turns between those that have length."""
    total, heading = 0.0, None
    for a, b in pairwise(path):
        if a == b:
            continue
        total += leg_energy(a, b, wind)
        new = math.atan2(b[1] - a[1], b[0] - a[0])
        if heading is not None:
            total += TURN * abs(math.remainder(new - heading, math.tau))
        heading = new
    return total


def cells(mission: dict[str, Any]) -> dict[tuple[int, int], float]:
    """Return the weight of every cell whose middle is in the field and in no no-fly zone."""
    field, found = mission["field"], {}
    for i in range(math.ceil(max(x for x, _ in field) / CELL)):
        for j in range(math.ceil(max(y for _, y in field) / CELL)):
            x, y = (i + 0.5) * CELL, (j + 0.5) * CELL
            if inside(field, x, y) and not any(inside(zone, x, y) for zone in mission["no_fly"]):
                found[i, j] = BASE_WEIGHT + math.fsum(
                    amount * math.exp(-((x - sx) ** 2 + (y - sy) ** 2) / (2 * spread**2))
                    for sx, sy, amount, spread in mission["spots"]
                )
    return found


def views(path: list[Point], known: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Return how well each of the `known` cells is seen, from 0 to 1, without those not seen."""
    best: dict[tuple[int, int], float] = {}
    for a, b in pairwise(path):
        low = [math.floor((min(p, q) - SEEN) / CELL) for p, q in zip(a, b, strict=True)]
        high = [math.floor((max(p, q) + SEEN) / CELL) for p, q in zip(a, b, strict=True)]
        for i in range(low[0], high[0] + 1):
            for j in range(low[1], high[1] + 1):
                if (i, j) in known:
                    away = distance(((i + 0.5) * CELL, (j + 0.5) * CELL), a, b)
                    if away < SEEN:
                        view = 1.0 if away <= SHARP else (SEEN - away) / (SEEN - SHARP)
                        best[i, j] = max(view, best.get((i, j), 0.0))
    return best
