"""A small task and a lineage that has tried a few things."""

from __future__ import annotations

from typing import Any

import msgspec

from workbench.model.candidate import Candidate, digest_of, digest_of_files
from workbench.model.event import LineageCreated
from workbench.model.limits import Limits, Spend
from workbench.model.lineage import Lineage
from workbench.model.move import Move
from workbench.model.task import Task
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.propose.llm.call import Part
from workbench.propose.prompt import PromptOptions, build
from workbench.propose.proposer import Request, Shown

PROGRAM = b"import math\n\nWIDTH = 0.5\n\n\ndef area():\n    return WIDTH * math.pi\n"
INSTRUCTION = "Make the area as large as it can be."
PLANTED = "assert planted_secret == 271828"

TASK = Task(
    name="area",
    title="Largest area",
    instruction=INSTRUCTION,
    files={"solve.py": PROGRAM, "data/points.txt": b"1 2\n3 4\n", "photo.png": b"\x89PNG\xff"},
    editable=("solve.py",),
    run=("python3", "solve.py"),
    outputs=("area.json",),
    verifier={"verify.py": PLANTED.encode()},
    verify=("sh", "/tests/test.sh"),
    direction=Direction.MAXIMIZE,
    score_name="area",
    unit="m2",
    baseline=1.5,
    best_known=9.25,
    bundle={"tests/verify.py": PLANTED.encode(), "solution/solve.sh": PLANTED.encode()},
)

SCORED = Verdict(
    Outcome.SCORED, "all constraints hold", score=2.5, reward=2.5, metrics={"gap": 0.125}
)
INFEASIBLE = Verdict(Outcome.INFEASIBLE, "two circles overlap", score=0.0)
FAILED = Verdict(Outcome.FAILED, "ended with status 1")


def candidate(number: int, verdict: Verdict | None, **fields: Any) -> Candidate:
    """One candidate of lineage 1."""
    known: dict[str, Any] = {"operator": "refine", "proposer": "m", "parents": (1,), **fields}
    files = {"solve.py": digest_of(b"%d" % number)}
    return Candidate(
        number, 1, number - 1, digest=digest_of_files(files), files=files, verdict=verdict, **known
    )


def lineage(*later: Candidate, strategy: str = "chain") -> Lineage:
    """A lineage of the task's own files and what it made of them."""
    verdict = msgspec.structs.replace(SCORED, score=1.5, reward=1.5)
    origin = candidate(1, verdict, parents=(), operator="initial")
    made = Lineage(
        LineageCreated(1, strategy, "m", 7, 1),
        {x.id: x for x in (origin, *later)},
        {},
        share=Limits(evaluations=40, usd=1.0),
        spent=Spend(evaluations=len(later), proposals=len(later), usd=0.25),
        step=len(later) + 1,
    )
    rated = [x for x in made.candidates.values() if x.reward is not None]
    made.best = max(rated, key=lambda x: x.reward or 0.0).id
    return made


def shown(
    number: int = 2, verdict: Verdict = SCORED, text: bytes = PROGRAM, **fields: str
) -> Shown:
    """A candidate with its text."""
    return Shown(candidate(number, verdict), {"solve.py": text}, **fields)


def request(
    operator: str = "refine",
    *parents: Shown,
    task: Task = TASK,
    strategy: str = "chain",
    **fields: Any,
) -> Request:
    """A request with one feasible parent unless told otherwise."""
    told = parents or (shown(),)
    own = lineage(*(x.candidate for x in told), strategy=strategy)
    move = Move(operator, tuple(x.candidate.id for x in told))
    made = Request(task, own, own.step, 7, move, told)
    return msgspec.structs.replace(made, **fields)


def prompt(asked: Request, options: PromptOptions | None = None) -> dict[str, str]:
    """The texts of a request's prompt by name."""
    return texts(build(asked, options or PromptOptions()))


def texts(parts: tuple[Part, ...]) -> dict[str, str]:
    """Name -> text; no name may occur twice."""
    named = {part.name: part.text for part in parts}
    assert len(named) == len(parts)
    return named
