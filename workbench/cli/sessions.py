"""Finding the session a person means."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.cli import UsageError
from workbench.store import (
    SessionNotFound,
    SessionSummary,
    default_root,
    find_session,
    list_sessions,
)


def named(text: str) -> Path:
    """Return the session of that id, start of an id, or path. Raises `UsageError`."""
    try:
        return find_session(default_root(), text)
    except SessionNotFound as error:
        raise UsageError(str(error)) from None


def pick(text: str | None, likely: Callable[[SessionSummary], bool]) -> Path:
    """Return the named session, or the newest that is `likely` meant. Raises `UsageError`."""
    if text is not None:
        return named(text)
    found = [one for one in list_sessions(default_root()) if not one.problem]
    for one in found:
        if likely(one):
            return one.path.parent
    raise UsageError("there is no such session; see `workbench sessions`")
