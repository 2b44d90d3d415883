"""Draw a placement of safety-stock: the network 'spares', stages sized by their stock's cost."""

import json
from pathlib import Path
from typing import Any

NAME = "spares"


def draw(app: Path, axes: Any) -> None:
    """Draw each stage at the time its goods take from the first supplier, suppliers to the left."""
    network = json.loads((app / "networks.json").read_text())[NAME]
    times = json.loads((app / "service.json").read_text())[NAME]
    stages, arcs = network["stages"], network["arcs"]
    suppliers = [[a for a, b in arcs if b == i] for i in range(len(stages))]
    customers = [[b for a, b in arcs if a == i] for i in range(len(stages))]

    def arrival(i: int) -> int:
        return stages[i]["lead_time"] + max(map(arrival, suppliers[i]), default=0)

    rows: dict[int, int] = {}

    def place(i: int) -> None:
        if i not in rows:
            rows[i] = -1  # seen, so that the walk does not come back
            for other in suppliers[i] + customers[i]:
                place(other)
            rows[i] = sum(row >= 0 for row in rows.values())

    place(0)
    for a, b in arcs:
        axes.plot([arrival(a), arrival(b)], [rows[a], rows[b]], color="lightgray", zorder=1)
    for i, stage in enumerate(stages):
        days = max([times[a] for a in suppliers[i]], default=0) + stage["lead_time"] - times[i]
        area = 0.05 * stage["value"] * stage["sigma"] * max(days, 0) ** 0.5
        axes.scatter([arrival(i)], [rows[i]], area**0.75 + 8, color="C0" if days > 0 else "C7")
    axes.set_yticks([])
    axes.set_xlabel("days from the first supplier; circles: safety stock, gray: none")
