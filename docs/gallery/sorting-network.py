"""A sorting network: channels from left to right, a line for each comparator."""

import json
from pathlib import Path
from typing import Any

CHANNELS = 13


def draw(app: Path, axes: Any) -> None:
    """Draw the network in `app`, comparators of one step side by side."""
    network = json.loads((app / "network.json").read_text())["comparators"]
    busy = [0] * CHANNELS
    lanes: dict[int, list[list[tuple[int, int]]]] = {}
    for low, high in network:
        step = busy[low] = busy[high] = max(busy[low], busy[high]) + 1
        for lane in lanes.setdefault(step, []):
            if all(high < a or low > b for a, b in lane):
                lane.append((low, high))
                break
        else:
            lanes[step].append([(low, high)])
    place = 1.0
    for step in sorted(lanes):
        for lane in lanes[step]:
            for pair in lane:
                axes.plot([place, place], pair, "o-", color="tab:blue", markersize=3, linewidth=1.2)
            place += 0.4
        place += 0.6
    for channel in range(CHANNELS):
        axes.plot([0, place], [channel, channel], color="gray", linewidth=0.6, zorder=0)
    axes.invert_yaxis()
    axes.axis("off")
    axes.set_title(f"{len(network)} comparators, {max(busy)} steps")
