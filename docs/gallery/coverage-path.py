"""Draw a flight of coverage-path over the field 'marsh'."""

import json
import math
from pathlib import Path
from typing import Any

NAME = "marsh"
STEP = 5.0  # m, between the points at which the weight is drawn


def draw(app: Path, axes: Any) -> None:
    """Draw the spots that matter, the field, its no-fly zones and the path with its waypoints."""
    mission = json.loads((app / "missions.json").read_text())[NAME]
    path = json.loads((app / "paths.json").read_text())[NAME]
    field = mission["field"]
    width, height = (max(corner[axis] for corner in field) for axis in (0, 1))
    weights = [
        [
            sum(
                amount * math.exp(-((x * STEP - sx) ** 2 + (y * STEP - sy) ** 2) / (2 * spread**2))
                for sx, sy, amount, spread in mission["spots"]
            )
            for x in range(int(width / STEP) + 1)
        ]
        for y in range(int(height / STEP) + 1)
    ]
    axes.imshow(weights, origin="lower", extent=(0, width, 0, height), cmap="Greens", alpha=0.7)
    axes.plot(*zip(*field, field[0], strict=True), color="black", linewidth=1)
    for zone in mission["no_fly"]:
        axes.fill(*zip(*zone, strict=True), color="C3", alpha=0.5)
    axes.plot(*zip(*path, strict=True), color="C0", marker=".", markersize=4, linewidth=1)
    axes.plot(*mission["base"], marker="s", color="black")
    axes.set_aspect("equal")
    axes.set_xlabel("m")
