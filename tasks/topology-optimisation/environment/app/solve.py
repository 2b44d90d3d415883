"""Draw a frame of five bars into the grid, as thick as the volume allows. Writes densities.json.

The bars keep their proportions; one factor for all widths is found by bisection.
"""

import json
import math

import numpy as np
from beam import COLUMNS, MOST_VOLUME, ROWS, filtered

# Each bar: x and y of its two ends, in elements from the upper left corner, and its width.
TOP = [0.0, 1.5, 40.0, 1.5, 3.0]
BOTTOM = [0.0, 18.5, 60.0, 18.5, 3.0]
STRUT = [40.0, 1.5, 59.0, 18.5, 3.0]
FIRST_POST = [20.0, 1.5, 20.0, 18.5, 3.0]
SECOND_POST = [40.0, 1.5, 40.0, 18.5, 3.0]
EDGE = 1.0  # elements over which a bar's edge fades out
SPARE = 0.005  # of the volume, left unused


def density(x: float, y: float, factor: float) -> float:
    """Return the density at a point when all widths are multiplied by `factor`."""
    densest = 0.0
    for ax, ay, bx, by, width in (TOP, BOTTOM, STRUT, FIRST_POST, SECOND_POST):
        along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / math.dist((ax, ay), (bx, by)) ** 2
        along = min(max(along, 0.0), 1.0)
        away = math.dist((x, y), (ax + along * (bx - ax), ay + along * (by - ay)))
        densest = max(densest, 0.5 + (width * factor / 2 - away) / EDGE)
    return min(densest, 1.0)


def drawn(factor: float) -> np.ndarray:
    """Return the densities of all elements."""
    rows = [
        [density(column + 0.5, row + 0.5, factor) for column in range(COLUMNS)]
        for row in range(ROWS)
    ]
    return np.array(rows)


def main() -> None:
    """Write the thickest frame within the volume."""
    thin, thick = 0.1, 10.0
    for _ in range(20):
        factor = (thin + thick) / 2
        if filtered(drawn(factor)).mean() > MOST_VOLUME * (1 - SPARE):
            thick = factor
        else:
            thin = factor
    rows = [[round(value, 4) for value in row] for row in drawn(thin).tolist()]
    with open("densities.json", "w") as file:
        json.dump({"densities": rows}, file)


if __name__ == "__main__":
    main()
