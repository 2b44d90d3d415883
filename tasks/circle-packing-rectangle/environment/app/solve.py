"""Pack 21 circles into a rectangle of perimeter 4: rows of circles, every other row shifted.

The centres come first; then the circles get their radii one after another. Writes packing.json.
"""

import json
import math

CIRCLES = 21
WIDTH = 1.3  # of the rectangle; its height is 2 - WIDTH
ROWS = 4  # rows of circles, from the bottom up
SHORT_ROW = 5  # circles of the even rows (0, 2, ...); the odd rows share the rest
SHIFT = 0.2  # of the odd rows to the right, in distances between neighbours
STRETCH = 0.9  # 1 spreads the rows' ends over the whole width, less keeps them from the walls
LIFT = 0.85  # the same for the lowest and the highest row
BULGE = 0.0  # moves the rows away from the middle (above 0) or towards it
SHARE = 0.4  # of the distance to a neighbour that a circle takes while that one has no radius


def row_lengths() -> list[int]:
    """Return how many circles each row has, 21 in all."""
    lengths = [max(SHORT_ROW, 1) if row % 2 == 0 else 0 for row in range(max(ROWS, 2))]
    odd = [row for row, length in enumerate(lengths) if length == 0]
    rest = max(CIRCLES - sum(lengths), 0)
    for turn, row in enumerate(odd):
        lengths[row] = rest // len(odd) + (turn < rest % len(odd))
    return lengths


def place_centres(height: float) -> list[tuple[float, float]]:
    """Return the centres of all circles, kept inside the rectangle."""
    lengths = row_lengths()
    centres = []
    for row, length in enumerate(lengths):
        level = (row + 0.5) / len(lengths) * 2 - 1  # from -1 at the bottom to 1 at the top
        level *= LIFT * (1 + BULGE * (1 - level * level))
        for k in range(length):
            along = (k + 0.5 + (SHIFT if row % 2 else 0.0)) / length * 2 - 1
            centres.append(((1 + along * STRETCH) * WIDTH / 2, (1 + level) * height / 2))
    return [(min(max(x, 0.0), WIDTH), min(max(y, 0.0), height)) for x, y in centres[:CIRCLES]]


def size_circles(centres: list[tuple[float, float]], height: float) -> list[float]:
    """Give the circles their radii in order: as large as the walls and the neighbours allow."""
    radii: list[float] = []
    for i, (x, y) in enumerate(centres):
        radius = min(x, WIDTH - x, y, height - y)
        for j, other in enumerate(centres):
            if j < i:
                radius = min(radius, math.dist((x, y), other) - radii[j])
            elif j > i:
                radius = min(radius, math.dist((x, y), other) * SHARE)
        radii.append(max(radius, 0.0))
    return radii


def main() -> None:
    """Write the width and the circles as [x, y, radius]."""
    height = 2 - WIDTH
    centres = place_centres(height)
    radii = size_circles(centres, height)
    circles = [[x, y, radius] for (x, y), radius in zip(centres, radii)]
    with open("packing.json", "w") as file:
        json.dump({"width": WIDTH, "circles": circles}, file)
    print(f"sum of radii {math.fsum(radii):.6f}")


if __name__ == "__main__":
    main()
