"""A small task that runs, for somebody to change into their own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

Verification = Literal["output", "call"]

_TOML = """\
schema_version = "1.4"
artifacts = ["/app/solve.py"]

[task]
name = "mine/{name}"

[metadata]
title = "{title}"

[metadata.workbench]
editable = ["solve.py"]
{how}
direction = "maximize"
score_name = "{score_name}"
category = "mine"
baseline = {baseline}
{known}verification = "{verification}"
evaluate_timeout_sec = 10.0

[metadata.workbench.budget]
evaluations = 200

[verifier]
environment_mode = "separate"
timeout_sec = 30.0

[environment]
cpus = 1
memory_mb = 512
storage_mb = 256
network_mode = "no-network"
"""

_DOCKERFILE = "FROM python:3.11-slim\nWORKDIR /app\nCOPY app/ /app/\n"
_SOLVE_SH = "#!/bin/bash\ncp /solution/solve.py /app/solve.py\n"
_VERIFY_ONLY = "exec python3 -S /tests/verify.py /app /logs/verifier\n"

_POINTS_INSTRUCTION = """\
# Five points far apart

Place five points in the square [0, 1] x [0, 1]. **Maximise the smallest distance between two of
them.** Edit `/app/solve.py`; it is run as `python3 -S solve.py` in `/app` and must write
`/app/points.json`, which alone is scored:

    {"points": [[x, y], ... 5 entries]}

A point outside the square by more than 1e-9 is infeasible.
"""

_POINTS_SOLVE = '''\
"""Write five points on a ring as points.json."""

import json
import math

RADIUS = 0.4  # of the ring around the middle of the square
TURN = 0.0  # how far the ring is turned, in steps from one point to the next


def main() -> None:
    """Write the points."""
    points = []
    for k in range(5):
        angle = 2 * math.pi * (k + TURN) / 5
        points.append([0.5 + RADIUS * math.cos(angle), 0.5 + RADIUS * math.sin(angle)])
    with open("points.json", "w") as file:
        json.dump({"points": points}, file)


if __name__ == "__main__":
    main()
'''

_POINTS_SOLUTION = '''\
"""Write the best five points: the corners and the middle."""

import json

with open("points.json", "w") as file:
    json.dump({"points": [[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 0.5]]}, file)
'''

_POINTS_VERIFY = '''\
"""Score five points in the unit square by the smallest distance between two of them."""

import math
from itertools import combinations
from pathlib import Path

from answers import Scored, broken, main, numbers, read_json, rows, table

POINTS = 5
TOLERANCE = 1e-9


def score(app: Path) -> Scored:
    """Return the record and the feedback for the points in `app`."""
    content = table(read_json(app / "points.json"), "points.json", ("points",))
    listed = rows(content["points"], "points", POINTS)
    points = [numbers(point, f"points[{at}]", 2) for at, point in enumerate(listed)]
    outside = []
    for at, point in enumerate(points):
        for name, value in zip("xy", point):
            if max(-value, value - 1) > TOLERANCE:
                outside.append((max(-value, value - 1), f"point {at}: {name} outside the square"))
    if outside:
        return broken(outside)
    pairs = {pair: math.dist(*(points[at] for at in pair)) for pair in combinations(range(5), 2)}
    closest = min(pairs, key=pairs.__getitem__)
    reward = {"reward": pairs[closest], "feasible": 1}
    return reward, f"Smallest distance {pairs[closest]:.6f}, between points {closest}.\\n"


if __name__ == "__main__":
    main(score)
'''

_BINS_INSTRUCTION = """\
# Bins that fill up

Items between 0 and 1 arrive one by one; each goes into a bin of capacity 1 at once, for good.
**Maximise how full the bins are** on sequences that you do not see. Edit `/app/solve.py`: its
function

    choose(room, item) -> index

is given the room left in each open bin, and the item. Return the index of a bin, or -1 for a new
one. An item put where it does not fit is infeasible. The score is the sum of all items over the
number of bins, averaged over the sequences.
"""

_BINS_SOLVE = '''\
"""Put each item into the first bin that has room to spare."""

SPARE = 0.2  # room that should be left over for items to come


def choose(room: list[float], item: float) -> int:
    """Return the bin of the item: an index into `room`, or -1 for a new one."""
    for index, left in enumerate(room):
        if left >= item + SPARE:
            return index
    return -1
'''

_BINS_SOLUTION = '''\
"""Put each item where it leaves the least room (best fit)."""


def choose(room: list[float], item: float) -> int:
    """Return the bin of the item: an index into `room`, or -1 for a new one."""
    fits = [index for index, left in enumerate(room) if left >= item]
    return min(fits, key=lambda index: room[index], default=-1)
'''

_BINS_VERIFY = '''\
"""Let a candidate put items into bins, on sequences that it never sees whole."""

import random
from pathlib import Path

from answers import Scored, broken, integer, main
from calls import Candidate

SEEDS = range(3)
ITEMS = 60


def fill(candidate: Candidate, seed: int) -> tuple[float, list[tuple[float, str]]]:
    """Return how full the bins of one sequence are, and what was put where it does not fit."""
    chance = random.Random(seed)
    items = [round(chance.uniform(0.05, 0.7), 3) for _ in range(ITEMS)]
    room: list[float] = []
    for at, item in enumerate(items):
        where = f"sequence {seed}, item {at}"
        index = integer(candidate.call("choose", list(room), item), where, -1, len(room) - 1)
        if index == -1:
            room.append(1.0)
        if room[index] < item:
            return 0.0, [(item - room[index], f"{where} does not fit into bin {index}")]
        room[index] = round(room[index] - item, 3)
    return sum(items) / len(room), []


def score(app: Path) -> Scored:
    """Return the record and the feedback for the candidate."""
    full = []
    with Candidate("solve.py") as candidate:
        for seed in SEEDS:
            filled, wrong = fill(candidate, seed)
            if wrong:
                return broken(wrong)
            full.append(filled)
    mean = sum(full) / len(full)
    each = ", ".join(f"{filled:.3f}" for filled in full)
    return {"reward": mean, "feasible": 1}, f"Bins are {mean:.4f} full ({each}).\\n"


if __name__ == "__main__":
    main(score)
'''


def write_task(directory: Path, verification: Verification, modules: Mapping[str, bytes]) -> None:
    """Write a task of that kind to a new directory.

    `modules` are what a verifier imports, by file name, so that the task also runs elsewhere.
    Raises `FileExistsError` for one that is there, `ValueError` for a name that no task can have,
    and `OSError`.
    """
    name = directory.resolve().name
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise ValueError(f'{name!a} cannot name a task: use letters, digits, ".", "_" and "-"')
    texts = _points(name) if verification == "output" else _bins(name)
    files = {path: text.encode() for path, text in texts.items()}
    files |= {f"tests/{file}": data for file, data in modules.items()}
    directory.mkdir(parents=True)
    for path, data in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        if path.endswith(".sh"):
            target.chmod(0o755)


def _common(toml: str, parts: Mapping[str, str]) -> dict[str, str]:
    return {
        "task.toml": toml,
        "environment/Dockerfile": _DOCKERFILE,
        "solution/solve.sh": _SOLVE_SH,
        **parts,
    }


def _points(name: str) -> dict[str, str]:
    run = 'run = ["python3", "-S", "solve.py"]\noutputs = ["points.json"]'
    bound = (
        "best_known = 0.7071067811865476\n"
        'best_known_source = "the corners and the middle"\n'
        "bound = 0.7071067811865476\n"
        'bound_source = "of five points two lie in one quarter of the square (pigeonhole)"\n'
    )
    toml = _TOML.format(
        name=name,
        title="Five points far apart",
        how=run,
        score_name="smallest distance",
        baseline=0.4702282018339785,
        known=bound,
        verification="output",
    )
    run_it = "cd /app && rm -rf points.json && timeout 10 python3 -S solve.py\n"
    outside = {"points": [[0, 0], [0, 1], [1, 0], [1, 1], [0.5, 1.5]]}
    return _common(
        toml,
        {
            "instruction.md": _POINTS_INSTRUCTION,
            "environment/app/solve.py": _POINTS_SOLVE,
            "solution/solve.py": _POINTS_SOLUTION,
            "tests/verify.py": _POINTS_VERIFY,
            "tests/test.sh": f"#!/bin/bash\n{run_it}{_VERIFY_ONLY}",
            "checks/outside/points.json": json.dumps(outside) + "\n",
        },
    )


def _bins(name: str) -> dict[str, str]:
    toml = _TOML.format(
        name=name,
        title="Bins that fill up",
        how="",
        score_name="fullness",
        baseline=0.692158564821536,
        known="",
        verification="call",
    ).replace("\n\ndirection", "\ndirection")
    too_full = "def choose(room, item):\n    return 0 if room else -1\n"
    return _common(
        toml,
        {
            "instruction.md": _BINS_INSTRUCTION,
            "environment/app/solve.py": _BINS_SOLVE,
            "solution/solve.py": _BINS_SOLUTION,
            "tests/verify.py": _BINS_VERIFY,
            "tests/test.sh": f"#!/bin/bash\n{_VERIFY_ONLY}",
            "checks/too-full/solve.py": too_full,
        },
    )
