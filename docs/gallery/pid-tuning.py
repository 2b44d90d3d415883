"""Draw the controllers of pid-tuning: what each plant does after its two steps."""

import json
import runpy
from pathlib import Path
from typing import Any

LOOP = Path(__file__).parents[2] / "tasks" / "pid-tuning" / "tests" / "loop.py"


def draw(app: Path, axes: Any) -> None:
    """Draw the outputs over time, which is counted in horizons: setpoint step, then load step."""
    loop = runpy.run_path(str(LOOP))
    plants = json.loads((app / "plants.json").read_text())
    controllers = json.loads((app / "controllers.json").read_text())
    for name, plant in plants.items():
        controller = loop["Controller"](**controllers[name])
        outputs, _ = loop["simulate"](plant, loop["sample"](plant), controller)
        axes.plot([k / len(outputs) for k in range(len(outputs))], outputs, label=name)
    axes.axhline(1, color="black", linewidth=0.5)
    axes.set_xlabel("time over horizon: setpoint step at 0, load step at 0.5")
    axes.set_ylabel("output")
    axes.legend(frameon=False, loc="lower right")
