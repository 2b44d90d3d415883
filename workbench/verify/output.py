"""Verification by ``output``: the candidate's files are data to a verifier that never meets it.

Stage 1 runs the candidate where no verifier file exists; its declared outputs are collected once
every process is dead. Stage 2 gives those bytes, and nothing else of the candidate, to the
verifier in a sandbox of its own.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox import Execution, Job, Limits, Spec
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify import strict
from workbench.verify.outcome import Finding, Stage
from workbench.verify.text import clean, first_line, size

NAME = "output"

APP = "/app"
TESTS = "/tests"
LOGS = "/logs/verifier"
RECORD = f"{LOGS}/reward.json"
FEEDBACK = f"{LOGS}/feedback.md"
ARTIFACTS = f"{LOGS}/artifacts/"

MAX_FILE = 64 << 20
"""Largest file either program may write, in bytes."""
MAX_PRINTED = 1 << 20
"""Most that either program may print, in bytes."""
LOG_SPACE = 64 << 20
"""Disk the verifier has beside the outputs it reads, in bytes."""
MAX_ARTIFACTS = 32
MAX_ARTIFACT = 2 << 20
MAX_ARTIFACT_TOTAL = 8 << 20


def candidate_spec(task: Task) -> Spec:
    """Describe the candidate's sandbox: an empty working directory, no verifier file."""
    return Spec(writable=(APP,), workdir=APP, python_packages=task.python_packages)


def verifier_spec(task: Task) -> Spec:
    """Describe the verifier's sandbox: its own files, read-only, and a place for its record."""
    return Spec(
        files={f"{TESTS}/{path}": data for path, data in task.verifier.items()},
        writable=(APP, LOGS),
        workdir=APP,
        python_packages=task.python_packages,
    )


def candidate_job(task: Task, files: Mapping[str, bytes]) -> Job:
    """Describe stage 1: the task's files with the candidate's in their place."""
    resources = task.resources
    return Job(
        argv=task.run,
        files={f"{APP}/{path}": data for path, data in {**task.files, **files}.items()},
        collect=tuple(f"{APP}/{path}" for path in task.outputs),
        limits=_limits(task, resources.candidate_seconds, resources.disk_bytes),
    )


def verifier_job(task: Task, candidate: Execution) -> Job:
    """Describe stage 2: of all the candidate left, its declared outputs alone."""
    resources = task.resources
    outputs = {f"{APP}/{path}": candidate.collected.get(f"{APP}/{path}") for path in task.outputs}
    return Job(
        argv=task.verify,
        files={
            path: found.data for path, found in outputs.items() if found and found.data is not None
        },
        collect=(RECORD, FEEDBACK, ARTIFACTS),
        limits=_limits(task, resources.verifier_seconds, resources.disk_bytes + LOG_SPACE),
    )


def _limits(task: Task, seconds: float, disk_bytes: int) -> Limits:
    return Limits(
        wall_seconds=seconds,
        cpu_seconds=seconds * max(1.0, task.resources.cpus),
        memory_bytes=task.resources.memory_bytes,
        file_bytes=min(MAX_FILE, disk_bytes),
        disk_bytes=disk_bytes,
        output_bytes=MAX_PRINTED,
    )


def oversized(task: Task, files: Mapping[str, bytes]) -> Finding | None:
    """Return why these files cannot even be laid out in the candidate's sandbox, if so."""
    sizes = [len(data) for data in {**task.files, **files}.values()]
    limit = task.resources.disk_bytes
    largest = min(MAX_FILE, limit)
    if sum(sizes) <= limit and max(sizes, default=0) <= largest:
        return None
    message = f"its files do not fit: {size(largest)} is the most for one, {size(limit)} for all"
    return Finding(Stage.CANDIDATE, Outcome.RESOURCE, message)


def unfit(task: Task, candidate: Execution) -> Finding | None:
    """Return which declared outputs are missing or refused; None if all are there."""
    wrong = []
    for path in task.outputs:
        output = candidate.collected.get(f"{APP}/{path}")
        if output is None or output.data is None:
            wrong.append(f"{path} ({(output and output.problem) or 'missing'})")
    if not wrong:
        return None
    message = clean(f"the candidate left no usable output: {', '.join(wrong)}")
    return Finding(Stage.CANDIDATE, Outcome.INVALID, message)


def read(task: Task, verifier: Execution) -> Finding:
    """Return what a verifier that ended well says, or that its record cannot be accepted."""
    record = verifier.collected.get(RECORD)
    try:
        if record is None or record.data is None:
            raise strict.BadRecord(f"is unusable: {(record and record.problem) or 'missing'}")
        measured = strict.parse(record.data)
    except strict.BadRecord as error:
        message = f"the verifier failed: its reward.json {error}"
        return Finding(Stage.VERIFIER, Outcome.INVALID, clean(message))
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
        stage=Stage.VERIFIER,
        outcome=outcome,
        message=clean("; ".join([message, *notes])),
        score=measured.score,
        metrics=measured.metrics,
        feedback=feedback,
        artifacts=artifacts,
    )


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
