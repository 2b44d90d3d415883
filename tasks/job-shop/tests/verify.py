"""Score schedules for six classical job shops. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Reads APP_DIR/schedules.json as data and writes LOG_DIR/reward.json and LOG_DIR/feedback.md.
The instances come from the file beside this program, never from APP_DIR. All times are integers,
so every check is exact.
"""

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from answers import Scored, broken, integers, main, read_json, rows, table

OUTPUT = "schedules.json"
INSTANCES = Path(__file__).with_name("instances.json")
MOST_BYTES = 262_144
LATEST_START = 1_000_000

Jobs = list[list[tuple[int, int]]]  # per job its operations in order: machine, duration
Starts = list[list[int]]  # per job the start times of its operations


def read_instances() -> dict[str, tuple[int, Jobs]]:
    """Return the instances: name -> (best known makespan, jobs)."""
    content = json.loads(INSTANCES.read_text())
    return {
        name: (
            instance["best_known"],
            [[(machine, duration) for machine, duration in job] for job in instance["jobs"]],
        )
        for name, instance in content.items()
    }


def read_schedules(path: Path, instances: dict[str, tuple[int, Jobs]]) -> dict[str, Starts]:
    """Return the schedules in the output. Raises Refused when the shape is wrong."""
    content = table(read_json(path, MOST_BYTES), path.name, instances)
    return {name: read_starts(name, content[name], jobs) for name, (_, jobs) in instances.items()}


def read_starts(name: str, value: object, jobs: Jobs) -> Starts:
    """Return the start times of one instance. Raises Refused when the shape is wrong."""
    found = rows(value, f"{name}: its jobs", len(jobs))
    return [
        integers(row, f"{name}, job {j}: starts", len(job), 0, LATEST_START)
        for j, (row, job) in enumerate(zip(found, jobs, strict=True))
    ]


def conflicts(name: str, starts: Starts, jobs: Jobs) -> list[tuple[int, str]]:
    """Return every violated constraint of one schedule: time units of overlap, description."""
    found = []
    on_machine: dict[int, list[tuple[int, int, int, int]]] = {}
    for j, (row, job) in enumerate(zip(starts, jobs, strict=True)):
        ready = 0
        for k, (start, (machine, duration)) in enumerate(zip(row, job, strict=True)):
            if start < ready:
                text = (
                    f"{name}, job {j}: operation {k} starts at {start}, operation {k - 1} ends at"
                )
                found.append((ready - start, f"{text} {ready}"))
            ready = start + duration
            on_machine.setdefault(machine, []).append((start, ready, j, k))
    for machine, work in sorted(on_machine.items()):
        for (_, end, j, k), (start, _, other, step) in pairwise(sorted(work)):
            if start < end:
                text = f"{name}, machine {machine}: job {other} operation {step} starts at {start},"
                found.append((end - start, f"{text} job {j} operation {k} ends at {end}"))
    return found


def makespan(starts: Starts, jobs: Jobs) -> int:
    """Return the time at which the last job is finished."""
    return max(row[-1] + job[-1][1] for row, job in zip(starts, jobs, strict=True))


def score(app: Path) -> Scored:
    """Return the record and the feedback for the output file in the directory `app`.

    The reward is the mean over the instances of 100 * best known / makespan.
    """
    instances = read_instances()
    schedules = read_schedules(app / OUTPUT, instances)
    found = [
        c for name, (_, jobs) in instances.items() for c in conflicts(name, schedules[name], jobs)
    ]
    if found:
        return broken(found)
    spans = {name: makespan(schedules[name], jobs) for name, (_, jobs) in instances.items()}
    total = Fraction(0)
    for name, (best, _) in instances.items():
        total += Fraction(100 * best, spans[name] * len(instances))
    record: dict[str, float] = {"reward": float(total), "feasible": 1}
    record |= {f"makespan_{name}": span for name, span in spans.items()}
    return record, praise(float(total), spans, instances, schedules)


def praise(
    total: float,
    spans: dict[str, int],
    instances: dict[str, tuple[int, Jobs]],
    schedules: dict[str, Starts],
) -> str:
    """Say how good each schedule is and which job and machine finish last."""
    lines = [f"Mean of 100 * best known / makespan: {total:.4f} (100 is optimal everywhere)."]
    for name, (best, jobs) in sorted(instances.items(), key=lambda i: i[1][0] / spans[i[0]]):
        ends = [row[-1] + job[-1][1] for row, job in zip(schedules[name], jobs, strict=True)]
        last = ends.index(spans[name])
        lines.append(
            f"- {name}: makespan {spans[name]}, best known {best},"
            f" {100 * best / spans[name]:.2f}; last is job {last} on machine {jobs[last][-1][0]}"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(score)
