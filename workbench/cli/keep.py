"""Commands that copy whole sessions: export, import, recover. The source is left as it is."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from workbench.cli import DONE, CommandFailed
from workbench.cli.sessions import how_to_resume, named
from workbench.store import (
    Reader,
    StoreError,
    default_root,
    import_session,
    new_session_id,
    recover,
)
from workbench.store import export as export_session

T = TypeVar("T")


def export(arguments: argparse.Namespace) -> int:
    """Write a session as one file."""
    target = Path(arguments.file)
    _carry_out(lambda: export_session(named(arguments.session), target))
    print(f"written to {target}")
    return DONE


def take_in(arguments: argparse.Namespace) -> int:
    """Make a session of one's own from an exported file."""
    source = named(arguments.file)

    def work() -> Path:
        with Reader(source) as reader:
            directory = default_root() / new_session_id(reader.summary().task)
        import_session(source, directory)
        return directory

    print(how_to_resume(_carry_out(work)))
    return DONE


def save(arguments: argparse.Namespace) -> int:
    """Make a new session from what a damaged one still holds."""
    source = named(arguments.session)
    directory = default_root() / new_session_id("recovered")
    records = _carry_out(lambda: recover(source, directory))
    print(f"{records} records recovered into {directory}")
    print(how_to_resume(directory))
    return DONE


def _carry_out(work: Callable[[], T]) -> T:
    try:
        return work()
    except StoreError as error:
        raise CommandFailed(str(error)) from None
