"""Find a task by its directory, its place in a repository or its bundled name, and read it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from workbench import content
from workbench.formats import bundle, harbor, read, simulated
from workbench.formats.error import Problem, TaskError
from workbench.formats.foreign import frontier, tuning
from workbench.formats.foreign.tuning import Tuning
from workbench.model.simulation import SIMULATION
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


def load(path: str | Path, tuned: Tuning | None = None) -> Loaded:
    """Read the task in directory `path`, in one of a repository, or the bundled task of that name.

    A task in a repository of Frontier-Eng is named ``REPO:Domain/Task``; ``simulation`` is the
    simulated one. An existing directory wins over a bundled name. `tuned` is said of a foreign
    task, in the place of its `workbench.toml`.
    Raises `TaskError`; for an unknown name it lists the known ones.
    """
    if str(path) == SIMULATION and not Path(path).is_dir():
        return Loaded(simulated.parse(simulated.bundle(), SIMULATION)[0], ())
    directory = _find(path)
    try:
        files = _files(directory)
        form = read.recognise(files)
        if tuned is not None and tuned != Tuning():
            if form == "harbor":
                mend = "write evaluate_timeout_sec into its task.toml"
                problem = Problem(str(path), "", "says itself how long it may take", mend)
                raise TaskError([problem], str(path))
            files = {**files, tuning.FILE: tuning.written(tuned)}
        task, warnings = read.parse(files, directory.resolve().name, form)
    except TaskError as error:
        raise TaskError(error.problems, str(path)) from None
    return Loaded(task, tuple(warnings))


def _files(directory: Path) -> dict[str, bytes]:
    """Return the directory's files, or those of a repository that belong to the task in it."""
    found = frontier.find(directory)
    if found is None:
        return bundle.read(directory)
    root, place = found
    return bundle.read(root, frontier.parts(root, place))


def _find(path: str | Path) -> Path:
    given = Path(path)
    if given.is_dir():
        return given
    repository, colon, name = str(path).rpartition(":")
    if colon and Path(repository).is_dir():
        return _in_repository(Path(repository), name, str(path))
    known = {directory.name: directory for directory in bundled()}
    if str(path) in known:
        return known[str(path)]
    wrong = "is a file" if given.is_file() else "is neither a directory nor a bundled task"
    names = ", ".join(known) or "none"
    mend = f"name a task directory, REPO:Domain/Task, or one of the bundled tasks: {names}"
    raise TaskError([Problem(str(path), "", wrong, mend)], str(path))


def _in_repository(root: Path, name: str, asked: str) -> Path:
    """Return where a repository keeps the task called `name`. Raises `TaskError`."""
    for place in (root / "benchmarks" / name, root / name):
        if (place / frontier.MARK).is_file():
            return place
    below = (root / "benchmarks").glob(f"**/{frontier.MARK}")
    found = sorted(p.parent.parent.relative_to(root / "benchmarks").as_posix() for p in below)
    near = [one for one in found if name.rpartition("/")[2].lower() in one.lower()] or found
    listed = ", ".join(near[:10]) or "none"
    problem = Problem(str(root), "", f"has no task {name!a}", f"there are {listed}")
    raise TaskError([problem], asked)
