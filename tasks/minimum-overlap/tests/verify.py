"""Score a step function by its largest overlap with its shifted complement. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Erdős' minimum overlap problem, as a problem on functions: for h on [0, 2] with values in [0, 1] and
integral 1 let

    M(x) = integral of h(t) (1 - h(t + x)) over all t with t and t + x in [0, 2],   -2 <= x <= 2.

The least possible max M is the limit of M(n)/n of the problem on integers, and step functions come
as close to it as one likes (P. Swinnerton-Dyer's proof in J. K. Haugland, "Advances in the minimum
overlap problem", J. Number Theory 58, 1996). Known: 0.379005 (E. P. White, "Erdős' minimum overlap
problem", 2022) to 0.380927 by 51 steps (J. K. Haugland, "The minimum overlap problem revisited",
2016).

For n steps of width w = 2/n and heights a_0 ... a_(n-1) two steps overlap, one of them shifted, by
a triangle in the shift: M is a sum of such triangles with their tops at multiples of w, so it is
linear between those, 0 at -2 and 2, and its maximum is at one of the shifts k w, -n < k < n, where

    M(k w) = w sum_i a_i (1 - a_(i + k)),   0 <= i < n and 0 <= i + k < n.

A sum of heights that is not exactly n/2 (integral 1) can be rounding. Within the tolerance it is
mended exactly, and the mended function is scored: with too much integral h is scaled down; with too
little 1 - h is. Both leave all values in [0, 1]. Floats are rational: everything up to the reward
is exact, all sums by one product of two large integers whose digits are the h and the 1 - h.
"""

from fractions import Fraction
from math import lcm
from pathlib import Path

from answers import Scored, broken, main, numbers, read_json, table

OUTPUT = "steps.json"
MOST = 51  # steps
TOLERANCE = Fraction(1, 10**6)  # of the integral
BEST_KNOWN = 0.380927  # task.toml names the source
FLAT = Fraction(1, 10_000)  # shifts within this share of the maximum count as tied with it
SHOWN = 4


def read_heights(path: Path) -> list[Fraction]:
    """Return the heights. Raises Refused when something is wrong."""
    content = table(read_json(path), path.name, ("heights",))
    heights = numbers(content["heights"], "heights", low=0, high=1, least=1, most=MOST)
    return [Fraction(height) for height in heights]


def mended(heights: list[Fraction]) -> list[Fraction]:
    """Return heights of integral exactly 1, changed as little as their own integral is off."""
    half, total = Fraction(len(heights), 2), sum(heights)
    if total > half:
        return [height * half / total for height in heights]
    rest = half / (len(heights) - total)
    return [1 - (1 - height) * rest for height in heights]


def overlaps(heights: list[Fraction]) -> list[Fraction]:
    """Return M(k w) for k = -(n - 1) ... n - 1, exactly.

    With the digits h_0 ... h_(n-1) in one number and g = 1 - h backwards in another, their product
    has the sums of h_i g_(i + k) as its digits, the one for the largest k first.
    """
    n, unit = len(heights), lcm(*(height.denominator for height in heights))
    size = (n * unit * unit).bit_length() // 8 + 1  # bytes of a digit, none of which overflows
    inside = [int(height * unit) for height in heights]
    outside = [unit - value for value in reversed(inside)]
    product = _packed(inside, size) * _packed(outside, size)
    digits = product.to_bytes(2 * n * size, "little")
    sums = [int.from_bytes(digits[k * size : (k + 1) * size], "little") for k in range(2 * n - 1)]
    return [Fraction(2 * value, n * unit * unit) for value in reversed(sums)]


def _packed(values: list[int], size: int) -> int:
    return int.from_bytes(b"".join(value.to_bytes(size, "little") for value in values), "little")


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`."""
    heights = read_heights(app / OUTPUT)
    n = len(heights)
    off = sum(heights) * 2 / n - 1
    if abs(off) > TOLERANCE:
        side = "above" if off > 0 else "below"
        return broken([(abs(off), f"the integral of h is {side} 1, the sum not {n / 2:g}")])
    found = overlaps(mended(heights))
    worst = max(found)
    near = [k - n + 1 for k, value in enumerate(found) if value >= (1 - FLAT) * worst]
    record = {
        "reward": float(worst),
        "feasible": 1,
        "worst_violation": float(abs(off)),
        "steps": n,
        "tied_shifts": len(near),
        "asymmetry": max(
            float(abs(a - b)) for a, b in zip(heights, reversed(heights), strict=True)
        ),
    }
    return record, praise(float(worst), heights, found, near)


def praise(worst: float, heights: list[Fraction], found: list[Fraction], near: list[int]) -> str:
    """Say how good a function is, at which shifts it overlaps most and where there is room."""
    n = len(heights)
    tops = sorted(near, key=lambda k: -found[k + n - 1])[:SHOWN]
    low = min(range(-(n // 3), n // 3 + 1), key=lambda k: found[k + n - 1])
    zeros, ones = heights.count(Fraction(0)), heights.count(Fraction(1))
    return (
        f"Largest overlap {worst:.9f} (smaller is better); best known {BEST_KNOWN}, "
        f"{worst - BEST_KNOWN:+.6f} away; no function is below 0.379005.\n"
        f"{n} steps, {zeros} of them 0 and {ones} of them 1. M is within {float(FLAT):g} of its "
        f"maximum at {len(near)} of {2 * n - 1} shifts; in good functions half of them are.\n"
        f"Largest at shifts of {', '.join(f'{k:+d}' for k in tops)} steps.\n"
        f"Smallest of the shifts up to a third of the length: {low:+d} steps, "
        f"{float(found[low + n - 1]):.6f}.\n"
    )


if __name__ == "__main__":
    main(score)
