"""Spread 11 points over a triangle: three rings of three points, and two more.

The triangle has the corners (0, 0), (1, 0) and (0, 1). Writes points.json.
"""

import json

# A ring has one point near each corner: `DEPTH` is its way from the corner towards the far side,
# `LEAN` where it aims at on that side (0 and 1 are the side's ends).
OUTER_DEPTH = 0.2
OUTER_LEAN = 0.3
MIDDLE_DEPTH = 0.3
MIDDLE_LEAN = 0.8
INNER_DEPTH = 0.5
INNER_LEAN = 0.1
# The two points outside the rings.
FIRST_X = 0.1
FIRST_Y = 0.2
SECOND_X = 0.5
SECOND_Y = 0.25


def between(low: float, value: float, high: float) -> float:
    """Return `value`, or the end of the range that it lies beyond."""
    return min(max(value, low), high)


def ring(depth: float, lean: float) -> list[list[float]]:
    """Return three points, one per corner, that turn into each other around the triangle."""
    depth, lean = between(0.0, depth, 1.0), between(0.0, lean, 1.0)
    near, left, right = 1 - depth, depth * lean, depth * (1 - lean)
    return [[near, left], [right, near], [left, right]]


def main() -> None:
    """Write the points as [x, y]."""
    points = ring(OUTER_DEPTH, OUTER_LEAN)
    points += ring(MIDDLE_DEPTH, MIDDLE_LEAN)
    points += ring(INNER_DEPTH, INNER_LEAN)
    for x, y in ((FIRST_X, FIRST_Y), (SECOND_X, SECOND_Y)):
        x = between(0.0, x, 1.0)
        points.append([x, between(0.0, y, 1.0 - x)])
    with open("points.json", "w") as file:
        json.dump({"points": points}, file)


if __name__ == "__main__":
    main()
