"""What a verifier left: its record, its feedback and its artifacts, believed within caps only."""

from __future__ import annotations

import json

from sandbox import Execution
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify import strict
from workbench.verify.outcome import Finding, Stage
from workbench.verify.places import LOGS
from workbench.verify.text import clean, first_line

RECORD = f"{LOGS}/reward.json"
TEXT = f"{LOGS}/reward.txt"
"""Harbor's other form, of one number; taken where it was collected and the record is missing."""
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
    record, text = verifier.collected.get(RECORD), verifier.collected.get(TEXT)
    try:
        if text is not None and text.data is not None and (record is None or record.data is None):
            record = text
        if record is None or record.data is None:
            raise strict.BadRecord(f"is unusable: {(record and record.problem) or 'missing'}")
        if text is None:
            measured = strict.parse(record.data, nonce=nonce, declared=task.metrics)
        else:
            measured = strict.parse(_as_harbor_reads(record.data), declared=task.metrics)
        _check_range(task, measured)
    except strict.BadRecord as error:
        name = "reward.txt" if record is not None and record is text else "reward.json"
        return Finding(stage, Outcome.INVALID, clean(f"the verifier failed: its {name} {error}"))
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


def _as_harbor_reads(data: bytes) -> bytes:
    """Return a record in our form of one in Harbor's: a bare number, or rewards under other names,
    of which a single one is the reward."""
    if len(data) > strict.MAX_BYTES:
        return data
    try:
        return json.dumps({"reward": float(data)}).encode()
    except ValueError:
        pass
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if isinstance(found, dict) and "reward" not in found and len(found) == 1:
        return json.dumps({"reward": next(iter(found.values()))}).encode()
    return data


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
