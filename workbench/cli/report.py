"""The command that writes a report of a session or of a study."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

from workbench.analysis.report import session as of_session
from workbench.analysis.report import study as of_study
from workbench.analysis.report.document import Document
from workbench.analysis.report.files import FORMATS, NoPictures, write
from workbench.analysis.report.session import Origin
from workbench.analysis.study.entry import Entry, entry_of
from workbench.analysis.whole import Ceiling, analyse, ceiling_of, same_task
from workbench.cli import DONE, CommandFailed, UsageError
from workbench.cli.sessions import content, engine_of, named, reading
from workbench.engine import budget
from workbench.formats.error import TaskError
from workbench.formats.read import parse
from workbench.model.session import Session
from workbench.model.words import one_line
from workbench.store import Reader
from workbench.study.error import StudyError
from workbench.study.place import Study, is_study, open_study
from workbench.study.status import Watch


def report(arguments: argparse.Namespace) -> int:
    """Write a report in the formats asked for, and say where."""
    formats = formats_of(arguments.format)
    directory = Path(arguments.session)
    if is_study(directory):
        name, made = directory.resolve().name, _study(arguments, directory)
    else:
        path = named(arguments.session)
        name, made = path.stem, _session(arguments, path)
    try:
        written = write(made, Path(arguments.out or f"report-{name}"), formats)
    except NoPictures as error:
        raise CommandFailed(str(error)) from None
    for file in written:
        print(file)
    return DONE


def formats_of(text: str) -> list[str]:
    """Read ``html,md``. Raises `UsageError` for a format that there is not."""
    asked = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word for word in asked if word not in FORMATS]
    if wrong or not asked:
        said = f"{', '.join(wrong)} is no format" if wrong else "no format is named"
        raise UsageError(f"--format: {said}; choose of {', '.join(FORMATS)}")
    return asked


def texts_of(reader: Reader) -> Callable[[str], str | None]:
    """Return what finds the text of a file by its digest; None where the session lacks it."""

    def find(digest: str) -> str | None:
        try:
            return reader.blob(digest).decode(errors="replace")
        except KeyError:
            return None

    return find


def _session(arguments: argparse.Namespace, path: Path) -> Document:
    alive = engine_of(path) is not None  # asked first: an engine that ends meanwhile said so
    with reading(path) as (reader, session):
        ceiling = _ceiling(session, path, arguments.tuning)
        resting = "finished" if session.state == "finished" else "interrupted"
        texts, records = texts_of(reader), reader.records()
        found = analyse(session, texts=texts, records=records, ceiling=ceiling)
        state = session.state if alive else resting
        return of_session.document(session, found, Origin(path.name, _command(arguments), state))


def _ceiling(session: Session, path: Path, tuning: str | None) -> Ceiling | None:
    """Return what tuning reached, in the session that was named or in this one itself."""
    if tuning is None:
        return ceiling_of([(path.name, session)])
    other_path = named(tuning)
    with reading(other_path) as (_, other):
        if not same_task(session, other):
            raise UsageError(
                f"--tuning {tuning}: its scores are of another verifier "
                f"({other.facts.task} {other.facts.verifier_digest[:16]})"
            )
        found = ceiling_of([(other_path.name, other)])
    if found is None:
        raise UsageError(f"--tuning {tuning}: no lineage of it has the proposer mutation")
    return found


def _study(arguments: argparse.Namespace, directory: Path) -> Document:
    if arguments.tuning is not None:
        raise UsageError("--tuning is for a session: a study has ceilings from its own cells")
    try:
        study = open_study(directory)
        notes = _notes(study)
    except StudyError as error:
        raise CommandFailed(str(error)) from None
    found = entries(study)
    if not found:
        raise CommandFailed(f"{study.sessions} holds no session yet")
    origin = Origin(directory.resolve().name, _command(arguments))
    absent = len(study.grid) - len(found)
    return of_study.document(study.name, found, origin, notes, absent)


def _notes(study: Study) -> list[str]:
    """Say how the study was made, and what of it was not."""
    status = Watch(study).read()
    spec = study.spec
    listed = {
        "tasks": spec.tasks,
        "strategies": spec.strategies,
        "proposers": [maker.label for maker in spec.makers],
        "allocators": spec.allocators,
        "lineages": spec.widths,
        "seeds": spec.seeds,
    }
    grid = "; ".join(f"{name} {', '.join(map(str, values))}" for name, values in listed.items())
    notes = [f"Study: budget {budget.written(spec.limits)}; {grid}."]
    if status.finished < len(status.cells):
        states = ", ".join(f"{n} {state}" for state, n in status.states.items() if n)
        notes.append(f"Cells: {states}.")
    reasons = dict.fromkeys(cell.message for cell in status.cells if cell.state == "failed")
    return [*notes, *(f"Failed: {one_line(reason)}" for reason in reasons)]


def entries(study: Study) -> list[Entry]:
    """Return the cells of the study that were begun, in the order of its grid.

    Raises `CommandFailed` that names a session which cannot be read, unless it failed for that.
    """
    found: list[Entry] = []
    categories: dict[str, str] = {}
    broken = study.failures()
    for labels, path in study.cells():
        try:
            with reading(path) as (reader, session):
                digest = session.facts.task_digest
                if digest not in categories:
                    categories[digest] = _category(reader, session)
                found.append(entry_of(session, path.name, categories[digest], labels))
        except CommandFailed:
            if path.name not in broken:
                raise
    return found


def _category(reader: Reader, session: Session) -> str:
    """Return the category that a session's own task bundle names; empty where none can be read."""
    facts = session.facts
    bundle = {path: content(reader, digest) for path, digest in facts.task_files.items()}
    try:
        return parse(bundle, facts.task, facts.task_format)[0].category
    except TaskError:
        return ""


def _command(arguments: argparse.Namespace) -> str:
    words = ["workbench", "report", arguments.session, "--format", arguments.format]
    words += ["--tuning", arguments.tuning] if arguments.tuning else []
    return shlex.join(words)
