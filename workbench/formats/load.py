"""Find a task by its directory or its bundled name, and read it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench import content
from workbench.formats import bundle, harbor, read
from workbench.formats.error import Problem, TaskError
from workbench.model.task import Task


class Loaded(msgspec.Struct, frozen=True):
    """A task, and what its directory says that has no effect."""

    task: Task
    warnings: tuple[str, ...]


def bundled() -> list[Path]:
    """Return the directories of the tasks that come with the workbench, by name."""
    try:
        entries = sorted(content.tasks_dir().iterdir())
    except FileNotFoundError:
        return []
    return [path for path in entries if (path / harbor.CONFIG).is_file()]


def load(path: str | Path) -> Loaded:
    """Read the task in directory `path`, or the bundled task of that name.

    An existing directory wins over a bundled name. Raises `TaskError`; for an unknown name it
    lists the known ones.
    """
    directory = _find(path)
    try:
        files = bundle.read(directory)
        task, warnings = read.parse(files, directory.resolve().name, read.recognise(files))
    except TaskError as error:
        raise TaskError(error.problems, str(path)) from None
    return Loaded(task, tuple(warnings))


def _find(path: str | Path) -> Path:
    given = Path(path)
    if given.is_dir():
        return given
    known = {directory.name: directory for directory in bundled()}
    if str(path) in known:
        return known[str(path)]
    wrong = "is a file" if given.is_file() else "is neither a directory nor a bundled task"
    names = ", ".join(known) or "none"
    mend = f"name a task directory, or one of the bundled tasks: {names}"
    raise TaskError([Problem(str(path), "", wrong, mend)], str(path))
