"""Pack 26 circles into the unit square: one in the middle and two rings around it.

The centres come first; then the circles get their radii one after another. Writes packing.json.
"""

import json
import math

INNER_COUNT = 8  # circles of the inner ring; the outer ring takes the rest
INNER_DISTANCE = 0.2  # from the middle to the centres of the inner ring
INNER_TURN = 0.0  # how far the ring is turned, in steps from one circle to the next
INNER_SQUARENESS = 0.0  # 0 keeps the ring round, 1 makes it a square
OUTER_DISTANCE = 0.4
OUTER_TURN = 0.0
OUTER_SQUARENESS = 0.0
SHARE = 0.4  # of the distance to a neighbour that a circle takes while that one has no radius


def ring(count: int, distance: float, turn: float, squareness: float) -> list[tuple[float, float]]:
    """Spread `count` centres evenly by angle over a ring around the middle of the square."""
    centres = []
    for k in range(count):
        angle = 2 * math.pi * (k + turn) / count
        x, y = math.cos(angle), math.sin(angle)
        reach = distance * (1 - squareness + squareness / max(abs(x), abs(y)))
        centres.append((0.5 + reach * x, 0.5 + reach * y))
    return centres


def place_centres(count: int) -> list[tuple[float, float]]:
    """Return the centres of all circles, kept inside the square."""
    centres = [(0.5, 0.5)]
    centres += ring(INNER_COUNT, INNER_DISTANCE, INNER_TURN, INNER_SQUARENESS)
    centres += ring(count - len(centres), OUTER_DISTANCE, OUTER_TURN, OUTER_SQUARENESS)
    return [(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)) for x, y in centres]


def size_circles(centres: list[tuple[float, float]]) -> list[float]:
    """Give the circles their radii in order: as large as the walls and the neighbours allow."""
    radii: list[float] = []
    for i, (x, y) in enumerate(centres):
        radius = min(x, 1 - x, y, 1 - y)
        for j, other in enumerate(centres):
            if j < i:
                radius = min(radius, math.dist((x, y), other) - radii[j])
            elif j > i:
                radius = min(radius, math.dist((x, y), other) * SHARE)
        radii.append(max(radius, 0.0))
    return radii


def main() -> None:
    """Write the packing as [x, y, radius] per circle."""
    centres = place_centres(26)
    radii = size_circles(centres)
    circles = [[x, y, radius] for (x, y), radius in zip(centres, radii)]
    with open("packing.json", "w") as file:
        json.dump({"circles": circles}, file)
    print(f"sum of radii {math.fsum(radii):.6f}")


if __name__ == "__main__":
    main()
