"""Score the design of half an MBB beam: its compliance for half the volume. Needs numpy.

Usage: python3 verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Reads APP_DIR/densities.json, 20 rows of 60 densities. `beam` filters them, assembles and solves the
finite-element model and names its sources. Nothing but the densities is taken from the candidate.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from answers import Scored, broken, main, numbers, read_json, rows, table
from beam import COLUMNS, MOST_GRAYNESS, MOST_VOLUME, ROWS, Analysis, Grid, analyse

OUTPUT = "densities.json"
TOLERANCE = 1e-6  # of the volume; it is charged
BEST_KNOWN = 231.15  # by the reference solution
PATCH = (4, 5)  # rows and columns of the patches that the feedback speaks of


def score(app: Path) -> Scored:
    """Return the record and the feedback for the densities in the directory `app`.

    The reward is the compliance. Volume beyond the limit, within the tolerance, is charged: with
    all densities divided by 1 + v the design is allowed, and by the power law its compliance is
    (1 + v)^3 times as large at most.
    """
    content = table(read_json(app / OUTPUT), OUTPUT, ("densities",))
    grid = rows(content["densities"], "densities", ROWS)
    values = [numbers(row, f"densities[{at}]", COLUMNS, 0.0, 1.0) for at, row in enumerate(grid)]
    found = analyse(np.array(values, dtype=float))
    over = found.volume - MOST_VOLUME
    flaws = []
    if over > TOLERANCE * MOST_VOLUME:
        flaws.append((over, f"the volume is {found.volume:.6f}, the limit is {MOST_VOLUME}"))
    if found.grayness > MOST_GRAYNESS:
        text = f"the grayness is {found.grayness:.6f}, the limit is {MOST_GRAYNESS}"
        flaws.append((found.grayness - MOST_GRAYNESS, text))
    if flaws:
        return broken(flaws)
    compliance = found.compliance * (1.0 + max(over, 0.0) / MOST_VOLUME) ** 3
    reward = {
        "reward": compliance,
        "feasible": 1,
        "volume": found.volume,
        "grayness": found.grayness,
    }
    return reward, praise(compliance, found)


def praise(compliance: float, found: Analysis) -> str:
    """Say how stiff a design is, where more material would do most and where it does least."""
    slope, density = patches(-found.slope(), np.sum), patches(found.physical, np.mean)
    order = np.argsort(-slope, axis=None, kind="stable")
    gain = [at for at in order if density.flat[at] < 0.9][:3]
    idle = [at for at in order[::-1] if density.flat[at] > 0.2][:3]

    def told(places: list[int]) -> str:
        return "; ".join(
            f"{named(at)} ({slope.flat[at] / 100:.3f}, density {density.flat[at]:.2f})"
            for at in places
        )

    return (
        f"Compliance {compliance:.4f}; best known {BEST_KNOWN:.4f}.\n"
        f"Volume {found.volume:.6f} of {MOST_VOLUME}; grayness {found.grayness:.4f} of"
        f" {MOST_GRAYNESS}. In brackets: by how much 0.01 more density in the whole patch would"
        f" lower the compliance, and the patch's mean density.\n"
        f"More material would do most in {told(gain)}.\n"
        f"Material does least in {told(idle)}.\n"
    )


def patches(values: Grid, over: Callable[..., Grid]) -> Grid:
    """Return `over` of the values in each patch."""
    height, width = PATCH
    return over(values.reshape(ROWS // height, height, COLUMNS // width, width), axis=(1, 3))


def named(at: int) -> str:
    """Return the rows and columns of a patch, by its number."""
    row, column = divmod(int(at), COLUMNS // PATCH[1])
    (top, left) = row * PATCH[0], column * PATCH[1]
    return f"rows {top}-{top + PATCH[0] - 1} columns {left}-{left + PATCH[1] - 1}"


if __name__ == "__main__":
    main(score)
