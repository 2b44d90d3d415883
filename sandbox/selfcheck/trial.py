"""What a property is tried on, and how it says that it does not hold."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.api import Backend, Execution, Job, Lease, Limits, Outcome, Spec

PROGRAM = "/app/check.py"
DEFAULT = Limits()
SPEC = Spec(files={"/given/data.txt": b"given"}, env={"SANDBOX_CHECK": "yes"})
"""What the shared lease of a trial is opened with."""


class Broken(Exception):
    """A property does not hold; the text says what was seen instead."""


@dataclass(frozen=True)
class Trial:
    """A lease that all properties share, and its backend for those that need another one."""

    backend: Backend
    lease: Lease
    warm: bool
    """Whether Python programs are meant to be forked from a running interpreter."""

    async def run(
        self,
        source: str,
        *arguments: str,
        files: Mapping[str, bytes] | None = None,
        collect: tuple[str, ...] = (),
        limits: Limits = DEFAULT,
    ) -> Execution:
        """Run Python source in the shared lease."""
        return await self.lease.run(
            python(source, *arguments, files=files, collect=collect, limits=limits)
        )


def python(
    source: str,
    *arguments: str,
    files: Mapping[str, bytes] | None = None,
    collect: tuple[str, ...] = (),
    limits: Limits = DEFAULT,
) -> Job:
    """Return a job that runs Python source, in the form that can be forked warm."""
    return Job(
        ("python3", "-S", "-B", PROGRAM, *arguments),
        files={PROGRAM: source.encode(), **(files or {})},
        collect=collect,
        limits=limits,
    )


def expect(holds: bool, otherwise: str) -> None:
    """Raise Broken with `otherwise` unless it holds."""
    if not holds:
        raise Broken(otherwise)


def printed(execution: Execution) -> str:
    """Return what a program printed that ended well; raises Broken when it did not."""
    expect(
        (execution.outcome, execution.exit_code) == (Outcome.exited, 0),
        f"the program ended otherwise: {told(execution)}",
    )
    return execution.stdout.decode(errors="replace")


def ended(execution: Execution, *outcomes: Outcome) -> None:
    """Raise Broken unless the run ended in one of these ways."""
    wanted = " or ".join(outcomes)
    expect(execution.outcome in outcomes, f"expected {wanted}, got {told(execution)}")


def told(execution: Execution) -> str:
    """Say on one line how a run ended."""
    words = [str(execution.outcome)]
    if execution.exit_code is not None:
        words.append(f"exit {execution.exit_code}")
    if execution.signal is not None:
        words.append(f"signal {execution.signal}")
    words.append(execution.detail)
    words += execution.stderr.decode(errors="replace").strip().splitlines()[-1:]
    return "; ".join(word for word in words if word)


def token() -> str:
    """Return a word by which processes can be found."""
    return f"check-{secrets.token_hex(16)}"


def alive(word: str) -> list[int]:
    """Return the processes of this machine that carry `word` on their command line.

    Those of a container engine on another machine cannot be seen from here.
    """
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    if word.encode() in file.read():
                        found.append(int(name))
            except OSError:  # it went away while being looked at
                continue
    return found
