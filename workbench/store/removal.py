"""Removing a session for good."""

from __future__ import annotations

import shutil
from pathlib import Path

from workbench.store.errors import StoreError
from workbench.store.lock import SessionLock
from workbench.store.schema import FILE_NAME


def delete(directory: Path) -> None:
    """Remove a session's directory with all that is in it.

    It vanishes at once, then its files go. Raises `SessionBusy` while an engine runs it, and
    `StoreError` for what is no session directory or cannot be removed.
    """
    if directory.is_symlink() or not (directory / FILE_NAME).is_file():
        raise StoreError(f"{directory} is no directory of a session, and was left as it is")
    gone = directory.with_name(f".{directory.name}.deleted")
    with SessionLock(directory):  # an engine that starts just now is refused
        try:
            directory.rename(gone)
            shutil.rmtree(gone)
        except OSError as error:
            raise StoreError(
                f"{error.filename or directory} cannot be removed: {error.strerror or error}"
            ) from error
