"""Draw a run of obstacle-avoidance through the roundabout, driven by the controller in `app`."""

import math
import runpy
import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[2] / "tasks" / "obstacle-avoidance" / "tests"
SCENE = "roundabout"
SHOWN = 12  # periods between two robots that are drawn


def rim(x: float, y: float, radius: float) -> tuple[list[float], list[float]]:
    """Return the points of a circle."""
    angles = [math.tau * k / 40 for k in range(41)]
    return [x + radius * math.cos(a) for a in angles], [y + radius * math.sin(a) for a in angles]


def draw(app: Path, axes: Any) -> None:
    """Draw the way, the robot every second and a half, and the discs where they are at the end."""
    sys.path.insert(0, str(TESTS))  # drive.py imports scenes.py
    driving = runpy.run_path(str(TESTS / "drive.py"))
    control = runpy.run_path(str(app / "solve.py"))["control"]
    scene = runpy.run_path(str(TESTS / "scenes.py"))["scenes"]()[SCENE]
    run = driving["drive"](scene, control)
    for disc in scene.discs:
        x, y, *_ = disc.at(run.arrival)
        axes.fill(*rim(x, y, disc.radius), color="lightgray")
    axes.plot(*zip(*run.path, strict=True), color="C0")
    for x, y in run.path[::SHOWN]:
        axes.fill(*rim(x, y, driving["RADIUS"]), color="C0", alpha=0.4)
    axes.plot(*scene.goal, marker="*", color="C1")
    axes.set(xlim=(0, 12), ylim=(0, 8), aspect="equal")
    axes.set_title(f"'{SCENE}': there after {run.arrival:.2f} s")
