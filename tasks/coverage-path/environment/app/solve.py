"""Fly over fields in parallel sweeps, from one side on until the battery must bring the drone home.

Lines at one angle are cut by the field's border and the no-fly zones; their pieces are flown one
after the other, back and forth, around the zones where need be. Reads missions.json, writes
paths.json.
"""

import heapq
import json
import math

ANGLE = {"orchard": 5.0, "quarry": 5.0, "marsh": 5.0}  # degrees, direction of the sweeps
START = {"orchard": 0.5, "quarry": 0.5, "marsh": 0.5}  # spacings from the border to the first line
SPACING = 30.0  # m between two lines; a path sees cells fully up to 10 m away, dimly up to 20 m
MARGIN = 12.0  # m by which the ends of a piece stay away from borders and zones
SHORTEST = 15.0  # m, shorter pieces are left out
LEAST_WEIGHT = 0.31  # a piece is cut off where all that is left of it weighs less; nothing < 0.3
RESERVE = 0.02  # share of the battery that is brought home
AROUND = 1.0  # m between the corners of zones and the way around them

AIR_SPEED, POWER, TURN = 12.0, 0.25, 0.12  # m/s, kW, kJ per radian


def crossings(polygon, a, b):
    """Return where the way from a to b crosses a polygon's edges, as shares of it."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    found = []
    for (px, py), (qx, qy) in zip(polygon, polygon[1:] + polygon[:1]):
        ex, ey = qx - px, qy - py
        across = dx * ey - dy * ex
        if across != 0:
            share = ((px - a[0]) * ey - (py - a[1]) * ex) / across
            along = ((px - a[0]) * dy - (py - a[1]) * dx) / across
            if 0 <= share <= 1 and 0 <= along < 1:
                found.append(share)
    return sorted(found)


def clear(mission, a, b):
    """Return whether the straight way from a to b stays in the field and out of the zones."""
    return not any(crossings(polygon, a, b) for polygon in [mission["field"], *mission["no_fly"]])


def corners(mission):
    """Return points beside all corners: outside of zones, inside of the field."""
    found = []
    for polygon in [mission["field"], *mission["no_fly"]]:
        area = sum(
            ax * by - ay * bx for (ax, ay), (bx, by) in zip(polygon, polygon[1:] + polygon[:1])
        )
        side = math.copysign(AROUND, area) * (1 if polygon is mission["field"] else -1)
        for (ax, ay), (bx, by), (cx, cy) in zip(
            polygon[-1:] + polygon[:-1], polygon, polygon[1:] + polygon[:1]
        ):
            first, second = math.dist((ax, ay), (bx, by)), math.dist((bx, by), (cx, cy))
            x = -(by - ay) / first - (cy - by) / second
            y = (bx - ax) / first + (cx - bx) / second
            length = math.hypot(x, y)
            found.append((bx + 1.5 * side * x / length, by + 1.5 * side * y / length))
    return found


def route(mission, a, b):
    """Return the points of a shortest clear way from a to b, without a itself."""
    if clear(mission, a, b):
        return [b]
    nodes = [b, *corners(mission)]
    heap, settled = [(0.0, a, [])], set()
    while heap:
        length, place, way = heapq.heappop(heap)
        if place == b:
            return way
        if place in settled:
            continue
        settled.add(place)
        for node in nodes:
            if node not in settled and clear(mission, place, node):
                heapq.heappush(heap, (length + math.dist(place, node), node, [*way, node]))
    raise ValueError(f"no way from {a} to {b}")


def energy(mission, path):
    """Return the energy of a path in kJ."""
    total, heading = 0.0, None
    wx, wy = mission["wind"]
    for (ax, ay), (bx, by) in zip(path, path[1:]):
        length = math.hypot(bx - ax, by - ay)
        if length == 0:
            continue
        x, y = (bx - ax) / length, (by - ay) / length
        ground_speed = wx * x + wy * y + math.sqrt(AIR_SPEED**2 - (wx * y - wy * x) ** 2)
        total += POWER * length / ground_speed
        new = math.atan2(y, x)
        if heading is not None:
            total += TURN * abs(math.remainder(new - heading, math.tau))
        heading = new
    return total


def weight(mission, x, y):
    """Return what a cell with its middle at x, y weighs."""
    return 0.3 + sum(
        amount * math.exp(-((x - sx) ** 2 + (y - sy) ** 2) / (2 * spread**2))
        for sx, sy, amount, spread in mission["spots"]
    )


def worthwhile(mission, first, last):
    """Return the piece from the first to the last place that weighs enough, or None."""
    parts = max(1, round(math.dist(first, last) / 5))
    places = [
        tuple(a + (b - a) * k / parts for a, b in zip(first, last)) for k in range(parts + 1)
    ]
    good = [place for place in places if weight(mission, *place) >= LEAST_WEIGHT]
    return [good[0], good[-1]] if good and math.dist(good[0], good[-1]) >= SHORTEST else None


def pieces(mission, angle, start):
    """Return the pieces of all sweep lines in the order of the sweep, as pairs of points."""
    x, y = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    field, zones = mission["field"], mission["no_fly"]
    depths = [-y * px + x * py for px, py in field]
    depth, found, line = min(depths) + start * SPACING, [], 0
    while depth < max(depths):
        a = (-y * depth - 1000 * x, x * depth - 1000 * y)
        b = (-y * depth + 1000 * x, x * depth + 1000 * y)
        cuts = sorted(cut for polygon in [field, *zones] for cut in crossings(polygon, a, b))
        row = []
        for first, last in zip(cuts[::2], cuts[1::2]):
            low, high = 2000 * first - 1000 + MARGIN, 2000 * last - 1000 - MARGIN
            if high > low:
                ends = [(-y * depth + x * at, x * depth + y * at) for at in (low, high)]
                row.append(worthwhile(mission, *ends))
        row = [piece for piece in row if piece is not None]
        found += [piece[::-1] for piece in row[::-1]] if line % 2 else row
        depth, line = depth + SPACING, line + 1
    return found


def fly(mission, angle, start):
    """Return the waypoints of one mission."""
    base = tuple(mission["base"])
    path, home = [base], []
    for first, last in pieces(mission, angle, start):
        longer = [*path, *route(mission, path[-1], first), last]
        back = route(mission, last, base)
        if energy(mission, [*longer, *back]) > (1 - RESERVE) * mission["budget"]:
            break
        path, home = longer, back
    return path + home


def main():
    """Plan every mission."""
    with open("missions.json") as file:
        missions = json.load(file)
    paths = {
        name: fly(mission, ANGLE[name], START[name]) for name, mission in missions.items()
    }
    with open("paths.json", "w") as file:
        json.dump(paths, file)


if __name__ == "__main__":
    main()
