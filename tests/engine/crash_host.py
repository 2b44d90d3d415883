"""An engine that kills itself at a chosen commit: ``crash_host.py SESSION WHEN KIND NTH``.

WHEN is ``before`` the commit, once it is ``durable`` but nobody was told, or once ``announced``.
"""

from __future__ import annotations

import os
import signal
import sys

import aiosqlite

from workbench.engine import host
from workbench.model.event import kind_of
from workbench.store import writer


def arm(when: str, kind: str, nth: int) -> None:
    """Let the nth commit that holds an event of `kind` be this process's last."""
    real_commit, real_transaction = writer.Store._commit, writer._transaction
    left = nth
    fatal = False

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    async def transaction(db: aiosqlite.Connection, statements: object) -> None:
        await real_transaction(db, statements)  # type: ignore[arg-type]
        if fatal and when == "durable":
            die()

    async def commit(self: writer.Store, db: aiosqlite.Connection) -> None:
        nonlocal left, fatal
        kinds = [kind_of(entry.record.event) for one in self._group for entry in one.entries]
        if kind in kinds:
            left -= 1
            fatal = left == 0
        if fatal and when == "before":
            die()
        await real_commit(self, db)
        if fatal and when == "announced":
            die()

    writer._transaction = transaction  # type: ignore[assignment]
    writer.Store._commit = commit  # type: ignore[method-assign]


if __name__ == "__main__":
    session, when, kind, nth = sys.argv[1:]
    arm(when, kind, int(nth))
    sys.argv[1:] = [session]
    sys.exit(host.main())
