"""Are a task's figures true: its baseline, its reference solution, its noise and its time?"""

from __future__ import annotations

import statistics

from workbench.model.doubt import doubt
from workbench.model.task import Task
from workbench.verify.check.finding import Check, fail, ok, skip, warn
from workbench.verify.check.judge import Judge, Said
from workbench.verify.preflight import TOLERANCE

SOLUTION = "solution/"
QUICK_SECONDS, SLOW_SECONDS = 0.5, 5.0
"""An evaluation that takes longer is told of, and one that takes longer still, loudly."""


def reference(task: Task) -> dict[str, bytes] | None:
    """Return the editable files of the task's reference solution; None where it has none."""
    found = {path: task.bundle.get(SOLUTION + path) for path in task.editable}
    given = {path: data for path, data in found.items() if data is not None}
    return {**task.initial, **given} if given else None


async def measured(judge: Judge, files: dict[str, bytes], repeats: int) -> Measured:
    """Verify a candidate `repeats` times."""
    found = [await judge.whole(files) for _ in range(repeats)]
    return Measured([said for said, _ in found], [seconds for _, seconds in found])


class Measured:
    """Some verifications of the same files."""

    def __init__(self, said: list[Said], seconds: list[float]) -> None:
        self.said = said
        self.seconds = seconds

    @property
    def problem(self) -> str:
        """Why it has no score; empty if it has one each time."""
        bad = next((said for said in self.said if not said.scored), None)
        return "" if bad is None else f"{bad.outcome}: {bad.message}"

    @property
    def scores(self) -> list[float]:
        """The scores, as far as there are any."""
        return [said.score for said in self.said if said.score is not None]

    @property
    def spread(self) -> float:
        """The largest score less the smallest."""
        return max(self.scores) - min(self.scores)

    @property
    def score(self) -> float:
        """Their median."""
        return statistics.median(self.scores)


def check_baseline(task: Task, found: Measured) -> Check:
    """The initial files must be feasible, and score what task.toml says."""
    if found.problem:
        return fail("baseline", f"the initial files are {found.problem}")
    if task.baseline is None:
        return warn("baseline", f"they score {found.score:.10g}; say so: baseline = {found.score}")
    off = abs(found.score - task.baseline)
    if off > TOLERANCE * max(1.0, abs(task.baseline)) + found.spread:
        return fail(
            "baseline",
            f"the initial files score {found.score:.10g}, but baseline = {task.baseline:.10g}",
        )
    return ok("baseline", f"{found.score:.10g}, feasible")


def check_noise(task: Task, found: Measured) -> Check:
    """Equal files must score alike, or the task must say that they do not."""
    times = len(found.scores)
    if found.problem:
        return skip("noise", "the initial files have no score")
    if found.spread == 0:
        return ok("noise", f"none: {times} verifications of the initial files are equal")
    told = f"{times} scores spread over {found.spread:.3g} ({min(found.scores):.10g} and up)"
    if task.repeats > 1:
        return ok("noise", f"{told}; a new best is verified {task.repeats} more times")
    return fail("noise", f"{told}, but task.toml has no `repeats`: luck would count as progress")


def check_reference(task: Task, baseline: Measured, found: Measured | None) -> Check:
    """The reference solution must be better than the initial files, and not too good."""
    if found is None:
        return fail("reference", f"there is none: put editable files below {SOLUTION}")
    if found.problem:
        return fail("reference", f"the reference solution is {found.problem}")
    reward = task.direction.reward
    if not baseline.problem and reward(found.score) <= reward(baseline.score):
        return fail("reference", f"{found.score:.10g} is no better than the initial files")
    doubted = doubt(task, found.score)
    told = f"{found.score:.10g}"
    if task.best_known is not None:
        told += f", best known {task.best_known:.10g}"
    return ok("reference", f"{told}; {doubted}" if doubted else told)


def check_time(found: list[Measured]) -> Check:
    """An evaluation should be quick: a search makes hundreds."""
    seconds = [one for each in found for one in each.seconds]
    middle, most = statistics.median(seconds), max(seconds)
    told = f"median {middle:.3g} s, longest {most:.3g} s"
    if most > SLOW_SECONDS:
        return warn("time", f"{told}: a search of hundreds will take hours")
    return (ok if middle <= QUICK_SECONDS else warn)("time", told)
