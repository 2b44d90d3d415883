"""Score 11 points in a triangle by the smallest triangle that three of them span.

Standard library only. Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]
(defaults: /app and /logs/verifier)

Reads APP_DIR/points.json as data and writes LOG_DIR/reward.json and LOG_DIR/feedback.md.
Everything is computed in exact rational arithmetic on the numbers in the file; the reward is
rounded once, to a float.
"""

import json
import math
import os
import stat
import sys
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn

OUTPUT = "points.json"
SIZE_CAP = 65_536  # bytes
POINTS = 11
TOLERANCE = Fraction(1, 10**9)
BEST_KNOWN = 0.03652988988  # task.toml names the sources
NEAR = 1e-6  # a triangle within this of the smallest counts as tied with it

Point = tuple[Fraction, Fraction]
Reward = dict[str, float]


class BadOutputError(Exception):
    """The candidate's output cannot be scored; the message says why and how to mend it."""


def read_output(path: Path) -> object:
    """Return the JSON value in `path`, read as untrusted data.

    Raises BadOutputError for a missing, irregular, oversized or malformed file, for duplicate
    keys and for numbers that are not finite.
    """
    try:
        with open(path, "rb", opener=open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadOutputError(f"{path.name} is not a regular file")
            data = file.read(SIZE_CAP + 1)
    except OSError as error:
        raise BadOutputError(f"{path.name} cannot be read: {error.strerror}") from None
    if len(data) > SIZE_CAP:
        raise BadOutputError(f"{path.name} is larger than {SIZE_CAP} bytes")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=unique_keys,
            parse_float=finite_float,
            parse_int=short_int,
            parse_constant=no_constant,
        )
    except RecursionError:
        raise BadOutputError(f"{path.name} is nested too deeply") from None
    except ValueError as error:  # covers malformed JSON and malformed UTF-8
        raise BadOutputError(f"{path.name} is not valid JSON: {error}") from None


def open_at_once(path: str, flags: int) -> int:
    """Open without following a link and without waiting for the other end of a FIFO."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; a repeated key is refused, not overwritten."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadOutputError("a JSON object repeats a key")
    return found


def finite_float(text: str) -> float:
    """Parse a JSON number with a fraction or an exponent."""
    value = float(text)
    if not math.isfinite(value):
        raise BadOutputError(f"the number {text[:40]} is too large for a float")
    return value


def short_int(text: str) -> int:
    """Parse a JSON integer; nothing in an output needs more than 18 digits."""
    if len(text) > 18:
        raise BadOutputError(f"the integer {text[:18]}... has too many digits")
    return int(text)


def no_constant(text: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity, which are not JSON."""
    raise BadOutputError(f"{text} is not a number")


def number(value: object, where: str) -> Fraction:
    """Return a JSON number exactly; booleans and strings are refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadOutputError(f"{where} must be a number, not {type(value).__name__}")
    return Fraction(value)


def read_points(path: Path) -> list[Point]:
    """Return the points in the output. Raises BadOutputError when the shape is wrong."""
    content = read_output(path)
    if not isinstance(content, dict) or set(content) != {"points"}:
        raise BadOutputError(f'{path.name} must be one object {{"points": [[x, y], ...]}}')
    rows = content["points"]
    if not isinstance(rows, list) or len(rows) != POINTS:
        count = f"{len(rows)} entries" if isinstance(rows, list) else type(rows).__name__
        raise BadOutputError(f"points must be a list of {POINTS} entries, not {count}")
    points: list[Point] = []
    for i, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 2:
            raise BadOutputError(f"point {i} must be a list [x, y]")
        points.append((number(row[0], f"point {i}: x"), number(row[1], f"point {i}: y")))
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


def score(outputs: Path) -> tuple[Reward, str]:
    """Return the reward object and the feedback for the output files in the directory `outputs`.

    Points up to the tolerance outside count as rounding: all points are then drawn towards the
    centroid until the worst one is inside, which makes every area smaller by the same factor.
    """
    try:
        points = read_points(outputs / OUTPUT)
    except BadOutputError as problem:
        return {"reward": 0.0, "feasible": 0}, f"Not scored: {problem}.\n"
    measured = margins(points)
    worst = max(-min(measured)[0], Fraction(0))
    if worst > TOLERANCE:
        return {"reward": 0.0, "feasible": 0, "worst_violation": size(worst)}, blame(measured)
    # A weight -worst becomes 0 when its distance from 1/3 shrinks by 1 / (1 + 3 worst).
    shrink = 1 / (1 + 3 * worst) ** 2
    triangles = areas(points)
    total = float(triangles[0][0] * shrink)
    tied = sum(float(area - triangles[0][0]) < NEAR for area, _ in triangles)
    reward = {
        "reward": total,
        "feasible": 1,
        "worst_violation": size(worst),
        "tied_triangles": tied,
        "median_area": float(triangles[len(triangles) // 2][0]),
    }
    return reward, praise(total, triangles, tied)


def size(violation: Fraction) -> float:
    """Return a violation as a float, capped so that absurd outputs stay finite."""
    return float(min(violation, Fraction(10**9)))


def blame(measured: list[tuple[Fraction, str]]) -> str:
    """Name the violated constraints, worst first."""
    violated = sorted(pair for pair in measured if -pair[0] > TOLERANCE)
    lines = [f"Infeasible: {len(violated)} violations beyond {float(TOLERANCE):g}. Worst first:"]
    lines += [f"- {name} is violated by {size(-margin):.6g}" for margin, name in violated[:5]]
    return "\n".join(lines) + "\n"


def praise(total: float, triangles: list[tuple[Fraction, tuple[int, ...]]], tied: int) -> str:
    """Say how good a feasible point set is and which triangles hold it back."""
    lines = [
        f"Smallest triangle {total:.9f} of the whole; best known {BEST_KNOWN:.9f}.",
        f"{tied} triangles are within {NEAR:g} of the smallest; the best sets have about 17.",
        "Smallest triangles (points, area over the whole):",
    ]
    lines += [f"- {triple}: {float(area):.6f}" for area, triple in triangles[:6]]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Score the outputs in APP_DIR and write the result to LOG_DIR."""
    app, logs = (sys.argv[1:] + ["/app", "/logs/verifier"][len(sys.argv) - 1 :])[:2]
    reward, feedback = score(Path(app))
    Path(logs).mkdir(parents=True, exist_ok=True)
    Path(logs, "reward.json").write_text(json.dumps(reward) + "\n")
    Path(logs, "feedback.md").write_text(feedback)


if __name__ == "__main__":
    main()
