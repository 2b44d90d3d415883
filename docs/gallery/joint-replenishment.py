"""Draw a plan of joint-replenishment: how full the warehouse is over the base cycles of n24."""

import json
from pathlib import Path
from typing import Any

NAME = "n24"
SHOWN = 16  # base cycles


def draw(app: Path, axes: Any) -> None:
    """Draw the stock of every item, in m3, just after and just before each delivery."""
    instance = json.loads((app / "instances.json").read_text())[NAME]
    plan = json.loads((app / "plan.json").read_text())[NAME]
    cycle = plan["cycle"]
    times = [epoch * cycle for epoch in range(SHOWN) for _ in range(2)]
    times = [time + cycle * (k % 2) for k, time in enumerate(times)]
    layers = []
    for item, multiple, offset in zip(
        instance["items"], plan["multiples"], plan["offsets"], strict=True
    ):
        flow = item["volume"] * item["demand"] * cycle
        left = [multiple - (epoch - offset) % multiple for epoch in range(SHOWN)]
        layers.append([flow * (have - k) for have in left for k in (0, 1)])
    layers.sort(key=max, reverse=True)
    axes.stackplot(times, layers, linewidth=0)
    axes.axhline(instance["storage"], color="black", linestyle="--", linewidth=1)
    axes.set_xlim(0, SHOWN * cycle)
    axes.set_xlabel("days")
    axes.set_ylabel("stock in m³ by item, limit dashed")
    axes.set_title(f"{NAME}: base cycle {cycle:.2f} days")
