"""From a directory's files to a task, whichever tool's format they are in."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workbench.formats import harbor, simulated
from workbench.formats.error import Problem, TaskError
from workbench.formats.foreign import frontier, openevolve, shinka
from workbench.model.simulation import SIMULATION
from workbench.model.task import Task

Parser = Callable[[Mapping[str, bytes], str], tuple[Task, list[str]]]

PARSERS: dict[str, Parser] = {
    "harbor": harbor.parse,
    "frontier-eng": frontier.parse,
    "openevolve": openevolve.parse,
    "shinka": shinka.parse,
    SIMULATION: simulated.parse,
}
"""Format -> what reads it."""


def parse(bundle: Mapping[str, bytes], name: str, form: str) -> tuple[Task, list[str]]:
    """Read files that are known to be in format `form`, and return warnings with the task.

    Raises `TaskError`, also for a format of a newer workbench.
    """
    parser = PARSERS.get(form)
    if parser is None:
        known = ", ".join(sorted(PARSERS))
        problem = Problem(name, "", f"is in the format {form!a}", f"this workbench knows {known}")
        raise TaskError([problem], name)
    return parser(bundle, name)


def recognise(bundle: Mapping[str, bytes]) -> str:
    """Return the format that files are in; ``harbor`` where nothing tells of another."""
    if harbor.CONFIG in bundle:
        return "harbor"
    if frontier.place_of(bundle) is not None:
        return "frontier-eng"
    if openevolve.is_one(bundle):
        return "openevolve"
    if shinka.is_one(bundle):
        return "shinka"
    return "harbor"
