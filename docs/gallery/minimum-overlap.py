"""A step function, and how much it overlaps with its complement at each shift."""

import json
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw h on [0, 2] and M on [-2, 2]."""
    heights = json.loads((app / "steps.json").read_text())["heights"]
    n = len(heights)
    found = [0.0]
    for k in range(1 - n, n):
        inside = range(max(0, -k), min(n, n - k))
        found.append(2 / n * sum(heights[i] * (1 - heights[i + k]) for i in inside))
    found.append(0.0)
    axes.stairs(heights, [2 * k / n for k in range(n + 1)], color="tab:blue", alpha=0.8)
    axes.plot([2 * (k - n) / n for k in range(2 * n + 1)], found, color="tab:red", linewidth=1.2)
    axes.set_xlabel("t for h (blue), shift x for M (red)")
    axes.set_title(f"largest overlap {max(found):.6f}, {n} steps")
