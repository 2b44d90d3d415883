"""Currents of the three charges, and how near each comes to its limits."""

import json
import sys
from pathlib import Path
from typing import Any


def draw(app: Path, axes: Any) -> None:
    """Draw the tables in ``app/stages.json``, simulated with ``app/cell.py``."""
    sys.path.insert(0, str(app))
    try:
        import cell  # type: ignore[import-not-found]
        import conditions  # type: ignore[import-not-found]
    finally:
        sys.path.remove(str(app))
    tables = json.loads((app / "stages.json").read_text())
    right = axes.twinx()
    for n, (name, ambient) in enumerate(conditions.AMBIENT.items()):
        course = cell.charged(ambient, conditions.START, conditions.TARGET, tables[name])
        minutes = [point.time / 60 for point in course]
        axes.plot(minutes, [point.current for point in course], color=f"C{n}", label=name)
        right.plot(minutes, [point.celsius for point in course], ":", color=f"C{n}")
        margins = [100 * point.margin for point in course]
        right.plot(minutes, margins, "-", lw=0.7, alpha=0.6, color=f"C{n}")
    right.axhline(conditions.MOST_CELSIUS, color="0.6", lw=0.7)
    right.axhline(100 * conditions.LEAST_MARGIN, color="0.6", lw=0.7)
    right.set_ylabel("°C (dotted), margin in 10 mV (thin)")
    axes.set_ylabel("A")
    axes.set_xlabel("min")
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1), frameon=False)
