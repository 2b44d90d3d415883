"""The one table from how an execution ended to what a verdict calls it, and the words for it."""

from __future__ import annotations

import enum
import re
import signal

import msgspec

from sandbox import Execution, Job
from sandbox import Outcome as Ending
from workbench.model.verdict import Outcome
from workbench.verify.text import clean, last_line, size


class Stage(enum.StrEnum):
    """Which of its programs a verification was at when it ended."""

    CANDIDATE = "candidate"
    VERIFIER = "verifier"
    SHARED = "shared"
    """Both in one sandbox, where nobody can tell them apart."""


class Finding(msgspec.Struct, frozen=True):
    """What a verification came to, before it is bound to files and figures as a verdict."""

    stage: Stage
    outcome: Outcome
    message: str
    score: float | None = None
    metrics: dict[str, float] = {}
    feedback: bytes | None = None
    artifacts: dict[str, bytes] = {}


OUTCOMES: dict[tuple[Stage, Ending], Outcome] = {
    (Stage.CANDIDATE, Ending.exited): Outcome.FAILED,  # with a code other than 0
    (Stage.CANDIDATE, Ending.signalled): Outcome.FAILED,
    (Stage.CANDIDATE, Ending.timeout): Outcome.TIMEOUT,
    (Stage.CANDIDATE, Ending.oom): Outcome.RESOURCE,
    (Stage.CANDIDATE, Ending.pids): Outcome.RESOURCE,
    (Stage.CANDIDATE, Ending.disk): Outcome.RESOURCE,
    (Stage.CANDIDATE, Ending.output): Outcome.RESOURCE,
    (Stage.CANDIDATE, Ending.sandbox_error): Outcome.INFRASTRUCTURE,
    # A verifier that does not end well has measured nothing: no score, whoever provoked it.
    (Stage.VERIFIER, Ending.exited): Outcome.INVALID,
    (Stage.VERIFIER, Ending.signalled): Outcome.INVALID,
    (Stage.VERIFIER, Ending.timeout): Outcome.INVALID,
    (Stage.VERIFIER, Ending.oom): Outcome.INVALID,
    (Stage.VERIFIER, Ending.pids): Outcome.INVALID,
    (Stage.VERIFIER, Ending.disk): Outcome.INVALID,
    (Stage.VERIFIER, Ending.output): Outcome.INVALID,
    (Stage.VERIFIER, Ending.sandbox_error): Outcome.INFRASTRUCTURE,
    # A verifier that loads the candidate ends as the candidate makes it end.
    (Stage.SHARED, Ending.exited): Outcome.FAILED,
    (Stage.SHARED, Ending.signalled): Outcome.FAILED,
    (Stage.SHARED, Ending.timeout): Outcome.TIMEOUT,
    (Stage.SHARED, Ending.oom): Outcome.RESOURCE,
    (Stage.SHARED, Ending.pids): Outcome.RESOURCE,
    (Stage.SHARED, Ending.disk): Outcome.RESOURCE,
    (Stage.SHARED, Ending.output): Outcome.RESOURCE,
    (Stage.SHARED, Ending.sandbox_error): Outcome.INFRASTRUCTURE,
}

CALL_FAULTS = {
    "ended": Outcome.FAILED,
    "late": Outcome.TIMEOUT,
    "broken": Outcome.INVALID,
    "raised": Outcome.FAILED,
}
"""How a conversation by ``call`` ended (the words of `workbench.verify.calls`) -> the outcome, on
which the candidate's own ending has the last word where it ``ended``."""

NOT_RUNNABLE = "the command cannot be executed"
"""Begins the message on a program that is not in the sandbox: a fault of task or machine."""

_MISSING = re.compile(r"ModuleNotFoundError: No module named '([\w.]+)'")

_REFUSED = ("BlockingIOError: [Errno 11]", "RuntimeError: can't start new thread")
"""How Python words a fork or a thread that the process limit refused."""


def fault(stage: Stage, execution: Execution, job: Job) -> Finding | None:
    """Return what is wrong with how a program ended; None if it ended by itself with code 0."""
    if execution.outcome is Ending.exited and execution.exit_code == 0:
        return None
    words = _words(execution, job)
    if execution.outcome is Ending.sandbox_error:
        who = "verifier" if stage is Stage.SHARED else stage
        words = f"the sandbox failed while the {who} ran: {clean(execution.detail)}"
    elif stage is Stage.VERIFIER:
        words = f"the verifier failed: {words}"
    return Finding(stage, OUTCOMES[stage, execution.outcome], clean(words))


def _words(execution: Execution, job: Job) -> str:
    """Say how a program ended, from the limits and its own last words, never from timings."""
    limits = job.limits
    match execution.outcome:
        case Ending.signalled:
            return f"killed by {_signal_name(execution.signal)}"
        case Ending.timeout:
            seconds = min(limits.wall_seconds, limits.cpu_seconds)
            return f"ran past its time limit of {seconds:g} s"
        case Ending.oom:
            return f"ran past its memory limit of {size(limits.memory_bytes)}"
        case Ending.pids:
            return f"ran past its limit of {limits.processes} processes and threads"
        case Ending.disk:
            return f"ran past its disk limit of {size(limits.disk_bytes)}, {limits.files} files"
        case Ending.output:
            return f"printed more than its limit of {size(limits.output_bytes)}"
        case _:
            return _exit_words(execution, job)


def _exit_words(execution: Execution, job: Job) -> str:
    if execution.exit_code == 127 and execution.detail.startswith("cannot execute"):
        return f"{NOT_RUNNABLE}: {job.argv[0]} is not in the sandbox"
    line = last_line(execution.stderr)
    missing = _MISSING.match(line)
    if missing:
        line = f"missing package {missing.group(1)} (not among the task's python_packages)"
    elif line.startswith("MemoryError"):
        line += f" (memory limit {size(job.limits.memory_bytes)})"
    elif line.startswith(_REFUSED):
        line += f" (limit of {job.limits.processes} processes and threads)"
    return f"exit {execution.exit_code}: {line or 'nothing on standard error'}"


def _signal_name(number: int | None) -> str:
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"
