"""Score 11 points in a triangle by the smallest triangle that three of them span.

Standard library only. Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]
(defaults: /app and /logs/verifier)

Reads APP_DIR/points.json as data and writes LOG_DIR/reward.json and LOG_DIR/feedback.md.
Everything is computed in exact rational arithmetic on the numbers in the file; the reward is
rounded once, to a float.
"""

from fractions import Fraction
from itertools import combinations
from pathlib import Path

from answers import Refused, Scored, broken, main, number, read_json, rows, table

OUTPUT = "points.json"
POINTS = 11
TOLERANCE = Fraction(1, 10**9)
BEST_KNOWN = 0.03652988988  # task.toml names the sources
NEAR = 1e-6  # a triangle within this of the smallest counts as tied with it

Point = tuple[Fraction, Fraction]


def read_points(path: Path) -> list[Point]:
    """Return the points in the output. Raises Refused when the shape is wrong."""
    content = table(read_json(path), path.name, ("points",))
    points: list[Point] = []
    for i, row in enumerate(rows(content["points"], "points", POINTS)):
        if not isinstance(row, list) or len(row) != 2:
            raise Refused(f"point {i} must be a list [x, y]")
        x, y = (
            Fraction(number(v, f"point {i}: {name}")) for name, v in zip("xy", row, strict=True)
        )
        points.append((x, y))
    return points


def margins(points: list[Point]) -> list[tuple[Fraction, str]]:
    """Return how far each point is inside each side (negative: outside), with its name."""
    found = []
    for i, (x, y) in enumerate(points):
        found += [(x, f"point {i}: x >= 0"), (y, f"point {i}: y >= 0")]
        found.append((1 - x - y, f"point {i}: x + y <= 1"))
    return found


def areas(points: list[Point]) -> list[tuple[Fraction, tuple[int, ...]]]:
    """Return the area of every triangle of points over the area of the whole, ascending.

    The whole has area 1/2 and a triangle half its determinant, so the quotient is the determinant.
    """
    found = []
    for triple in combinations(range(POINTS), 3):
        (ax, ay), (bx, by), (cx, cy) = (points[i] for i in triple)
        found.append((abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)), triple))
    return sorted(found)


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`.

    Points up to the tolerance outside count as rounding: all points are then drawn towards the
    centroid until the worst one is inside, which makes every area smaller by the same factor.
    """
    points = read_points(app / OUTPUT)
    measured = margins(points)
    worst = max(-min(measured)[0], Fraction(0))
    if worst > TOLERANCE:
        return broken((-m, f"{name} is violated") for m, name in measured if -m > TOLERANCE)
    # A weight -worst becomes 0 when its distance from 1/3 shrinks by 1 / (1 + 3 worst).
    shrink = 1 / (1 + 3 * worst) ** 2
    triangles = areas(points)
    total = float(triangles[0][0] * shrink)
    tied = sum(float(area - triangles[0][0]) < NEAR for area, _ in triangles)
    record = {
        "reward": total,
        "feasible": 1,
        "worst_violation": float(worst),
        "tied_triangles": tied,
        "median_area": float(triangles[len(triangles) // 2][0]),
    }
    return record, praise(total, triangles, tied)


def praise(total: float, triangles: list[tuple[Fraction, tuple[int, ...]]], tied: int) -> str:
    """Say how good a feasible point set is and which triangles hold it back."""
    lines = [
        f"Smallest triangle {total:.9f} of the whole; best known {BEST_KNOWN:.9f}.",
        f"{tied} triangles are within {NEAR:g} of the smallest; the best sets have about 17.",
        "Smallest triangles (points, area over the whole):",
    ]
    lines += [f"- {triple}: {float(area):.6f}" for area, triple in triangles[:6]]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
