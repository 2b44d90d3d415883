"""A packing of circles in the unit square; the larger a circle, the darker."""

import json
import math
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw the packing in `app` to scale."""
    circles = json.loads((app / "packing.json").read_text())["circles"]
    largest = max(r for _, _, r in circles)
    turns = [2 * math.pi * k / 90 for k in range(91)]
    for x, y, r in circles:
        xs = [x + r * math.cos(turn) for turn in turns]
        ys = [y + r * math.sin(turn) for turn in turns]
        axes.fill(xs, ys, alpha=0.15 + 0.6 * r / largest, color="tab:blue", linewidth=0)
        axes.plot(xs, ys, color="tab:blue", linewidth=0.8)
    axes.plot([0, 1, 1, 0, 0], [0, 0, 1, 1, 0], color="black", linewidth=1.2)
    axes.set_aspect("equal")
    axes.axis("off")
    axes.set_title(f"sum of radii {math.fsum(r for _, _, r in circles):.6f}")
