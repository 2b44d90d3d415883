"""Score a packing of 26 circles in the unit square. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Reads APP_DIR/packing.json as data and writes LOG_DIR/reward.json and LOG_DIR/feedback.md.
All geometry is decided in exact rational arithmetic on the numbers in the file: distances are
irrational, so they are taken as lower bounds that are 2**-120 below the truth at most.
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

OUTPUT = "packing.json"
SIZE_CAP = 65_536  # bytes
CIRCLES = 26
TOLERANCE = Fraction(1, 10**9)
BEST_KNOWN = 2.635983085  # task.toml names the sources
CONTACT = 1e-7  # a gap below this counts as a contact in the metrics
ROOT_BITS = 120

Circle = tuple[Fraction, Fraction, Fraction]
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


def read_circles(path: Path) -> list[Circle]:
    """Return the circles in the output. Raises BadOutputError when the shape is wrong."""
    content = read_output(path)
    if not isinstance(content, dict) or set(content) != {"circles"}:
        raise BadOutputError(f'{path.name} must be one object {{"circles": [[x, y, r], ...]}}')
    rows = content["circles"]
    if not isinstance(rows, list) or len(rows) != CIRCLES:
        count = f"{len(rows)} entries" if isinstance(rows, list) else type(rows).__name__
        raise BadOutputError(f"circles must be a list of {CIRCLES} entries, not {count}")
    circles: list[Circle] = []
    for i, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 3:
            raise BadOutputError(f"circle {i} must be a list [x, y, r]")
        x, y, r = (number(v, f"circle {i}: {name}") for name, v in zip("xyr", row, strict=True))
        if r < 0:
            raise BadOutputError(f"circle {i}: the radius {float(r):.6g} is negative")
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


def score(outputs: Path) -> tuple[Reward, str]:
    """Return the reward object and the feedback for the output files in the directory `outputs`.

    The reward is the sum of the radii. Violations up to the tolerance count as rounding: every
    radius is then reduced by the worst of them, so that the reward is always the sum of a packing
    that is exactly feasible.
    """
    try:
        circles = read_circles(outputs / OUTPUT)
    except BadOutputError as problem:
        return {"reward": 0.0, "feasible": 0}, f"Not scored: {problem}.\n"
    measured = gaps(circles)
    worst = max(-min(measured)[0], Fraction(0))
    if worst > TOLERANCE:
        return {"reward": 0.0, "feasible": 0, "worst_violation": size(worst)}, blame(measured)
    total = float(sum(max(r - worst, Fraction(0)) for _, _, r in circles))
    radii = [float(r) for _, _, r in circles]
    contacts = sum(gap < CONTACT for gap, _ in measured)
    reward = {
        "reward": total,
        "feasible": 1,
        "worst_violation": size(worst),
        "contacts": contacts,
        "smallest_radius": min(radii),
        "largest_radius": max(radii),
    }
    return reward, praise(total, radii, contacts)


def size(violation: Fraction) -> float:
    """Return a violation as a float, capped so that absurd outputs stay finite."""
    return float(min(violation, Fraction(10**9)))


def blame(measured: list[tuple[Fraction, str]]) -> str:
    """Name the violated constraints, worst first."""
    violated = sorted(pair for pair in measured if -pair[0] > TOLERANCE)
    lines = [f"Infeasible: {len(violated)} overlaps larger than {float(TOLERANCE):g}. Worst first:"]
    lines += [f"- {name} overlap by {size(-gap):.6g}" for gap, name in violated[:5]]
    return "\n".join(lines) + "\n"


def praise(total: float, radii: list[float], contacts: int) -> str:
    """Say how good a feasible packing is and where it is loose."""
    order = sorted(range(CIRCLES), key=radii.__getitem__)
    smallest = ", ".join(f"circle {i} ({radii[i]:.4f})" for i in order[:4])
    return (
        f"Sum of radii {total:.9f}; best known {BEST_KNOWN}, {BEST_KNOWN - total:.6f} away.\n"
        f"{contacts} contacts (gap below {CONTACT:g}); the best packings have about 78.\n"
        f"Smallest circles: {smallest}.\n"
    )


def main() -> None:
    """Score the outputs in APP_DIR and write the result to LOG_DIR."""
    app, logs = (sys.argv[1:] + ["/app", "/logs/verifier"][len(sys.argv) - 1 :])[:2]
    reward, feedback = score(Path(app))
    Path(logs).mkdir(parents=True, exist_ok=True)
    Path(logs, "reward.json").write_text(json.dumps(reward) + "\n")
    Path(logs, "feedback.md").write_text(feedback)


if __name__ == "__main__":
    main()
