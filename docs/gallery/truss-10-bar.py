"""The ten-bar truss with bars as thick as their areas."""

import json
from pathlib import Path
from typing import Any

NODES = [(720, 360), (720, 0), (360, 360), (360, 0), (0, 360), (0, 0)]
MEMBERS = [(4, 2), (2, 0), (5, 3), (3, 1), (2, 3), (0, 1), (4, 3), (5, 2), (2, 1), (3, 0)]


def draw(app: Path, axes: Any) -> None:
    """Draw the design in ``app/areas.json``."""
    areas = json.loads((app / "areas.json").read_text())["areas"]
    for (a, b), area in zip(MEMBERS, areas, strict=True):
        (ax, ay), (bx, by) = NODES[a], NODES[b]
        axes.plot([ax, bx], [ay, by], "-", lw=0.6 + area / 4, color="tab:blue", alpha=0.8)
        axes.text(0.4 * ax + 0.6 * bx, 0.4 * ay + 0.6 * by, f"{area:.2f}", fontsize=8, zorder=3)
    for x, y in NODES[4:]:
        axes.plot(x, y, "k>", ms=12)
    for x, y in (NODES[1], NODES[3]):
        axes.annotate("", (x, y - 90), (x, y), arrowprops={"arrowstyle": "->", "color": "tab:red"})
        axes.text(x + 10, y - 80, "100 kip", color="tab:red", fontsize=8)
    length = [
        ((NODES[a][0] - NODES[b][0]) ** 2 + (NODES[a][1] - NODES[b][1]) ** 2) ** 0.5
        for a, b in MEMBERS
    ]
    total = 0.1 * sum(size * area for size, area in zip(length, areas, strict=True))
    axes.set_title(f"{total:,.1f} lb, areas in in²")
    axes.set_ylim(-110, 420)
    axes.set_aspect("equal")
    axes.axis("off")
