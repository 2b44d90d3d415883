"""Points in a triangle, with the smallest triangles that three of them span."""

import json
from itertools import combinations
from pathlib import Path
from typing import Any

NEAR = 1.000001  # triangles up to this factor above the smallest are drawn


def draw(app: Path, axes: Any) -> None:
    """Draw the points in `app` in an equilateral triangle: an affine map keeps the shares."""
    points = json.loads((app / "points.json").read_text())["points"]
    shares = {}
    for (ax, ay), (bx, by), (cx, cy) in combinations(points, 3):
        share = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay))
        shares[((ax, ay), (bx, by), (cx, cy))] = share
    smallest = min(shares.values())
    for corners, share in shares.items():
        if share <= smallest * NEAR:
            axes.fill(*zip(*map(_upright, corners), strict=True), color="tab:blue", alpha=0.2)
    rim = [(0, 0), (1, 0), (0, 1), (0, 0)]
    axes.plot(*zip(*map(_upright, rim), strict=True), color="black", linewidth=1.2)
    axes.plot(*zip(*map(_upright, points), strict=True), "o", color="tab:red", markersize=4)
    axes.set_aspect("equal")
    axes.axis("off")
    axes.set_title(f"smallest triangle {smallest:.7f} of the whole")


def _upright(point: tuple[float, float]) -> tuple[float, float]:
    x, y = point
    return x + y / 2, y * 3**0.5 / 2
