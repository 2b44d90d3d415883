"""Score a packing of 21 circles in a rectangle of perimeter 4. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

The problem is B.13 of A. Novikov et al., "AlphaEvolve: a coding agent for scientific and
algorithmic discovery" (2025): choose the sides w + h = 2 too, maximise the sum of the radii.
The height is never read: it is 2 - width, so that the perimeter is exactly 4 whatever is written.
All geometry is decided in exact rational arithmetic on the numbers in the file: distances are
irrational, so they are taken as lower bounds that are 2**-120 below the truth at most.
"""

import math
from fractions import Fraction
from itertools import combinations
from pathlib import Path

from answers import Scored, broken, main, number, numbers, read_json, rows, table

OUTPUT = "packing.json"
CIRCLES = 21
HALF_PERIMETER = 2
TOLERANCE = Fraction(1, 10**9)
BEST_KNOWN = 2.365832376  # task.toml names the sources
CONTACT = 1e-7  # a gap below this counts as a contact in the metrics
ROOT_BITS = 120

Circle = tuple[Fraction, Fraction, Fraction]


def read_packing(path: Path) -> tuple[Fraction, list[Circle]]:
    """Return the width and the circles x, y, r. Raises Refused when something is wrong."""
    content = table(read_json(path), path.name, ("width", "circles"))
    width = Fraction(number(content["width"], "width", 0, HALF_PERIMETER))
    circles: list[Circle] = []
    for i, row in enumerate(rows(content["circles"], "circles", CIRCLES)):
        x, y, r = map(Fraction, numbers(row, f"circle {i}: [x, y, r]", 3, 0, HALF_PERIMETER))
        circles.append((x, y, r))
    return width, circles


def root_below(square: Fraction) -> Fraction:
    """Return the largest multiple of 2**-ROOT_BITS whose square does not exceed `square`."""
    scaled = (square.numerator << 2 * ROOT_BITS) // square.denominator
    return Fraction(math.isqrt(scaled), 1 << ROOT_BITS)


def gaps(width: Fraction, circles: list[Circle]) -> list[tuple[Fraction, str]]:
    """Return every gap (circle to wall, circle to circle; negative: violated) with its name."""
    height = HALF_PERIMETER - width
    found = []
    for i, (x, y, r) in enumerate(circles):
        walls = (("left", x), ("right", width - x), ("bottom", y), ("top", height - y))
        found += [(room - r, f"circle {i} and the {side} wall") for side, room in walls]
    for (i, (ax, ay, ar)), (j, (bx, by, br)) in combinations(enumerate(circles), 2):
        distance = root_below((ax - bx) ** 2 + (ay - by) ** 2)
        found.append((distance - ar - br, f"circles {i} and {j}"))
    return found


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`.

    The reward is the sum of the radii. Violations up to the tolerance count as rounding: every
    radius is then reduced by the worst of them, so that the reward is always the sum of a packing
    that is exactly feasible.
    """
    width, circles = read_packing(app / OUTPUT)
    measured = gaps(width, circles)
    worst = max(-min(measured)[0], Fraction(0))
    if worst > TOLERANCE:
        return broken((-gap, f"{name} overlap") for gap, name in measured if -gap > TOLERANCE)
    total = float(sum(max(r - worst, Fraction(0)) for _, _, r in circles))
    contacts = sum(gap < CONTACT for gap, _ in measured)
    free = 1 - math.pi * sum(float(r * r) for _, _, r in circles) / area(width)
    record = {
        "reward": total,
        "feasible": 1,
        "worst_violation": float(worst),
        "contacts": contacts,
        "width": float(width),
        "free_area": free,
        "smallest_radius": float(min(r for _, _, r in circles)),
    }
    return record, praise(total, width, circles, contacts, free)


def area(width: Fraction) -> float:
    """Return the area of the rectangle; a side of length 0 holds circles of radius 0 only."""
    return float(max(width * (HALF_PERIMETER - width), Fraction(1, 10**9)))


def praise(total: float, width: Fraction, circles: list[Circle], contacts: int, free: float) -> str:
    """Say how good a feasible packing is and where it is loose."""
    order = sorted(range(CIRCLES), key=lambda i: circles[i][2])
    smallest = ", ".join(f"circle {i} ({float(circles[i][2]):.4f})" for i in order[:4])
    loosest = max(range(CIRCLES), key=lambda i: slack(i, width, circles))
    return (
        f"Sum of radii {total:.9f}; best known {BEST_KNOWN}, {BEST_KNOWN - total:.6f} away.\n"
        f"Rectangle {float(width):.6f} x {float(HALF_PERIMETER - width):.6f}; "
        f"{100 * free:.1f}% of its area is free.\n"
        f"{contacts} contacts (gap below {CONTACT:g}); a rigid packing needs about 64.\n"
        f"Smallest circles: {smallest}.\n"
        f"Loosest: circle {loosest}, which could grow by {slack(loosest, width, circles):.4f} "
        f"where it stands.\n"
    )


def slack(i: int, width: Fraction, circles: list[Circle]) -> float:
    """Return by how much the radius of circle `i` alone could grow, up to rounding."""
    x, y, r = (float(value) for value in circles[i])
    walls = min(x, float(width) - x, y, float(HALF_PERIMETER - width) - y)
    others = (circle for j, circle in enumerate(circles) if j != i)
    return min(walls, *(math.hypot(x - a, y - b) - c for a, b, c in others)) - r


if __name__ == "__main__":
    main(score)
