"""A step function on [0, 2] with integral 1 that overlaps little with its shifted complement.

A hill in the middle, with a ripple on it. Writes steps.json.
"""

import json

import numpy

STEPS = 31  # equal steps on [0, 2]; 51 at most
TOP = 0.7  # height in the middle, before the integral is made right
HILL_WIDTH = 0.5  # 1 is from the middle to an end
HILL_POWER = 1.0  # of the distance from the middle: above 2 the hill has a flat top
FOOT = 0.2  # height that the hill stands on
RIPPLE = 0.05  # a wave on top, highest at the middle
RIPPLE_WAVES = 2.0  # from the middle to an end
RIPPLE_PHASE = 0.0  # in waves


def hill(distance: numpy.ndarray) -> numpy.ndarray:
    """Return the heights of the steps at this distance from the middle, 0 to 1."""
    height = FOOT + TOP * numpy.exp(-((distance / HILL_WIDTH) ** HILL_POWER))
    wave = numpy.cos(2 * numpy.pi * (RIPPLE_WAVES * distance + RIPPLE_PHASE))
    return height + RIPPLE * wave


def with_integral_one(heights: numpy.ndarray) -> numpy.ndarray:
    """Return heights from 0 to 1 whose sum is half their number: scaled down, or their complement.

    Both keep what is between 0 and 1 between 0 and 1.
    """
    heights = numpy.clip(heights, 0.0, 1.0)
    half = len(heights) / 2
    if heights.sum() > half:
        return heights * (half / heights.sum())
    return 1 - (1 - heights) * (half / (1 - heights).sum())


def largest_overlap(heights: numpy.ndarray) -> float:
    """Return max M, as it will be scored (but for rounding)."""
    found = numpy.correlate(1 - heights, heights, "full")
    return float(2 / len(heights) * found.max())


def main() -> None:
    """Write the heights, from left to right."""
    middles = (numpy.arange(STEPS) + 0.5) / STEPS
    heights = with_integral_one(hill(abs(2 * middles - 1)))
    with open("steps.json", "w") as file:
        json.dump({"heights": heights.tolist()}, file)
    print(f"largest overlap {largest_overlap(heights):.6f}")


if __name__ == "__main__":
    main()
