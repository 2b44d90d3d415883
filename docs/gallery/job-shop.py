"""A schedule of the job shop ft10: one row per machine, one colour per job."""

import json
from pathlib import Path
from typing import Any

COLOURS = [f"C{n}" for n in range(10)]


def draw(app: Path, axes: Any) -> None:
    """Draw the schedule of ft10 in `app`; the folder holds the instances too."""
    jobs = json.loads((app / "instances.json").read_text())["ft10"]["jobs"]
    starts = json.loads((app / "schedules.json").read_text())["ft10"]
    end = 0
    for number, (job, row) in enumerate(zip(jobs, starts, strict=True)):
        for (machine, duration), start in zip(job, row, strict=True):
            colour = COLOURS[number % len(COLOURS)]
            axes.barh(machine, duration, left=start, color=colour, edgecolor="white")
            end = max(end, start + duration)
    axes.invert_yaxis()
    axes.set_yticks(range(len(jobs[0])))
    axes.set_ylabel("machine")
    axes.set_xlabel("time")
    axes.set_title(f"ft10, makespan {end} (optimum 930)")
