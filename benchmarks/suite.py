"""What tuning alone reaches on every bundled task: whole runs of the real program.

    python -m benchmarks.suite [--task NAME …] [--evaluations 200] [--seed 0] [--write]

For every task one session of four lineages with the mutation proposer. The share is how far the
best score went from the baseline towards the best known one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from typing import NamedTuple

from benchmarks import common
from workbench.formats.load import bundled, load
from workbench.model.task import Task

DOCUMENT = common.ROOT / "docs" / "tasks.md"
LINEAGES = 4


class Reached(NamedTuple):
    """What a session came to."""

    score: float
    evaluations: int
    seconds: float
    """Wall time of the whole session."""
    verification: float
    """Median wall time of one verification."""
    feasible: float
    """Share of the candidates that were feasible."""


def run(name: str, evaluations: int, seed: int) -> Reached:
    """Run one session to its end, and read what is in it."""
    words = ["--lineages", LINEAGES, "--budget", f"evaluations={evaluations}", "--seed", seed]
    said = _workbench("run", name, *words, "--display", "json").splitlines()
    end = json.loads(said[-1])
    shown = json.loads(_workbench("show", end["session"], "--json"))
    verdicts = [one for one in map(json.loads, said) if one["kind"] == "verdict_reached"]
    seconds = [one["verdict"]["seconds"] for one in verdicts]
    tried = [one for one in shown["candidates"] if one["lineage"] is not None]
    return Reached(
        end["best"]["score"],
        end["evaluations"],
        end["spent"]["seconds"],
        statistics.median(seconds) if seconds else float("nan"),
        sum(bool(one["feasible"]) for one in tried) / max(1, len(tried)),
    )


def _workbench(*words: object) -> str:
    done = subprocess.run(
        [common.workbench(), *map(str, words)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"workbench {' '.join(map(str, words))} failed: {done.stderr}")
    return done.stdout


def share(task: Task, score: float) -> str:
    """Say how far a score went from the baseline to the best known one."""
    if task.baseline is None or task.best_known is None or task.best_known == task.baseline:
        return ""
    return f"{(score - task.baseline) / (task.best_known - task.baseline):.0%}"


def row(task: Task, reached: Reached) -> tuple[object, ...]:
    """Return a task's line of the table."""
    return (
        f"`{task.name}`",
        f"{task.score_name} ({'max' if task.direction.value == 'maximize' else 'min'})",
        f"{task.baseline:.6g}",
        f"{reached.score:.6g}",
        f"{task.best_known:.6g}",
        share(task, reached.score),
        f"{reached.feasible:.0%}",
        f"{1000 * reached.verification:.0f}",
        f"{reached.seconds:.0f}",
    )


HEADS = ("task", "score", "baseline", "reached", "best known", "share", "feasible",
         "ms each", "seconds")  # fmt: skip


def main(options: argparse.Namespace) -> None:
    """Run every task, print the table, write it."""
    tasks = [load(path).task for path in bundled()]
    wanted = [task for task in tasks if not options.task or task.name in options.task]
    rows, loads = [], [common.load()]
    with common.own_places():
        for task in wanted:
            rows.append(row(task, run(task.name, options.evaluations, options.seed)))
            loads.append(common.load())
            print(*rows[-1], file=sys.stderr, flush=True)
    command = common.command("suite", options, ("task", "evaluations", "seed"))
    told = f"{common.stamp(command, loads)}\n\n{common.table(HEADS, rows)}"
    common.publish("suite", told, options.write, DOCUMENT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--task", nargs="+")
    parser.add_argument("--evaluations", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help="into docs/tasks.md")
    main(parser.parse_args())
