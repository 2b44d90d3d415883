"""Slots in use on every link of the three networks, one colour per demand."""

import json
import sys
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw the assignment in ``app/assignment.json``, with the networks of ``app/network.py``."""
    sys.path.insert(0, str(app))
    try:
        import network  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(app))
    answer = json.loads((app / "assignment.json").read_text())
    row = 0
    ticks: list[tuple[int, str]] = []
    for name, instance in network.INSTANCES.items():
        ticks.append((row + len(instance.links) // 2, name))
        for number, (demand, entry) in enumerate(zip(instance.demands, answer[name], strict=True)):
            if entry is not None:
                route = demand.routes[entry[0]]
                for link in route.links:
                    colour = f"C{number * 7 % 10}"
                    axes.barh(row + link, route.slots, 0.9, entry[1], color=colour)
        row += len(instance.links) + 2
    axes.set_xlim(0, network.SLOTS)
    axes.set_ylim(row - 2, -1)
    axes.set_yticks([at for at, _ in ticks], [name for _, name in ticks])
    axes.set_xlabel("slot of 12.5 GHz")
