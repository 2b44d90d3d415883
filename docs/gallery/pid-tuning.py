"""Draw the controllers of pid-tuning: what each plant does after its two steps."""

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

LOOP = Path(__file__).parents[2] / "tasks" / "pid-tuning" / "tests" / "loop.py"


def loop() -> Any:
    """Return the simulation that the verifier uses."""
    spec = importlib.util.spec_from_file_location("pid_tuning_loop", LOOP)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules["pid_tuning_loop"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def draw(app: Path, axes: Any) -> None:
    """Draw the outputs over time, which is counted in horizons: setpoint step, then load step."""
    simulation = loop()
    plants = json.loads((app / "plants.json").read_text())
    controllers = json.loads((app / "controllers.json").read_text())
    for name, plant in plants.items():
        controller = simulation.Controller(**controllers[name])
        outputs, _ = simulation.simulate(plant, simulation.sample(plant), controller)
        axes.plot([k / len(outputs) for k in range(len(outputs))], outputs, label=name)
    axes.axhline(1, color="black", linewidth=0.5)
    axes.set_xlabel("time over horizon: setpoint step at 0, load step at 0.5")
    axes.set_ylabel("output")
    axes.legend(frameon=False, loc="lower right")
