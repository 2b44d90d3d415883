"""Is a verifier strict: does it refuse what is no answer, and would a fault in it be noticed?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from workbench.model.task import Task
from workbench.verify.check.battery import Case, bad_candidates, bad_outputs
from workbench.verify.check.finding import Check, fail, ok, skip, warn
from workbench.verify.check.judge import Judge, Said
from workbench.verify.check.mutants import Mutant, mutants
from workbench.verify.modes import mode_of
from workbench.verify.outcome import Stage

CHECKS = "checks/"
"""Where a task keeps answers of its own that must be refused: one directory for each."""
LEAST_SCORE = 0.8
"""Share of faults in a verifier that some answer must bring to light."""
SHOWN = 12


class Tried(msgspec.Struct, frozen=True):
    """An answer and what the verifier said of it."""

    name: str
    files: dict[str, bytes]
    said: Said


def cases(task: Task, good: Mapping[str, bytes]) -> list[Case]:
    """Return the bad answers to try: those made from a good one, and the task's own."""
    made: Iterable[Case] = bad_outputs(good)
    if task.verification == "call":
        path = task.editable[0]
        made = bad_candidates(path, good[path])
    return [*made, *own_cases(task, good)]


def own_cases(task: Task, good: Mapping[str, bytes]) -> list[Case]:
    """Return the task's own bad answers: each a directory of files, the rest as in the good one."""
    found: dict[str, dict[str, bytes]] = {}
    for path, data in task.bundle.items():
        if path.startswith(CHECKS):
            name, _, file = path.removeprefix(CHECKS).partition("/")
            if file:
                found.setdefault(name, {})[file] = data
    return [Case(f"checks/{name}", "malformed", {**good, **f}) for name, f in found.items()]


async def try_all(judge: Judge, wanted: Iterable[Case]) -> list[Tried]:
    """Let the verifier judge every case."""
    return [Tried(case.name, case.files, await judge.judge(case.files)) for case in wanted]


def check_battery(task: Task, wanted: list[Case], tried: list[Tried], good: Said) -> Check:
    """No bad answer may be scored, or be better than the good one, or be the verifier's end."""
    if not wanted:
        return skip("bad answers", "none can be made of this task's answers; add some to checks/")
    wrong = []
    for case, one in zip(wanted, tried, strict=True):
        problem = _problem(task, case, one.said, good)
        if problem:
            wrong.append(f"{case.name}: {problem}")
    if wrong:
        told = f"{len(wrong)} of {len(wanted)} are not refused as they must be"
        return fail("bad answers", told, tuple(wrong))
    return ok("bad answers", f"{len(wanted)} tried, none is scored that must not be")


def _problem(task: Task, case: Case, said: Said, good: Said) -> str:
    if said.stage is Stage.VERIFIER and not said.scored and said.score is None:
        return f"the verifier itself ends badly ({said.message}); it should call it infeasible"
    if not said.scored or said.score is None:
        return ""
    if case.kind == "malformed":
        return f"it is scored {said.score:.10g}"
    reward = task.direction.reward
    if good.score is not None and reward(said.score) > reward(good.score):
        return f"it is scored {said.score:.10g}, better than the good answer's {good.score:.10g}"
    return ""


async def check_mutants(judges: Sequence[Judge], tried: list[Tried], most: int) -> Check:
    """Faults put into the verifier must show in what it says of some answer.

    The `judges` share the work.
    """
    name = "mutation score"
    task = judges[0].task
    source = task.verifier.get("verify.py")
    if source is None:
        return skip(name, "the verifier is no tests/verify.py")
    if task.repeats > 1:
        return skip(name, "the task is noisy: two verdicts cannot be compared")
    try:
        made = mutants(source, most)
    except SyntaxError as error:
        return skip(name, f"tests/verify.py is no Python: {error}")
    survivors = await _survivors(judges, made, list(tried))
    if not made:
        return skip(name, "there is nothing in tests/verify.py to put a fault into")
    score = 1 - len(survivors) / len(made)
    told = f"{score:.2f}: {len(made) - len(survivors)} of {len(made)} faults are noticed"
    listed = tuple(map(str, survivors))
    if score < LEAST_SCORE:
        hint = f"{told}, {LEAST_SCORE:g} wanted; add answers that show the others to checks/"
        return fail(name, hint, listed)
    return ok(name, told, listed)


async def _survivors(
    judges: Sequence[Judge], made: Sequence[Mutant], order: list[Tried]
) -> list[Mutant]:
    """Return the mutants that no answer tells from the verifier, by line."""
    waiting = iter(made)

    async def work(judge: Judge) -> list[Mutant]:
        return [mutant for mutant in waiting if not await _is_noticed(judge, mutant, order)]

    found = await asyncio.gather(*(work(judge) for judge in judges))
    return sorted((x for each in found for x in each), key=lambda mutant: mutant.line)


async def _is_noticed(judge: Judge, mutant: Mutant, order: list[Tried]) -> bool:
    """Say whether some answer tells the mutant from the verifier; such a one is tried first next
    time."""
    for one in list(order):
        said = await judge.judge(one.files, mutant.source)
        if said.told != one.said.told:
            order.remove(one)
            order.insert(0, one)
            return True
    return False


def check_mode(task: Task) -> Check:
    """Say whether candidate and verifier could be kept further apart."""
    mode = mode_of(task).NAME
    if mode != "shared":
        return ok("separation", f"`{mode}`: candidate and verifier never share a sandbox")
    source = b"\n".join(task.verifier.values())
    if b"import" in source and task.editable[0].removesuffix(".py").encode() in source:
        better = "it seems to import the candidate: `call` would do, with its functions called"
    else:
        better = "if it only reads what the candidate leaves, `output` would do"
    return warn("separation", f"`shared`: a candidate can forge its score; {better}")
