"""The 25-bar tower, seen at a slant, with bars as thick as their areas."""

import json
from pathlib import Path
from typing import Any

NODES = [
    *((-37.5, 0, 200), (37.5, 0, 200)),
    *((-37.5, 37.5, 100), (37.5, 37.5, 100), (37.5, -37.5, 100), (-37.5, -37.5, 100)),
    *((-100, 100, 0), (100, 100, 0), (100, -100, 0), (-100, -100, 0)),
]
GROUPS = [
    [(0, 1)],
    [(0, 3), (1, 2), (0, 4), (1, 5)],
    [(1, 3), (1, 4), (0, 2), (0, 5)],
    [(2, 5), (3, 4)],
    [(2, 3), (4, 5)],
    [(2, 9), (5, 6), (3, 8), (4, 7)],
    [(3, 6), (2, 7), (4, 9), (5, 8)],
    [(5, 9), (2, 6), (3, 7), (4, 8)],
]


def draw(app: Path, axes: Any) -> None:
    """Draw the design in ``app/areas.json``; each group has its colour."""
    areas = json.loads((app / "areas.json").read_text())["areas"]
    flat = [(x + 0.35 * y, z + 0.22 * y - 0.1 * x) for x, y, z in NODES]
    for g, (area, members) in enumerate(zip(areas, GROUPS, strict=True)):
        for n, (a, b) in enumerate(members):
            label = f"group {g}: {area:.3f} in²" if n == 0 else None
            xs, ys = zip(flat[a], flat[b], strict=True)
            axes.plot(xs, ys, "-", lw=0.7 + 2 * area, color=f"C{g}", label=label)
    axes.plot(*zip(*flat[6:], strict=True), "k^", ms=9)
    axes.legend(fontsize=7, loc="upper right")
    axes.set_aspect("equal")
    axes.axis("off")
