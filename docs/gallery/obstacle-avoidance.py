"""Draw a run of obstacle-avoidance through the roundabout, driven by the controller in `app`."""

import importlib.util
import math
import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[2] / "tasks" / "obstacle-avoidance" / "tests"
SCENE = "roundabout"
SHOWN = 12  # periods between two robots that are drawn


def module(path: Path) -> Any:
    """Return the Python file `path` as a module that others find by its name."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    found = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def rim(x: float, y: float, radius: float) -> tuple[list[float], list[float]]:
    """Return the points of a circle."""
    angles = [math.tau * k / 40 for k in range(41)]
    return [x + radius * math.cos(a) for a in angles], [y + radius * math.sin(a) for a in angles]


def draw(app: Path, axes: Any) -> None:
    """Draw the way, the robot every second and a half, and the discs where they are at the end."""
    scene = module(TESTS / "scenes.py").scenes()[SCENE]
    drive, control = module(TESTS / "drive.py"), module(app / "solve.py").control
    run = drive.drive(scene, lambda state, seen: tuple(control(state, seen)))
    for disc in scene.discs:
        x, y, *_ = disc.at(run.arrival)
        axes.fill(*rim(x, y, disc.radius), color="lightgray")
    axes.plot(*zip(*run.path, strict=True), color="C0")
    for x, y in run.path[::SHOWN]:
        axes.fill(*rim(x, y, drive.RADIUS), color="C0", alpha=0.4)
    axes.plot(*scene.goal, marker="*", color="C1")
    axes.set_xlim(0, 12)
    axes.set_ylim(0, 8)
    axes.set_aspect("equal")
    axes.set_title(f"'{SCENE}': there after {run.arrival:.2f} s")
