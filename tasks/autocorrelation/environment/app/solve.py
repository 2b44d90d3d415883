"""A step function on [-1/4, 1/4] whose autoconvolution has no high peak.

A level with two features: it rises towards the left end, and it has a bump. Writes steps.json.
"""

import json

import numpy

STEPS = 60  # equal steps on [-1/4, 1/4]; 600 at most
LEVEL = 1.0  # the height everywhere
EDGE = 0.1  # weight of a rise towards the left end: distance from it to the power -EDGE_POWER
EDGE_POWER = 0.3
BUMP = 0.5  # height of a bump on top
BUMP_PLACE = 0.6  # 0 is the left end, 1 the right one
BUMP_WIDTH = 0.2


def profile(place: numpy.ndarray) -> numpy.ndarray:
    """Return the heights of the steps whose middles are at `place`, from 0 to 1."""
    rise = EDGE * place**-EDGE_POWER
    bump = BUMP * numpy.exp(-(((place - BUMP_PLACE) / BUMP_WIDTH) ** 2))
    return numpy.maximum(LEVEL + rise + bump, 0.0)


def ratio(heights: numpy.ndarray) -> float:
    """Return max f*f / (integral of f)^2, as it will be scored (but for rounding)."""
    peak = numpy.convolve(heights, heights).max()
    return float(2 * len(heights) * peak / heights.sum() ** 2)


def main() -> None:
    """Write the heights, from left to right."""
    place = (numpy.arange(STEPS) + 0.5) / STEPS
    heights = profile(place)
    with open("steps.json", "w") as file:
        json.dump({"heights": heights.tolist()}, file)
    print(f"ratio {ratio(heights):.6f}")


if __name__ == "__main__":
    main()
