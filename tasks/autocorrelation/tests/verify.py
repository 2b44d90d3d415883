"""Score a step function by the peak of its autoconvolution. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

The first autocorrelation inequality: C1 is the largest constant with

    max over |t| <= 1/2 of (f*f)(t) >= C1 (integral of f)^2,   (f*f)(t) = integral f(t - x) f(x) dx

for all non-negative f on [-1/4, 1/4], so that each f shows that C1 is at most its ratio of the two
(M. Matolcsi and C. Vinuesa, "Improved bounds on the supremum of autoconvolutions", J. Math. Anal.
Appl. 372, 2010; problem B.1 of A. Novikov et al., "AlphaEvolve", 2025).

For n steps of width w = 1/(2n) and heights a_0 ... a_(n-1) the integral is w sum a_i. Two steps of
one width have a triangle of base 2w as convolution, with its top w at a multiple of w: f*f is a sum
of such triangles, so it is linear between the knots t_k = -1/2 + (k + 1) w, k = 0 ... 2n - 2, where
it is w sum_(i + j = k) a_i a_j, and 0 at both ends. Its maximum is at a knot, and

    ratio = 2n max_k (sum_(i + j = k) a_i a_j) / (sum a_i)^2.

The heights are floats, that is integers over one power of two: all sums are exact, by one product
of two large integers whose digits are the heights, and the ratio is rounded once.
"""

from fractions import Fraction
from pathlib import Path

from answers import Refused, Scored, main, numbers, read_json, table

OUTPUT = "steps.json"
FEWEST, MOST = 2, 600  # steps
HIGHEST = 1e6
BEST_KNOWN = 1.5053  # task.toml names the sources
FLAT = Fraction(1, 1000)  # knots within this share of the peak count as tied with it
SHOWN = 3


def read_heights(path: Path) -> list[int]:
    """Return the heights as integers in one common unit. Raises Refused when something is wrong.

    The ratio does not depend on the unit.
    """
    content = table(read_json(path), path.name, ("heights",))
    heights = numbers(content["heights"], "heights", low=0, high=HIGHEST, least=FEWEST, most=MOST)
    exact = [Fraction(height) for height in heights]
    if not any(exact):
        raise Refused("all heights are 0: the integral must be above 0")
    unit = max(value.denominator for value in exact)  # denominators are powers of two
    return [int(value * unit) for value in exact]


def autoconvolution(heights: list[int]) -> list[int]:
    """Return sum_(i + j = k) a_i a_j for k = 0 ... 2n - 2, exactly.

    The square of a number with the digits a_i in a base above every such sum has these sums as
    its digits.
    """
    largest = len(heights) * max(heights) ** 2
    size = largest.bit_length() // 8 + 1  # bytes of a digit
    digits = b"".join(height.to_bytes(size, "little") for height in heights)
    whole = int.from_bytes(digits, "little") ** 2
    count = 2 * len(heights) - 1
    square = whole.to_bytes(size * (count + 1), "little")
    return [int.from_bytes(square[size * k : size * (k + 1)], "little") for k in range(count)]


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`."""
    heights = read_heights(app / OUTPUT)
    knots = autoconvolution(heights)
    total, peak = sum(heights), max(knots)
    ratio = float(Fraction(2 * len(heights) * peak, total**2))
    near = [k for k, value in enumerate(knots) if value >= (1 - FLAT) * peak]
    record = {
        "reward": ratio,
        "feasible": 1,
        "steps": len(heights),
        "tied_share": len(near) / len(knots),
        "zero_steps": heights.count(0),
    }
    return record, praise(ratio, heights, knots, near)


def praise(ratio: float, heights: list[int], knots: list[int], near: list[int]) -> str:
    """Say how good a function is, where its autoconvolution peaks and where there is room."""
    n = len(heights)
    tops = sorted(near, key=lambda k: -knots[k])[:SHOWN]
    low = min(range(n // 2, 2 * n - 1 - n // 2), key=lambda k: knots[k])
    total = sum(heights)
    return (
        f"Ratio {ratio:.9f} (smaller is better); best known {BEST_KNOWN}, "
        f"{ratio - BEST_KNOWN:+.6f} away; no function is below 1.28.\n"
        f"{n} steps, {heights.count(0)} of them 0. f*f is within {float(FLAT):g} of its peak at "
        f"{len(near)} of {len(knots)} knots; good ones are that flat over most of the middle.\n"
        f"Highest knots: {', '.join(f't = {place(k, n):+.4f}' for k in tops)}.\n"
        f"Lowest in the middle half: t = {place(low, n):+.4f}, at "
        f"{float(Fraction(knots[low], max(knots))):.4f} of the peak.\n"
        f"Quarters of [-1/4, 1/4] hold "
        f"{', '.join(f'{float(Fraction(part, total)):.3f}' for part in quarters(heights))} "
        f"of the integral.\n"
    )


def place(knot: int, steps: int) -> float:
    """Return where the knot k of f*f is: t_k = -1/2 + (k + 1) / (2n)."""
    return -0.5 + (knot + 1) / (2 * steps)


def quarters(heights: list[int]) -> list[int]:
    """Return the sums of the heights in four runs of nearly equal length."""
    n = len(heights)
    return [sum(heights[n * q // 4 : n * (q + 1) // 4]) for q in range(4)]


if __name__ == "__main__":
    main(score)
