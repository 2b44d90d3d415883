"""A session as one consistent file, also while it runs."""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

from workbench.store.creation import sync
from workbench.store.errors import StoreError
from workbench.store.opening import connect, database_of, diagnose, explained


def export(directory: Path, target: Path) -> None:
    """Write the session to `target`, compacted; `Reader` opens it and `import_session` takes it.

    Other processes may go on writing: the file holds what was durable at one instant. Raises
    `StoreError` if `target` exists or cannot be written, and what opening the session raises.
    """
    file = database_of(directory)
    if target.exists():
        raise StoreError(f"{target} exists already: choose another name or remove it")
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    with explained(file), closing(connect(file)) as db:
        try:
            db.execute("VACUUM INTO ?", (str(part),))
            sync(part)
            os.link(part, target)  # unlike a rename, never replaces what came there meanwhile
            sync(target.parent)
        except (OSError, sqlite3.OperationalError) as error:
            # Damage can show as anything, a full disk too: the copy follows what pages claim.
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise diagnose(file, "it cannot be copied") from error
            raise StoreError(f"{target} could not be written ({error})") from error
        finally:
            part.unlink(missing_ok=True)
