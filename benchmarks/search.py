"""What a run of the bundled tasks reaches from a clean start, and that it repeats itself.

    python -m benchmarks.search [--task NAME …] [--seeds 5] [--evaluations 200] [--write]

For every task and seed: `workbench run tasks/NAME --display json --budget evaluations=200
--lineages 4 --seed S`, no key, no model, real sandbox. The first seed is run twice: each lineage's
story (moves, candidates' digests, rewards) must come out equal. Exits with 1 if one does not.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from typing import Any, NamedTuple

from benchmarks import common
from workbench.content import tasks_dir
from workbench.formats.load import load
from workbench.model.verdict import Direction

LINEAGES = 4


class Outcome(NamedTuple):
    """One finished session, read from what the command printed."""

    initial: float
    best: float
    story: dict[int, list[tuple[object, ...]]]
    """Lineage -> (step, operator, digests of the parents, digest, reward) in order."""
    seconds: float


def run(task: str, seed: int, evaluations: int) -> Outcome:
    """Run one session to its end."""
    words = f"run tasks/{task} --display json --lineages {LINEAGES} --seed {seed}".split()
    words += ["--budget", f"evaluations={evaluations}"]
    begun = time.perf_counter()
    said = subprocess.run(
        [common.workbench(), *words], cwd=common.ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    last = lines[-1]
    if last["evaluations"] != evaluations:
        raise SystemExit(f"{task}, seed {seed}: {last['evaluations']} evaluations were made")
    seconds = time.perf_counter() - begun
    return Outcome(last["initial"]["score"], last["best"]["score"], _story(lines), seconds)


def _story(lines: list[dict[str, Any]]) -> dict[int, list[tuple[object, ...]]]:
    made = {line["candidate"]: line for line in lines if line["kind"] == "proposal_made"}
    digests = {number: line["digest"] for number, line in made.items()}
    rewards = {
        line["candidate"]: line["verdict"].get("reward")
        for line in lines
        if line["kind"] == "verdict_reached"
    }
    told: dict[int, list[tuple[object, ...]]] = defaultdict(list)
    for number, line in made.items():
        parents = tuple(digests.get(parent, "initial") for parent in line["parents"])
        act = (line["step"], line["operator"], parents, line["digest"], rewards.get(number))
        told[line["lineage"]].append(act)
    return dict(told)


def row(task: str, seeds: int, evaluations: int) -> tuple[tuple[object, ...], bool]:
    """Measure one task; return its row and whether the first seed repeated itself."""
    runs = [run(task, seed, evaluations) for seed in range(seeds)]
    again = run(task, 0, evaluations)
    equal = again.story == runs[0].story
    facts = load(str(tasks_dir() / task)).task
    scores = [each.best for each in runs]
    median = statistics.median(scores)
    sign = "max" if facts.direction is Direction.MAXIMIZE else "min"
    initial = runs[0].initial
    closed = ""
    if facts.best_known is not None:
        closed = f"{(median - initial) / (facts.best_known - initial):.0%}"
    return (
        task,
        f"{facts.score_name} ({sign})",
        f"{initial:.4g}",
        ", ".join(f"{score:.4f}" for score in scores),
        f"{median:.4f}",
        "" if facts.best_known is None else f"{facts.best_known:.4f}",
        closed,
        "equal" if equal else "DIFFERS",
        common.middle([each.seconds for each in (*runs, again)]),
    ), equal


def main(options: argparse.Namespace) -> int:
    """Measure every task, print, write; return the exit code."""
    loads, rows, repeated = [common.load()], [], True
    with common.own_places():
        for task in options.task:
            cells, equal = row(task, options.seeds, options.evaluations)
            print(*cells, sep="  ", flush=True)
            rows.append(cells)
            repeated &= equal
            loads.append(common.load())
    heads = ("task", "score", "initial", f"best of seeds 0 to {options.seeds - 1}", "median")
    more = ("best known", "of the way there", "seed 0 again", "seconds, median (min)")
    asked = f"--seeds {options.seeds} --evaluations {options.evaluations}"
    command = f"python -m benchmarks.search {asked}"
    text = f"{common.stamp(command, loads)}\n\n{common.table([*heads, *more], rows)}"
    common.publish("search", text, options.write)
    return 0 if repeated else 1


if __name__ == "__main__":
    bundled = sorted(path.name for path in tasks_dir().iterdir() if (path / "task.toml").is_file())
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--task", nargs="+", default=bundled, metavar="NAME")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--evaluations", type=int, default=200)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    sys.exit(main(parser.parse_args()))
