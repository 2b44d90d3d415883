"""Finding the session a person means, and reading it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.cli import CommandFailed, UsageError
from workbench.model.session import Session
from workbench.store import (
    Holder,
    Reader,
    SessionNotFound,
    SessionSummary,
    StoreError,
    default_root,
    find_session,
    holder,
    list_sessions,
    spoken,
)
from workbench.store.prepare import fold


def named(text: str) -> Path:
    """Return the session of that id, start of an id, or path. Raises `UsageError`."""
    try:
        return find_session(default_root(), text).absolute()
    except SessionNotFound as error:
        raise UsageError(str(error)) from None


def pick(text: str | None, likely: Callable[[SessionSummary], bool]) -> Path:
    """Return the named session, or the newest that is `likely` meant, to run or to follow it.

    Raises `UsageError`, and `CommandFailed` for an exported file, which nobody can run.
    """
    if text is not None:
        found = named(text)
        if not found.is_dir():
            raise CommandFailed(
                f"{found} is an exported file, which does not run: see `workbench show {text}`"
            )
        return found
    for one in list_sessions(default_root()):
        if not one.problem and likely(one):
            return one.path.parent.absolute()
    raise UsageError("there is no such session; see `workbench sessions`")


def engine_of(path: Path) -> Holder | None:
    """Return who runs the session; nobody runs an exported file."""
    return holder(path) if path.is_dir() else None


def how_to_resume(directory: Path) -> str:
    """Return the command that goes on with the session, in words."""
    return f"Resume: workbench resume {spoken(directory)}"


def how_to_extend(directory: Path) -> str:
    """Return the command that lets a finished session go on, in words."""
    more = f"workbench resume {spoken(directory)} --budget evaluations=N"
    return f"this session is finished; give it a larger budget: {more}"


def is_finished(directory: Path) -> bool:
    """Say whether the session is known to be finished; a file that cannot be read is not."""
    try:
        with Reader(directory) as reader:
            return reader.summary().state == "finished"
    except StoreError:
        return False  # whoever runs it upgrades an old file, and says what is wrong with another


def how_to_watch(directory: Path) -> str:
    """Return the command that follows the running session, in words."""
    return f"Watch it: workbench attach {spoken(directory)}"


@contextmanager
def reading(path: Path) -> Iterator[tuple[Reader, Session]]:
    """Open a session for reading, folded. Raises `CommandFailed` for a damaged or foreign file."""
    try:
        with Reader(path) as reader:
            yield reader, fold(reader.file, reader.records())
    except StoreError as error:
        raise CommandFailed(str(error)) from None


def content(reader: Reader, digest: str) -> bytes:
    """Return stored content. Raises `CommandFailed` if the file lacks it."""
    try:
        return reader.blob(digest)
    except KeyError:
        raise CommandFailed(
            f"{reader.file} is damaged: it lacks the content {digest[:12]}"
        ) from None
