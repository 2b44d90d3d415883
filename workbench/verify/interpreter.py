"""A Python of the person's own, with the packages installed there, for the programs of a task."""

from __future__ import annotations

import json
import os
import subprocess

import msgspec
from msgspec.structs import replace

from workbench.model.task import Task

PYTHON = "python3"
"""What the programs of a task are started with where nobody says otherwise."""
SECONDS = 30.0
_ASK = """\
import json, sys
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "prefixes": [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix],
}))
"""


class Interpreter(msgspec.Struct, frozen=True):
    """An interpreter of this machine, and what of the machine its programs must see."""

    path: str
    version: str
    shown: tuple[str, ...]
    """Directories that a sandbox has to show for it, its packages among them."""

    def line(self) -> str:
        """Return it as people see it beside the isolation in force."""
        return f"python {self.version} of your own"


class _Told(msgspec.Struct):
    version: str
    prefixes: list[str]


def find(path: str) -> Interpreter:
    """Ask the interpreter at `path` what it is. Raises `ValueError`: it does not answer as one."""
    path = os.path.abspath(os.path.expanduser(path))
    if os.path.isdir(path):
        path = os.path.join(path, "bin", "python")
    try:
        asked = subprocess.run(
            [path, "-I", "-c", _ASK],
            capture_output=True,
            timeout=SECONDS,
            check=True,
            stdin=subprocess.DEVNULL,
        )
        told = msgspec.convert(json.loads(asked.stdout), _Told)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        mend = "name an interpreter, or the directory of its environment"
        raise ValueError(f"--python {path} is no Python that runs here: {error}; {mend}") from None
    real = os.path.dirname(os.path.realpath(path))
    wanted = {os.path.realpath(prefix) for prefix in told.prefixes} | set(told.prefixes)
    if not any(f"{real}/".startswith(f"{top.rstrip('/')}/") for top in wanted):
        wanted.add(real)
    if "/" in wanted:
        raise ValueError(f"--python {path} belongs to /, and a sandbox does not show all of that")
    return Interpreter(path, told.version, tuple(sorted(wanted)))


def applied(task: Task, own: Interpreter) -> Task:
    """Return `task` with its Python programs run by `own`, which brings what they import."""
    return replace(
        task,
        run=_with(task.run, own.path),
        verify=_with(task.verify, own.path),
        python=own.path,
        shown=own.shown,
        python_packages=(),
    )


def _with(command: tuple[str, ...], path: str) -> tuple[str, ...]:
    if command[:1] not in ((PYTHON,), ("python",)):
        return command
    # Without its site module it would not see the packages that it was named for.
    rest = command[2:] if command[1:2] == ("-S",) else command[1:]
    return (path, *rest)
