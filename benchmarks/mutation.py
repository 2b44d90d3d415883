"""What the mutation proposer reaches, measured in-process (no sandbox).

    python -m benchmarks.mutation [--task circle-packing …] [--seeds 5] [--evaluations 1000]

For every task: the median over the seeds of the best score after 50, 200 and 1000 evaluations of
one lineage, for `chain`, `independent` and a control that moves every tunable constant at once at
random; then the best of four chains of 50 evaluations each, which is what the demo shows. The
candidates are the task's own initial program and its descendants: trusted enough to run here,
with a time limit only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import random
import runpy
import shutil
import signal
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

from workbench.model.candidate import Candidate, digest_of, digest_of_files
from workbench.model.event import LineageCreated
from workbench.model.lineage import Lineage
from workbench.model.move import Move, rng_for
from workbench.model.task import Task
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.propose.mutation.constants import change
from workbench.propose.mutation.number import moved
from workbench.propose.mutation.program import read_program
from workbench.propose.mutation.source import apply_edits
from workbench.propose.proposer import Proposal, ProposalUnusable, Quiet, Request, Shown
from workbench.propose.registry import proposer
from workbench.search.registry import strategy

TASKS = Path(__file__).resolve().parent.parent / "tasks"
MARKS = (50, 200, 1000)
SECONDS = 2.0
"""Time limit of one evaluation."""


class Bench:
    """One task, ready to evaluate candidates in a scratch directory."""

    def __init__(self, name: str, scratch: Path) -> None:
        """Load task `name` and its verifier."""
        root = TASKS / name
        settings = tomllib.loads((root / "task.toml").read_text())["metadata"]["workbench"]
        app = root / "environment" / "app"
        files = {str(p.relative_to(app)): p.read_bytes() for p in app.rglob("*") if p.is_file()}
        self.scratch = scratch
        self.command = [str(word) for word in settings["run"]]
        self.outputs = [str(path) for path in settings["outputs"]]
        self.score: Callable[[Path], tuple[dict[str, float], str]] = runpy.run_path(
            str(root / "tests" / "verify.py")
        )["score"]
        self.task = Task(
            name=name,
            title=name,
            instruction="",
            files=files,
            editable=tuple(settings["editable"]),
            run=tuple(self.command),
            outputs=tuple(self.outputs),
            verifier={},
            verify=(),
            direction=Direction(settings.get("direction", "maximize")),
        )
        shutil.copytree(app, scratch, dirs_exist_ok=True)

    def verdict(self, files: dict[str, bytes]) -> Verdict:
        """Run a candidate and score what it leaves."""
        for path, data in files.items():
            (self.scratch / path).write_bytes(data)
        for output in self.outputs:
            (self.scratch / output).unlink(missing_ok=True)
        program = next(word for word in self.command if word.endswith(".py"))
        try:
            with _within(SECONDS), contextlib.redirect_stdout(io.StringIO()):
                runpy.run_path(program, run_name="__main__")
        except (Exception, SystemExit) as error:  # whatever a mutated program raises
            return Verdict(Outcome.FAILED, str(error)[:80])
        record, _ = self.score(self.scratch)
        if not record.get("feasible"):
            return Verdict(Outcome.INFEASIBLE, "infeasible")
        score = float(record["reward"])
        return Verdict(Outcome.SCORED, "", score=score, reward=self.task.direction.reward(score))


def run_lineage(bench: Bench, kind: str, seed: int, number: int, evaluations: int) -> list[float]:
    """Return the best score after every evaluation of one lineage."""
    initial = bench.task.initial
    origin = _candidate(1, initial, None, 0)
    origin.verdict = bench.verdict(initial)
    created = LineageCreated(number, kind, "mutation", seed, 1)
    lineage = Lineage(created, {1: origin}, {origin.digest: 1})
    lineage.best = 1 if origin.feasible else None
    texts = {1: initial}
    make = proposer("mutation")(seed, number, {})
    curve: list[float] = []
    while len(curve) < evaluations and lineage.step < 3 * evaluations:
        lineage.step += 1
        try:
            move, proposal = _step(bench, kind, seed, lineage, texts, make)
        except ProposalUnusable:
            continue
        made = _candidate(len(texts) + 1, proposal.files, lineage.id, lineage.step)
        if made.digest in lineage.digests:
            continue
        made.parents, made.operator = move.parents, move.operator
        made.detail = json.loads(json.dumps(proposal.detail))
        made.verdict = bench.verdict(proposal.files)
        lineage.best = made.id if lineage.improves(made) else lineage.best
        lineage.candidates[made.id], lineage.digests[made.digest] = made, made.id
        texts[made.id] = proposal.files
        make.observe(made)
        best = lineage.best_reward
        curve.append(float("nan") if best is None else bench.task.direction.score(best))
    return curve


def _step(
    bench: Bench, kind: str, seed: int, lineage: Lineage, texts: dict[int, Any], make: Any
) -> tuple[Move, Proposal]:
    if kind == "control":
        move = Move("explore", (1,))
        return move, _control(texts[1], rng_for(seed, lineage.id, lineage.step, "control"))
    rng = rng_for(seed, lineage.id, lineage.step, "strategy")
    move = strategy(kind).next_move(lineage, rng)
    parents = tuple(Shown(lineage.candidates[one], texts[one]) for one in move.parents)
    request = Request(bench.task, lineage, lineage.step, seed, move, parents)
    return move, asyncio.run(make.propose(request, Quiet()))


def _control(files: dict[str, bytes], rng: random.Random) -> Proposal:
    """Move every tunable constant of the initial program at once."""
    literals = read_program(files).tunable
    changes = [
        change(each, moved(each.value, rng.gauss(0.0, 0.3), None if each.value else 1.0))
        for each in literals
    ]
    return Proposal(apply_edits(files, [each.edit for each in changes]), "all at once")


def _candidate(number: int, files: dict[str, bytes], lineage: int | None, step: int) -> Candidate:
    digests = {path: digest_of(data) for path, data in files.items()}
    return Candidate(number, lineage, step, (), digest_of_files(digests), digests, "", "mutation")


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def measure(job: tuple[str, str, int, int, int]) -> list[float]:
    """Run one lineage in a directory of its own: (task, kind, seed, lineage, evaluations)."""
    name, kind, seed, number, evaluations = job
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        sys.path.insert(0, os.getcwd())
        try:
            return run_lineage(Bench(name, Path(scratch)), kind, seed, number, evaluations)
        finally:
            sys.path.pop(0)


def main() -> None:
    """Measure and print one table per task."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--task", nargs="+", default=["circle-packing", "job-shop"])
    parser.add_argument("--kinds", nargs="+", default=["chain", "independent", "control"])
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--evaluations", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    seeds = range(1, options.seeds + 1)
    with ProcessPoolExecutor(options.jobs) as pool:
        for name in options.task:
            began = time.perf_counter()
            print(f"{name}: medians over {options.seeds} seeds")
            for kind in options.kinds:
                jobs = [(name, kind, seed, 1, options.evaluations) for seed in seeds]
                curves = list(pool.map(measure, jobs))
                print(f"  {kind:12}", *(_at(curves, mark) for mark in MARKS))
            jobs = [(name, "chain", seed, number, 50) for seed in seeds for number in range(1, 5)]
            ends = [curve[-1] for curve in pool.map(measure, jobs)]
            best = _direction(name)
            tops = [best(ends[index * 4 : index * 4 + 4]) for index in range(options.seeds)]
            print(f"  4 chains @50 {statistics.median(tops):.4f}  (each {_list(tops)})")
            print(f"  {time.perf_counter() - began:.0f} s")


def _at(curves: list[list[float]], mark: int) -> str:
    values = [curve[mark - 1] for curve in curves if len(curve) >= mark]
    return f"@{mark} {statistics.median(values):.4f}" if values else f"@{mark} -"


def _list(values: list[float]) -> str:
    return ", ".join(f"{value:.4f}" for value in values)


def _direction(name: str) -> Callable[[list[float]], float]:
    settings = tomllib.loads((TASKS / name / "task.toml").read_text())["metadata"]["workbench"]
    return min if settings.get("direction") == "minimize" else max


if __name__ == "__main__":
    main()
