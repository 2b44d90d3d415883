"""A study's directory: begun once, opened again, never mixed with another study."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from workbench.engine import budget
from workbench.formats.error import Problem, TaskError
from workbench.formats.load import load
from workbench.store import SessionBusy, SessionLock, StoreError
from workbench.store.lock import LOCK_NAME
from workbench.study.error import SpecError, StudyError
from workbench.study.grid import Cell, cells
from workbench.study.spec import Spec, parse

SPEC, BEGUN, FAILURES, SESSIONS = "study.toml", "begun.json", "failures.json", "sessions"

T = TypeVar("T")


class Found(msgspec.Struct, frozen=True):
    """A task of a study as it was at the start."""

    place: str
    """What `load` finds it by, from wherever the study is run."""
    digest: str


class Begun(msgspec.Struct, frozen=True):
    """What a study was begun with, or last grown to: nobody's to edit."""

    spec: Spec = Spec()
    tasks: dict[str, Found] = {}


class Failure(msgspec.Struct, frozen=True):
    """Why the last try at a cell did not finish it."""

    message: str
    at: float
    """Unix time, seconds."""


class Study:
    """A study as its directory has it."""

    def __init__(self, directory: Path, spec: Spec, tasks: Mapping[str, Found]) -> None:
        """Work in `directory`, which holds all of it."""
        self.directory = directory
        self.spec = spec
        self.tasks = tasks

    @cached_property
    def grid(self) -> tuple[Cell, ...]:
        """Every cell, in the order in which they are begun."""
        return tuple(cells(self.spec))

    @property
    def name(self) -> str:
        """What the study is called."""
        return self.spec.title or self.directory.resolve().name

    @property
    def sessions(self) -> Path:
        """The directory of the cells' sessions."""
        return self.directory / SESSIONS

    def session(self, cell: Cell) -> Path:
        """Return where the cell's session is, or will be."""
        return self.sessions / cell.id

    def cells(self) -> list[tuple[Mapping[str, str], Path]]:
        """Return labels and session of every cell that was begun."""
        known = [(cell.labels, self.session(cell)) for cell in self.grid]
        return [(labels, path) for labels, path in known if path.is_dir()]

    def failures(self) -> dict[str, Failure]:
        """Return what failed last, by the cells' ids. Raises `StudyError`."""
        return _kept(self.directory / FAILURES, dict[str, Failure], {})

    def keep_failures(self, failures: Mapping[str, Failure]) -> None:
        """Write down what failed last."""
        _write(self.directory / FAILURES, msgspec.json.encode(failures))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only one who runs the study. Raises `StudyError` if somebody does."""
        lock = SessionLock(self.directory)
        try:
            lock.acquire()
        except SessionBusy as busy:
            raise StudyError(
                f"process {busy.pid} on {busy.host} runs this study already; see how it stands: "
                f"workbench study status {self.directory}"
            ) from None
        except StoreError as error:
            raise StudyError(str(error)) from None
        try:
            yield
        finally:
            lock.release()


def is_study(directory: Path) -> bool:
    """Say whether the directory is one of a study."""
    return (directory / SPEC).is_file()


def open_study(directory: Path) -> Study:
    """Open a study. Raises `StudyError`, also where its spec was changed in more than its cells."""
    if not is_study(directory):
        raise StudyError(
            f"{directory} is no study: it has no {SPEC}; begin one: workbench study run FILE"
        )
    spec = read(directory / SPEC)
    begun = _kept(directory / BEGUN, Begun, Begun(spec))
    _refuse_changes(begun.spec, spec, directory / SPEC, directory)
    return Study(directory, spec, begun.tasks)


def again(directory: Path) -> Study:
    """Open a study to go on with it; tasks that its spec has got since are looked up."""
    study = open_study(directory)
    file = directory / SPEC
    new = tuple(task for task in study.spec.tasks if task not in study.tasks)
    if not new:
        return study
    tasks = {**study.tasks, **locate(msgspec.structs.replace(study.spec, tasks=new), file)}
    return _keep(directory, study.spec, tasks, file)


def read(file: Path) -> Spec:
    """Read a spec. Raises `StudyError`, and `OSError` for a file that is not to be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise StudyError(f"{file} is no text in UTF-8: it is no spec of a study") from None
    return parse(text, str(file))


def locate(spec: Spec, file: Path) -> dict[str, Found]:
    """Find the tasks of the spec in `file`: beside it, else as `load` does. Raises `SpecError`."""
    found: dict[str, Found] = {}
    problems: list[Problem] = []
    for task in spec.tasks:
        here, written = file.resolve().parent, os.path.expanduser(task)
        repository, colon, _ = written.rpartition(":")
        beside = (here / (repository if colon else written)).is_dir()
        place = str(here / written) if beside else task
        try:
            found[task] = Found(place, load(place).task.digest)
        except TaskError as error:
            problems += [Problem(str(file), "[grid] tasks", str(x), "") for x in error.problems]
    if problems:
        raise SpecError(problems, str(file))
    return found


def begin(file: Path, directory: Path) -> Study:
    """Begin the study of the spec in `file`, or open the one that was begun with it.

    Cells may have been added since. Raises `StudyError`, which says what else has changed.
    """
    spec = read(file)
    if not is_study(directory):
        others = set(os.listdir(directory)) - {BEGUN, LOCK_NAME} if directory.is_dir() else ()
        if [name for name in others if not name.endswith(".part")]:
            raise StudyError(f"{directory} holds something else; name another with --out DIR")
        tasks = locate(spec, file)
        directory.mkdir(parents=True, exist_ok=True)
        return _keep(directory, spec, tasks, file)
    if file.resolve() == (directory / SPEC).resolve():
        return again(directory)
    old = open_study(directory)
    _refuse_changes(old.spec, spec, file, directory)
    tasks = locate(spec, file)
    moved = [x for x in old.tasks if x in tasks and old.tasks[x].digest != tasks[x].digest]
    if moved:
        raise StudyError(
            f"{', '.join(moved)}: changed since {directory} was begun, so that further cells could "
            "not be compared; undo that, or begin another study: --out DIR"
        )
    return _keep(directory, spec, tasks, file)


def _refuse_changes(old: Spec, new: Spec, file: Path, directory: Path) -> None:
    changed = differences(old, new)
    if changed:
        told = "\n".join(f"  {line}" for line in changed)
        raise StudyError(
            f"{directory} was begun with another spec; cells may be added, nothing else changes:\n"
            f"{told}\nundo that in {file}, or begin another study: --out DIR"
        )


def differences(old: Spec, new: Spec) -> list[str]:
    """Say what of a study has changed other than by adding cells; title and cap may change."""
    found = []
    if old.limits != new.limits:
        found.append(f"budget: {budget.written(old.limits)} → {budget.written(new.limits)}")
    for name in ("asking", "prices"):
        before, after = getattr(old, name), getattr(new, name)
        found += [f"[{name}]: {_shown(before)} → {_shown(after)}"] if before != after else []
    for name in ("tasks", "strategies", "allocators", "makers", "widths", "seeds"):
        left = [x for x in getattr(old, name) if x not in getattr(new, name)]
        if left:
            key = "proposers, models" if name == "makers" else name
            words = [getattr(x, "label", str(x)) for x in left]
            found.append(f"[grid] {key}: {', '.join(words)} left out")
    return found


def _shown(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _keep(directory: Path, spec: Spec, tasks: Mapping[str, Found], file: Path) -> Study:
    """Write what the study is made of, in an order that leaves a study whenever we are killed.

    A new one is a study once its spec is there; one that grows may have a spec that is ahead.
    """
    parts = [(BEGUN, msgspec.json.encode(Begun(spec, dict(tasks)))), (SPEC, file.read_bytes())]
    for name, data in reversed(parts) if is_study(directory) else parts:
        _write(directory / name, data)
    return Study(directory, spec, tasks)


def _write(path: Path, data: bytes) -> None:
    """Put `data` in the place of what is there: all of it or nothing, whenever we are killed."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def _kept(path: Path, kind: type[T], otherwise: T) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return otherwise
    except msgspec.MsgspecError as error:
        raise StudyError(f"{path} is damaged ({error}); put it right, or remove it") from None
