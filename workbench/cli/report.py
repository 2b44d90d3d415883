"""The command that writes a report of a session."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable
from pathlib import Path

from workbench.analysis.report.files import FORMATS, NoPictures, write
from workbench.analysis.report.session import Origin, document
from workbench.analysis.whole import Ceiling, analyse, ceiling_of, same_task
from workbench.cli import DONE, CommandFailed, UsageError
from workbench.cli.sessions import engine_of, named, reading
from workbench.model.session import Session
from workbench.store import Reader


def report(arguments: argparse.Namespace) -> int:
    """Write a report in the formats asked for, and say where."""
    formats = formats_of(arguments.format)
    path = named(arguments.session)
    with reading(path) as (reader, session):
        ceiling = _ceiling(session, path, arguments.tuning)
        state = session.state if engine_of(path) is not None else _at_rest(session)
        found = analyse(session, texts=texts_of(reader), records=reader.records(), ceiling=ceiling)
        origin = Origin(path.name, _command(arguments), state)
        made = document(session, found, origin)
    out = Path(arguments.out or f"report-{path.stem}")
    try:
        written = write(made, out, formats)
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
        named = f"{', '.join(wrong)} is no format" if wrong else "no format is named"
        raise UsageError(f"--format: {named}; choose of {', '.join(FORMATS)}")
    return asked


def texts_of(reader: Reader) -> Callable[[str], str | None]:
    """Return what finds the text of a file by its digest; None where the session lacks it."""

    def find(digest: str) -> str | None:
        try:
            return reader.blob(digest).decode(errors="replace")
        except KeyError:
            return None

    return find


def _at_rest(session: Session) -> str:
    return session.state if session.state == "finished" else "interrupted"


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


def _command(arguments: argparse.Namespace) -> str:
    words = ["workbench", "report", arguments.session, "--format", arguments.format]
    words += ["--tuning", arguments.tuning] if arguments.tuning else []
    return shlex.join(words)
