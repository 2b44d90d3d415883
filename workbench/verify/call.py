"""Verification by ``call``: the verifier asks functions of a candidate that it never holds.

Both run at once, each in a sandbox of its own, joined by one stream socket that carries data
alone (`workbench.verify.calls`). What is hidden stays on the verifier's side, and so does the
clock that times the answers. The candidate's seconds are those that the verifier waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
from collections.abc import Mapping, Sequence

import msgspec

from sandbox import CHANNEL, Execution, Job, Lease, Spec
from sandbox import Outcome as Ending
from workbench.model.task import Task
from workbench.model.verdict import Outcome
from workbench.verify import calls, places, record
from workbench.verify.outcome import CALL_FAULTS, Finding, Stage, fault
from workbench.verify.places import LOG_SPACE, LOGS, NONCE
from workbench.verify.provided import provided
from workbench.verify.text import clean

NAME = "call"

FOLDER = "/workbench"
SERVE = f"{FOLDER}/serve.py"
"""What a candidate's sandbox runs where the task has no command of its own."""
_SERVER = b"import sys, calls\ncalls.serve(sys.argv[1])\n"
FAULT = f"{LOGS}/candidate.json"
"""What the verifier's side of the conversation notes of a candidate that ended it."""
FAREWELL_SECONDS = 1.0
"""How long a candidate may take to end by itself once its verifier has ended."""

KILLED = Execution(
    Ending.signalled, signal=signal.SIGKILL, detail="killed: its verifier had ended, it had not"
)


def specs(task: Task, warm: bool) -> tuple[Spec, ...]:
    """See `Mode.specs`."""
    server = {**provided(calls, FOLDER), SERVE: _SERVER}
    env = {
        "WORKBENCH_CHANNEL": str(CHANNEL),
        "WORKBENCH_CANDIDATE_SECONDS": repr(task.resources.candidate_seconds),
        "WORKBENCH_FAULT": FAULT,
    }
    return (
        places.candidate_spec(task, server, warm),
        places.verifier_spec(task, warm, (calls,), env),
    )


async def run(
    task: Task, leases: Sequence[Lease], files: Mapping[str, bytes], runs: list[Execution]
) -> Finding:
    """See `Mode.run`: both programs at once, until the verifier ends."""
    return await converse(task, leases, files, runs)


async def converse(
    task: Task,
    leases: Sequence[Lease],
    files: Mapping[str, bytes],
    runs: list[Execution],
    program: bytes | None = None,
) -> Finding:
    """Let the verifier, or `program` in its place, call a candidate."""
    nonce = secrets.token_hex(16)
    jobs = _candidate_job(task, files), _verifier_job(task, nonce)
    if program is not None:
        jobs = jobs[0], places.with_program(jobs[1], program)
    candidate, verifier = await _joined(leases, jobs)
    runs += [candidate, verifier]
    if candidate.outcome is Ending.sandbox_error:
        finding = fault(Stage.CANDIDATE, candidate, jobs[0])
    else:
        finding = fault(Stage.VERIFIER, verifier, jobs[1])
    if finding is not None and finding.outcome is Outcome.INFRASTRUCTURE:
        return finding
    told = _told(verifier)
    if finding is None:
        finding = record.read(task, verifier, Stage.VERIFIER, nonce)
        if finding.outcome is Outcome.INFEASIBLE:
            return finding
        if finding.outcome is Outcome.SCORED and (told is None or told[0] == "raised"):
            return finding
    return finding if told is None else _blame(*told, candidate, jobs[0])


def _candidate_job(task: Task, files: Mapping[str, bytes]) -> Job:
    resources = task.resources
    wall = resources.candidate_seconds + resources.verifier_seconds
    return Job(
        argv=task.run or (task.python, "-S", SERVE, task.editable[0]),
        files=places.app_files(task, files),
        limits=places.limits(task, wall, resources.candidate_seconds, resources.disk_bytes),
    )


def _verifier_job(task: Task, nonce: str) -> Job:
    resources = task.resources
    wall = resources.candidate_seconds + resources.verifier_seconds
    return Job(
        argv=task.verify,
        files={NONCE: nonce.encode()},
        collect=(*record.COLLECT, FAULT),
        limits=places.limits(
            task, wall, resources.verifier_seconds, resources.disk_bytes + LOG_SPACE
        ),
    )


async def _joined(leases: Sequence[Lease], jobs: Sequence[Job]) -> tuple[Execution, Execution]:
    """Run both on one channel; a candidate that does not end with its verifier is killed."""
    ends = socket.socketpair()
    candidate, verifier = (
        asyncio.ensure_future(_run(lease, job, end))
        for lease, job, end in zip(leases, jobs, ends, strict=True)
    )
    try:
        judged = await verifier
        await asyncio.wait({candidate}, timeout=FAREWELL_SECONDS)
        candidate.cancel()
        await asyncio.wait({candidate})
        return KILLED if candidate.cancelled() else candidate.result(), judged
    finally:
        for run in (candidate, verifier):
            run.cancel()
        await asyncio.gather(candidate, verifier, return_exceptions=True)
        for end in ends:
            end.close()


async def _run(lease: Lease, job: Job, end: socket.socket) -> Execution:
    with end:
        try:
            return await lease.run(job, end)
        finally:  # the other reads the end of the stream, whoever else still has this one open
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class _Note(msgspec.Struct):
    fault: str
    message: str


def _told(verifier: Execution) -> tuple[str, str] | None:
    """Return how the candidate ended the conversation, and the words for it; None if it did not."""
    noted = verifier.collected.get(FAULT)
    if noted is None or noted.data is None:
        return None
    try:
        note = msgspec.json.decode(noted.data, type=_Note)
    except msgspec.DecodeError:  # no note of ours
        return None
    return (note.fault, note.message) if note.fault in CALL_FAULTS else None


def _blame(word: str, message: str, candidate: Execution, job: Job) -> Finding:
    """Lay it to the candidate; how its own program ended says most, if it ended by itself."""
    if word == "ended" and candidate is not KILLED:
        finding = fault(Stage.CANDIDATE, candidate, job)
        if finding is not None:
            return finding
    return Finding(Stage.CANDIDATE, CALL_FAULTS[word], clean(message))
