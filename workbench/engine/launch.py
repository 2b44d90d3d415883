"""What a person chooses for one run of an engine.

A session file may come from somebody else. So a command to run on this machine, what a command in
a sandbox may reach outside, and doing without isolation, are never taken from it: whoever starts
the engine says them, each time.
"""

from __future__ import annotations

import msgspec

from workbench.model.limits import Limits
from workbench.propose.command.setup import CommandSetup
from workbench.propose.setup import Setup
from workbench.verify.interpreter import Interpreter, find


class Launch(msgspec.Struct, frozen=True, omit_defaults=True):
    """Choices for one run; what is left out is as the session says, or off."""

    limits: Limits | None = None
    """New limits for the session, put in force before the run."""
    slots: int | None = None
    """Verifications at once; by default this machine's cores."""
    sandbox: str | None = None
    """Sandbox backend by name. `process` must be said here, whatever the session says."""
    python: str | None = None
    """An interpreter of this machine for the task's programs, by its path."""
    on_finish: str | None = None
    """Shell command run once the session is finished."""
    setup: Setup | None = None
    """The models of every lineage from here on."""
    named: tuple[str, ...] = ()
    """The models that the person named for this run: their addresses are trusted."""
    command: CommandSetup | None = None
    """The command of every lineage that runs one, or else of every lineage, from here on: what it
    may reach outside its sandbox is granted."""


UNSAFE = "process"
"""The backend that isolates nothing."""


def interpreter_for(launch: Launch, recorded: str) -> Interpreter | None:
    """Return the interpreter of a run of a session that recorded one of version `recorded`.

    Raises `ValueError` where one is needed and none is named: a path is not taken from a file.
    """
    if launch.python is not None:
        return find(launch.python)
    if recorded:
        raise ValueError(
            f"this session's programs were run by a Python {recorded} of your own; say which: "
            "--python PATH"
        )
    return None


def backend_for(launch: Launch, recorded: str) -> str:
    """Return the sandbox backend of a run of a session that recorded `recorded`.

    Raises `ValueError` where only the session file asks for no isolation.
    """
    if launch.sandbox is not None:
        return launch.sandbox
    if recorded == UNSAFE:
        raise ValueError(
            "this session was run without isolation, and its programs would run as you; "
            "resume it with --sandbox process to accept that, or with --sandbox auto"
        )
    return recorded
