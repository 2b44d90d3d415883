"""Making a session: the task's bundle and the first events, in a file of their own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from workbench import __version__
from workbench.model import event as ev
from workbench.model.candidate import INITIAL, digest_of, digest_of_files
from workbench.model.limits import Limits, Spend, split
from workbench.model.task import Task
from workbench.model.traits import traits_of
from workbench.search.allocate.pool import NOTHING
from workbench.search.allocate.registry import UNIFORM
from workbench.search.registry import read, settled
from workbench.store import Blob, create, new_session_id

PROPOSALS_PER_EVALUATION = 3
"""Default proposals cap: no budget may loop for ever on proposals that verify nothing."""
DEFAULT_EVALUATIONS = 200
"""Evaluations when neither the person nor the task sets any limit."""


class Settings(msgspec.Struct, frozen=True):
    """What a person chooses for a new session."""

    lineages: int = 4
    strategy: str = "chain"
    """As people write it: ``islands:islands=5,migration_every=50``."""
    proposer: str = "mutation"
    options: dict[str, object] = {}
    """What the proposer is set up with, as its lineages record it."""
    seed: int = 0
    limits: Limits = Limits()
    target: float | None = None
    """Raw score at which the session stops."""
    sandbox: str = "auto"
    python: str = ""
    max_barren: int = 50
    allocation: str = UNIFORM
    """How the budget is shared: an allocator by name, with its options."""


def complete(limits: Limits, task: Task) -> Limits:
    """Fill the limits a person left out: from the task, then with the proposals cap."""
    merged = msgspec.structs.replace(
        task.budget,
        **{
            field: value
            for field, value in msgspec.structs.asdict(limits).items()
            if value is not None
        },
    )
    if merged == Limits():
        merged = Limits(evaluations=DEFAULT_EVALUATIONS)
    if merged.proposals is None and merged.evaluations is not None:
        merged = msgspec.structs.replace(
            merged, proposals=PROPOSALS_PER_EVALUATION * merged.evaluations
        )
    return merged


def first_events(task: Task, settings: Settings) -> list[ev.AnyEvent]:
    """Return the events that begin a session: itself, its first candidate, its lineages.

    Raises `ValueError` for a strategy that there is not, or not so.
    """
    chosen = settled(read(settings.strategy), task)
    limits = complete(settings.limits, task)
    files = {path: digest_of(data) for path, data in task.initial.items()}
    created = ev.SessionCreated(
        format=ev.FORMAT,
        version=__version__,
        task=task.name,
        title=task.title,
        task_digest=task.digest,
        task_format=task.format,
        task_files={path: digest_of(data) for path, data in task.bundle.items()},
        verifier_digest=task.verifier_digest,
        direction=task.direction,
        seed=settings.seed,
        limits=limits,
        score_name=task.score_name,
        unit=task.unit,
        baseline=task.baseline,
        best_known=task.best_known,
        bound=task.bound,
        score_tolerance=task.score_tolerance,
        verification=task.verification,
        sandbox=settings.sandbox,
        python=settings.python,
        target=settings.target,
        allocation=settings.allocation,
    )
    initial = ev.ProposalMade(
        candidate=INITIAL,
        lineage=None,
        step=0,
        digest=digest_of_files(files),
        files=files,
        parents=(),
        operator="initial",
        proposer="task",
        note="the task's initial files",
        traits=traits_of(task.initial),
    )
    numbers = range(1, settings.lineages + 1)
    lineages = [
        ev.LineageCreated(
            lineage=number,
            strategy=chosen.name,
            proposer=settings.proposer,
            seed=settings.seed,
            origin=INITIAL,
            max_barren=settings.max_barren,
            options=settings.options,
            strategy_options=chosen.options,
        )
        for number in numbers
    ]
    # The initial files' own verification comes first and out of the same budget.
    if settings.allocation == UNIFORM:
        shares = split(limits, settings.lineages, Spend(evaluations=1))
    else:
        shares = [NOTHING] * settings.lineages
    allotted = ev.SharesAllotted(dict(zip(numbers, shares, strict=True)), settings.allocation)
    return [created, initial, *lineages, allotted]


async def create_session(
    root: Path,
    task: Task,
    settings: Settings,
    blobs: Iterable[Blob] = (),
    name: str | None = None,
) -> Path:
    """Write a new session below `root` and return its directory; an engine then resumes it.

    `blobs` are what its proposer's options name. It gets an id of its own unless a `name` is given.
    """
    directory = root / (name or new_session_id(task.name))
    contents = {**task.bundle, **task.initial}
    content = [*(Blob(data) for data in contents.values()), *blobs]
    await create(directory, first_events(task, settings), content)
    return directory
