"""The half beam's densities, mirrored to the whole beam."""

import json
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw the design in ``app/densities.json``, before the filter, with its load and supports."""
    rows = json.loads((app / "densities.json").read_text())["densities"]
    whole = [[*reversed(row), *row] for row in rows]
    axes.imshow(whole, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
    width, height = len(whole[0]), len(whole)
    left, right, top, bottom = -0.5, width - 0.5, -0.5, height - 0.5
    axes.plot([left, right, right, left, left], [top, top, bottom, bottom, top], "0.6", lw=0.6)
    axes.plot([width / 2 - 0.5] * 2, [top, bottom], ":", color="tab:red", lw=0.8)
    load = {"arrowstyle": "->", "color": "tab:red", "lw": 2}
    axes.annotate("", (width / 2 - 0.5, 0), (width / 2 - 0.5, -8), arrowprops=load)
    axes.plot([0, width - 1], [height + 1, height + 1], "^", color="tab:blue", ms=9)
    axes.set_xlim(-4, width + 3)
    axes.set_ylim(height + 3, -9)
    axes.axis("off")
