"""The simulated task: nothing is solved, a law says what each proposal is worth.

It is in no directory; what it is made of travels in a session's bundle like any other task.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.formats.error import Problem, TaskError
from workbench.model import simulation
from workbench.model.simulation import FILE, State
from workbench.model.task import Task

_INSTRUCTION = """\
# Simulation

No program is run and no model is asked. A law says how likely a proposal is to improve and by how
much; see `workbench simulate --help`.
"""


def bundle() -> dict[str, bytes]:
    """Return the files that the task is made of."""
    return {"instruction.md": _INSTRUCTION.encode(), FILE: simulation.encode(State())}


def parse(files: Mapping[str, bytes], name: str) -> tuple[Task, list[str]]:
    """Read the bundle of a simulated task; there are no warnings. Raises `TaskError`."""
    try:
        simulation.decode(files[FILE])
    except (KeyError, ValueError) as error:
        mend = "begin a new one with `workbench run simulation`"
        raise TaskError([Problem(name, FILE, f"cannot be read: {error}", mend)], name) from None
    return simulation.task(files), []
