"""Try a task once before a search spends anything on it, and say whose fault a failure is."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import metadata
from typing import Literal

import msgspec
from msgspec.structs import replace

from sandbox import SandboxUnavailable
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.outcome import NOT_RUNNABLE, Stage
from workbench.verify.text import clean
from workbench.verify.verifier import Verification, Verifier

Fault = Literal["none", "environment", "candidate", "verifier"]

TOLERANCE = 1e-6
"""How far, relative to itself (or to 1), a measured baseline may lie from the declared one."""


class Preflight(msgspec.Struct, frozen=True):
    """What came of the initial files' own verification."""

    ok: bool
    fault: Fault
    message: str
    """One line for a person: what happened, and what to do when it is a fault."""
    verdict: Verdict | None = None
    """None when the environment kept the verification from running."""
    warnings: tuple[str, ...] = ()
    feedback: bytes = b""
    """What the verifier says in words; untrusted."""


async def preflight(
    task: Task, verifier: Verifier, files: Mapping[str, bytes] | None = None
) -> Preflight:
    """Verify the initial files of `task` once, or `files` in their place.

    Opens `verifier` if it is not open yet. Never raises for a fault of the machine, the task or its
    programs: it names it.
    """
    absent = _absent(task.python_packages)
    if absent:
        return Preflight(
            False,
            "environment",
            f"the task needs {', '.join(absent)}, not installed beside the workbench; "
            f"run: python -m pip install {' '.join(absent)}",
        )
    try:
        await verifier.open()
    except (SandboxUnavailable, ValueError) as error:
        return Preflight(False, "environment", clean(str(error), 2000))
    given = task.initial if files is None else {**task.initial, **files}
    verification = await verifier.verify(given)
    found = _judge(task, verification, initial=files is None)
    digest = verification.verdict.feedback
    return replace(found, feedback=b"" if digest is None else verification.blobs[digest])


def _judge(task: Task, verification: Verification, initial: bool) -> Preflight:
    verdict = verification.verdict
    if verdict.outcome is Outcome.SCORED:
        warnings = _baseline_warnings(task, verdict) if initial else ()
        return Preflight(True, "none", verdict.message, verdict, warnings)
    if verdict.outcome is Outcome.INFRASTRUCTURE:
        return Preflight(False, "environment", verdict.message, verdict)
    if NOT_RUNNABLE in verdict.message:
        message = f"{verdict.message}; install it, or mend `run` in task.toml"
        return Preflight(False, "environment", message, verdict)
    if verification.stage is Stage.VERIFIER and verdict.outcome is Outcome.INVALID:
        return Preflight(False, "verifier", verdict.message, verdict)
    whose = "the task's initial files are" if initial else "it is"
    message = f"{whose} {verdict.outcome}: {verdict.message}"
    return Preflight(False, "candidate", message, verdict)


def _absent(packages: tuple[str, ...]) -> list[str]:
    absent = []
    for name in packages:
        try:
            metadata.distribution(name)
        except metadata.PackageNotFoundError:
            absent.append(name)
    return absent


def _baseline_warnings(task: Task, verdict: Verdict) -> tuple[str, ...]:
    if task.baseline is None or verdict.score is None:
        return ()
    if abs(verdict.score - task.baseline) <= TOLERANCE * max(1.0, abs(task.baseline)):
        return ()
    warning = (
        f"the initial files score {verdict.score:.10g} here, but task.toml says baseline = "
        f"{task.baseline:.10g}; correct it there unless the task is noisy or timed"
    )
    return (warning,)
