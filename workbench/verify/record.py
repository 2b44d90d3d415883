"""What a verifier left: its record, its feedback and its artifacts, believed within caps only."""

from __future__ import annotations

from sandbox import Execution
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify import strict
from workbench.verify.outcome import Finding, Stage
from workbench.verify.places import LOGS
from workbench.verify.text import clean, first_line

RECORD = f"{LOGS}/reward.json"
FEEDBACK = f"{LOGS}/feedback.md"
ARTIFACTS = f"{LOGS}/artifacts/"
COLLECT = (RECORD, FEEDBACK, ARTIFACTS)
"""What is taken from a verifier's sandbox once it is dead."""

MAX_ARTIFACTS = 32
MAX_ARTIFACT = 2 << 20
"""Most bytes of one artifact."""
MAX_ARTIFACT_TOTAL = 8 << 20


def read(task: Task, verifier: Execution, stage: Stage, nonce: str | None = None) -> Finding:
    """Return what a verifier that ended well says, or that its record cannot be accepted.

    `nonce` is the word this run was given: a record that holds another is of another run.
    """
    record = verifier.collected.get(RECORD)
    try:
        if record is None or record.data is None:
            raise strict.BadRecord(f"is unusable: {(record and record.problem) or 'missing'}")
        measured = strict.parse(record.data, nonce=nonce, declared=task.metrics)
        _check_range(task, measured)
    except strict.BadRecord as error:
        return Finding(
            stage, Outcome.INVALID, clean(f"the verifier failed: its reward.json {error}")
        )
    notes: list[str] = []
    feedback = _feedback(verifier, notes)
    artifacts = _artifacts(verifier, notes)
    if measured.feasible:
        outcome = Outcome.SCORED
        message = f"{task.score_name} {measured.score:.10g} {task.unit}".strip()
    else:
        outcome = Outcome.INFEASIBLE
        message = first_line(feedback or b"") or "a hard constraint is broken"
    return Finding(
        stage=stage,
        outcome=outcome,
        message=clean("; ".join([message, *notes])),
        score=measured.score,
        metrics=measured.metrics,
        feedback=feedback,
        artifacts=artifacts,
    )


def _check_range(task: Task, measured: strict.Measurement) -> None:
    if task.score_range is None or not measured.feasible:
        return
    low, high = task.score_range
    if not low <= measured.score <= high:
        told = f"says {measured.score:.10g}, which no feasible candidate can score"
        raise strict.BadRecord(f"{told} (score_range is {low:.10g} to {high:.10g})")


def _feedback(verifier: Execution, notes: list[str]) -> bytes | None:
    """Return the feedback, possibly empty; None if the verifier wrote none."""
    found = verifier.collected.get(FEEDBACK)
    if found is None or found.problem == "missing":
        return None
    if found.data is None:
        notes.append(f"feedback.md left out: {found.problem}")
    return found.data


def _artifacts(verifier: Execution, notes: list[str]) -> dict[str, bytes]:
    """Return the files below artifacts/ within the caps; what is left out is noted by name."""
    taken: dict[str, bytes] = {}
    total = 0
    for path, found in sorted(verifier.collected.items()):
        name = path.removeprefix(ARTIFACTS)
        if name == path or path == ARTIFACTS:
            continue
        if found.data is None or clean(name, 128) != name:
            notes.append(f"artifact {clean(name, 128)} left out: {found.problem or 'its name'}")
        elif len(found.data) > MAX_ARTIFACT or total + len(found.data) > MAX_ARTIFACT_TOTAL:
            notes.append(f"artifact {name} left out: too large")
        elif len(taken) == MAX_ARTIFACTS:
            notes.append(f"artifacts from {name} on left out: more than {MAX_ARTIFACTS}")
            break
        else:
            taken[name] = found.data
            total += len(found.data)
    return taken
