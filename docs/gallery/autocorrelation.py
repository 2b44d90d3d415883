"""A step function and its autoconvolution, which has a flat top."""

import json
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw f, scaled to the height of f*f, and f*f for an integral of 1."""
    heights = json.loads((app / "steps.json").read_text())["heights"]
    n = len(heights)
    scale = 2 * n / sum(heights)
    knots = [0.0] * (2 * n - 1)
    for i, a in enumerate(heights):
        for j, b in enumerate(heights):
            knots[i + j] += a * b
    sums = [0.0, *(value * scale * scale / (2 * n) for value in knots), 0.0]
    places = [-0.5 + k / (2 * n) for k in range(2 * n + 1)]
    edges = [-0.25 + k / (2 * n) for k in range(n + 1)]
    shown = [height * max(sums) / max(heights) for height in heights]
    axes.stairs(shown, edges, color="tab:blue", alpha=0.7, fill=True)
    axes.plot(places, sums, color="tab:red", linewidth=1.2)
    axes.set_xlabel("x for f (blue), t for f*f (red)")
    axes.set_title(f"peak ratio {max(sums):.5f}, {n} steps")
