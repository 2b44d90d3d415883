"""Score a packing of 26 circles in the unit square. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Reads APP_DIR/packing.json as data and writes LOG_DIR/reward.json and LOG_DIR/feedback.md.
All geometry is decided in exact rational arithmetic on the numbers in the file: distances are
irrational, so they are taken as lower bounds that are 2**-120 below the truth at most.
"""

import math
from fractions import Fraction
from itertools import combinations
from pathlib import Path

from answers import Refused, Scored, broken, main, number, read_json, rows, table

OUTPUT = "packing.json"
CIRCLES = 26
TOLERANCE = Fraction(1, 10**9)
BEST_KNOWN = 2.635983085  # task.toml names the sources
CONTACT = 1e-7  # a gap below this counts as a contact in the metrics
ROOT_BITS = 120

Circle = tuple[Fraction, Fraction, Fraction]


def read_circles(path: Path) -> list[Circle]:
    """Return the circles in the output. Raises Refused when the shape is wrong."""
    content = table(read_json(path), path.name, ("circles",))
    circles: list[Circle] = []
    for i, row in enumerate(rows(content["circles"], "circles", CIRCLES)):
        if not isinstance(row, list) or len(row) != 3:
            raise Refused(f"circle {i} must be a list [x, y, r]")
        x, y, r = (
            Fraction(number(v, f"circle {i}: {name}")) for name, v in zip("xyr", row, strict=True)
        )
        if r < 0:
            raise Refused(f"circle {i}: the radius {float(r):.6g} is negative")
        circles.append((x, y, r))
    return circles


def root_below(square: Fraction) -> Fraction:
    """Return the largest multiple of 2**-ROOT_BITS whose square does not exceed `square`."""
    scaled = (square.numerator << 2 * ROOT_BITS) // square.denominator
    return Fraction(math.isqrt(scaled), 1 << ROOT_BITS)


def gaps(circles: list[Circle]) -> list[tuple[Fraction, str]]:
    """Return every gap (circle to wall, circle to circle; negative: violated) with its name."""
    found = []
    for i, (x, y, r) in enumerate(circles):
        walls = (("left", x), ("right", 1 - x), ("bottom", y), ("top", 1 - y))
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
    circles = read_circles(app / OUTPUT)
    measured = gaps(circles)
    worst = max(-min(measured)[0], Fraction(0))
    if worst > TOLERANCE:
        return broken((-gap, f"{name} overlap") for gap, name in measured if -gap > TOLERANCE)
    total = float(sum(max(r - worst, Fraction(0)) for _, _, r in circles))
    radii = [float(r) for _, _, r in circles]
    contacts = sum(gap < CONTACT for gap, _ in measured)
    record = {
        "reward": total,
        "feasible": 1,
        "worst_violation": float(worst),
        "contacts": contacts,
        "smallest_radius": min(radii),
        "largest_radius": max(radii),
    }
    return record, praise(total, radii, contacts)


def praise(total: float, radii: list[float], contacts: int) -> str:
    """Say how good a feasible packing is and where it is loose."""
    order = sorted(range(CIRCLES), key=radii.__getitem__)
    smallest = ", ".join(f"circle {i} ({radii[i]:.4f})" for i in order[:4])
    return (
        f"Sum of radii {total:.9f}; best known {BEST_KNOWN}, {BEST_KNOWN - total:.6f} away.\n"
        f"{contacts} contacts (gap below {CONTACT:g}); the best packings have about 78.\n"
        f"Smallest circles: {smallest}.\n"
    )


if __name__ == "__main__":
    main(score)
