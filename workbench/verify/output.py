"""Verification by ``output``: the candidate's files are data to a verifier that never meets it.

Stage 1 runs the candidate where no verifier file exists; its declared outputs are collected once
every process is dead. Stage 2 gives those bytes, and nothing else of the candidate, to the
verifier in a sandbox of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from sandbox import Execution, Job, Lease, Spec
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify import places, record
from workbench.verify.outcome import Finding, Stage, fault
from workbench.verify.places import APP, LOG_SPACE, NONCE, with_program
from workbench.verify.text import clean

NAME = "output"


def specs(task: Task, warm: bool) -> tuple[Spec, ...]:
    """See `Mode.specs`."""
    return places.candidate_spec(task, {}, warm), places.verifier_spec(task, warm)


async def run(
    task: Task, leases: Sequence[Lease], files: Mapping[str, bytes], runs: list[Execution]
) -> Finding:
    """See `Mode.run`: both stages, as far as the first lets the second follow."""
    of_candidate, of_verifier = leases
    job = _candidate_job(task, files)
    candidate = await of_candidate.run(job)
    runs.append(candidate)
    finding = fault(Stage.CANDIDATE, candidate, job) or _unfit(task, candidate)
    if finding is not None:
        return finding
    collected = {path: candidate.collected.get(f"{APP}/{path}") for path in task.outputs}
    outputs = {
        path: x.data for path, x in collected.items() if x is not None and x.data is not None
    }
    return await score(task, of_verifier, outputs, runs)


async def score(
    task: Task,
    lease: Lease,
    outputs: Mapping[str, bytes],
    runs: list[Execution],
    program: bytes | None = None,
) -> Finding:
    """Let the verifier score output files, given by their paths below /app: stage 2 by itself.

    `program` stands in for the task's own ``verify.py``, to try what another one would say.
    """
    nonce = secrets.token_hex(16)
    job = _verifier_job(task, outputs, nonce)
    if program is not None:
        job = with_program(job, program)
    verifier = await lease.run(job)
    runs.append(verifier)
    return fault(Stage.VERIFIER, verifier, job) or record.read(
        task, verifier, Stage.VERIFIER, nonce
    )


def _candidate_job(task: Task, files: Mapping[str, bytes]) -> Job:
    """Describe stage 1: the task's files with the candidate's in their place."""
    seconds = task.resources.candidate_seconds
    return Job(
        argv=task.run,
        files=places.app_files(task, files),
        collect=tuple(f"{APP}/{path}" for path in task.outputs),
        limits=places.limits(task, seconds, seconds, task.resources.disk_bytes),
    )


def _verifier_job(task: Task, outputs: Mapping[str, bytes], nonce: str) -> Job:
    """Describe stage 2: of all the candidate left, its declared outputs alone."""
    resources = task.resources
    seconds = resources.verifier_seconds
    files = {f"{APP}/{path}": data for path, data in outputs.items()}
    return Job(
        argv=task.verify,
        files={**files, NONCE: nonce.encode()},
        collect=record.COLLECT,
        limits=places.limits(task, seconds, seconds, resources.disk_bytes + LOG_SPACE),
    )


def _unfit(task: Task, candidate: Execution) -> Finding | None:
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
