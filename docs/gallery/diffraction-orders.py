"""The five gratings' phase profiles, one above the other, each with the powers of its orders."""

import cmath
import json
import math
from pathlib import Path
from typing import Any


def power(grating: dict[str, list[float]], levels: int, order: int) -> float:
    """Return the share of the light in one order, by sampling."""
    total, samples = 0j, 2000
    for n in range(samples):
        x = 100 * (n + 0.5) / samples
        at = sum(start <= x for start in grating["transitions"]) - 1
        total += cmath.exp(2j * math.pi * (grating["levels"][at] / levels - order * x / 100))
    return abs(total / samples) ** 2


def draw(app: Path, axes: Any) -> None:
    """Draw the gratings in ``app/gratings.json``: profiles on the left, orders on the right."""
    gratings = json.loads((app / "gratings.json").read_text())
    designs = json.loads((app / "designs.json").read_text())["designs"]
    for row, (name, wanted) in enumerate(designs.items()):
        grating, levels, base = gratings[name], wanted["levels"], -1.6 * row
        steps = [0, *grating["transitions"], 100]
        heights = [grating["levels"][-1], *grating["levels"], grating["levels"][-1]]
        axes.step(steps, [base + h / levels for h in heights], where="post", color="tab:blue")
        axes.text(0, base + 0.85, name, fontsize=8)
        reach = max(map(abs, wanted["orders"])) + 3
        for order in range(-reach, reach + 1):
            share = min(power(grating, levels, order) * len(wanted["orders"]), 1.4)
            colour = "tab:orange" if order in wanted["orders"] else "0.7"
            axes.bar(150 + 36 * order / reach, 0.9 * share, 28 / reach, base, color=colour)
    axes.set_xlabel("one period, µm            |            diffraction orders")
    axes.set_yticks([])
    axes.set_xticks(range(0, 101, 25))
    axes.set_ylim(1.6 - 1.6 * len(designs) - 0.2, 1.3)
