"""The ways of verifying, by the word a task names them with."""

from __future__ import annotations

from workbench.model.task import Task
from workbench.verify import call, handover, output, shared, simulated
from workbench.verify.mode import Mode

_MODES: tuple[Mode, ...] = (output, call, shared, simulated)


def mode_of(task: Task) -> Mode:
    """Return how `task` is verified. Raises ValueError for a word that no mode has."""
    if task.verification == shared.NAME and task.handed:
        return handover
    for mode in _MODES:
        if task.verification == mode.NAME:
            return mode
    raise ValueError(f"no way of verifying is called {task.verification!r}")
