"""Score schedules for six classical job shops. Standard library only.

Usage: python3 -S verify.py [APP_DIR] [LOG_DIR]   (defaults: /app and /logs/verifier)

Reads APP_DIR/schedules.json as data and writes LOG_DIR/reward.json and LOG_DIR/feedback.md.
The instances come from the file beside this program, never from APP_DIR. All times are integers,
so every check is exact.
"""

import json
import os
import stat
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NoReturn

OUTPUT = "schedules.json"
INSTANCES = Path(__file__).with_name("instances.json")
SIZE_CAP = 262_144  # bytes
LATEST_START = 1_000_000
SHOWN = 5  # problems named in the feedback

Jobs = list[list[tuple[int, int]]]  # per job its operations in order: machine, duration
Starts = list[list[int]]  # per job the start times of its operations
Reward = dict[str, float]


class BadOutputError(Exception):
    """The candidate's output cannot be scored; the message says why and how to mend it."""


def read_output(path: Path) -> object:
    """Return the JSON value in `path`, read as untrusted data.

    Raises BadOutputError for a missing, irregular, oversized or malformed file, for duplicate
    keys and for numbers that are not short integers.
    """
    try:
        with open(path, "rb", opener=open_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise BadOutputError(f"{path.name} is not a regular file")
            data = file.read(SIZE_CAP + 1)
    except OSError as error:
        raise BadOutputError(f"{path.name} cannot be read: {error.strerror}") from None
    if len(data) > SIZE_CAP:
        raise BadOutputError(f"{path.name} is larger than {SIZE_CAP} bytes")
    try:
        return json.loads(
            data.decode("utf-8"),
            object_pairs_hook=unique_keys,
            parse_float=no_float,
            parse_int=short_int,
            parse_constant=no_constant,
        )
    except RecursionError:
        raise BadOutputError(f"{path.name} is nested too deeply") from None
    except ValueError as error:  # covers malformed JSON and malformed UTF-8
        raise BadOutputError(f"{path.name} is not valid JSON: {error}") from None


def open_at_once(path: str, flags: int) -> int:
    """Open without following a link and without waiting for the other end of a FIFO."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build a JSON object; a repeated key is refused, not overwritten."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadOutputError("a JSON object repeats a key")
    return found


def no_constant(text: str) -> NoReturn:
    """Refuse NaN, Infinity and -Infinity, which are not JSON."""
    raise BadOutputError(f"{text} is not a number")


def no_float(text: str) -> NoReturn:
    """Refuse numbers with a fraction or an exponent: times are integers."""
    raise BadOutputError(f"{text[:40]} is not an integer; start times are whole numbers")


def short_int(text: str) -> int:
    """Parse a JSON integer; nothing in an output needs more than 18 digits."""
    if len(text) > 18:
        raise BadOutputError(f"the integer {text[:18]}... has too many digits")
    return int(text)


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
    """Return the schedules in the output. Raises BadOutputError when the shape is wrong."""
    content = read_output(path)
    if not isinstance(content, dict):
        raise BadOutputError(f"{path.name} must be one object: instance name -> start times")
    if set(content) != set(instances):
        missing = ", ".join(sorted(set(instances) - set(content))) or "none"
        extra = ", ".join(ascii(key[:20]) for key in sorted(set(content) - set(instances))[:SHOWN])
        raise BadOutputError(f"instances missing: {missing}; instances unknown: {extra or 'none'}")
    return {name: read_starts(name, content[name], jobs) for name, (_, jobs) in instances.items()}


def read_starts(name: str, rows: object, jobs: Jobs) -> Starts:
    """Return the start times of one instance. Raises BadOutputError when the shape is wrong."""
    if not isinstance(rows, list) or len(rows) != len(jobs):
        count = f"{len(rows)} entries" if isinstance(rows, list) else type(rows).__name__
        raise BadOutputError(f"{name}: expected a list of {len(jobs)} jobs, not {count}")
    for j, (row, job) in enumerate(zip(rows, jobs, strict=True)):
        if not isinstance(row, list) or len(row) != len(job):
            count = f"{len(row)} entries" if isinstance(row, list) else type(row).__name__
            raise BadOutputError(f"{name}, job {j}: expected {len(job)} start times, not {count}")
        for k, start in enumerate(row):
            where = f"{name}, job {j}, operation {k}"
            if isinstance(start, bool) or not isinstance(start, int):
                kind = type(start).__name__
                raise BadOutputError(f"{where}: the start time must be an integer, not {kind}")
            if not 0 <= start <= LATEST_START:
                raise BadOutputError(f"{where}: the start time {start} is not in 0..{LATEST_START}")
    return rows


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


def score(outputs: Path) -> tuple[Reward, str]:
    """Return the reward object and the feedback for the output files in the directory `outputs`.

    The reward is the mean over the instances of 100 * best known / makespan.
    """
    instances = read_instances()
    try:
        schedules = read_schedules(outputs / OUTPUT, instances)
    except BadOutputError as problem:
        return {"reward": 0.0, "feasible": 0}, f"Not scored: {problem}.\n"
    found = [
        c for name, (_, jobs) in instances.items() for c in conflicts(name, schedules[name], jobs)
    ]
    if found:
        return {"reward": 0.0, "feasible": 0, "conflicts": len(found)}, blame(found)
    spans = {name: makespan(schedules[name], jobs) for name, (_, jobs) in instances.items()}
    total = Fraction(0)
    for name, (best, _) in instances.items():
        total += Fraction(100 * best, spans[name] * len(instances))
    reward: Reward = {"reward": float(total), "feasible": 1}
    reward |= {f"makespan_{name}": span for name, span in spans.items()}
    return reward, praise(float(total), spans, instances, schedules)


def blame(found: list[tuple[int, str]]) -> str:
    """Name the violated constraints, worst first."""
    worst = sorted(found, key=lambda conflict: -conflict[0])[:SHOWN]
    lines = [f"Infeasible: {len(found)} conflicts. Worst first:"]
    return "\n".join(lines + [f"- {text} ({amount} too early)" for amount, text in worst]) + "\n"


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


def main() -> None:
    """Score the outputs in APP_DIR and write the result to LOG_DIR."""
    app, logs = (sys.argv[1:] + ["/app", "/logs/verifier"][len(sys.argv) - 1 :])[:2]
    reward, feedback = score(Path(app))
    Path(logs).mkdir(parents=True, exist_ok=True)
    Path(logs, "reward.json").write_text(json.dumps(reward) + "\n")
    Path(logs, "feedback.md").write_text(feedback)


if __name__ == "__main__":
    main()
