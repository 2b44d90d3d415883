"""Reading a session file beside its writer, after it, or without it."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.model.event import Record
from workbench.model.session import Session
from workbench.store import content, journal
from workbench.store.codec import Stored
from workbench.store.errors import SessionDamaged, StoreError
from workbench.store.opening import connect, database_of, explained
from workbench.store.prepare import fold
from workbench.store.rows import (
    SUMMARY_COLUMNS,
    CandidateRow,
    LineageRow,
    SessionSummary,
    candidate_from,
    lineage_from,
    summary_from,
)
from workbench.store.schema import FILE_NAME, VERSION, identify


class Reader:
    """Read-only view of one session file.

    Every call is a read transaction of its own, so the writer is never held up. Calls are quick
    and may come from any thread; from asyncio, wrap long ones in `asyncio.to_thread`.
    """

    def __init__(self, path: Path) -> None:
        """Open a session directory or an exported file.

        Raises `SessionNotFound`, `SessionForeign`, `SessionNewer`, `SessionDamaged`, `StoreError`.
        """
        self.file = database_of(path)
        self._turn = threading.Lock()
        self._db = connect(self.file)
        version = identify(self._db, self.file)
        if version < VERSION:
            self._db.close()
            raise StoreError(
                f"{self.file} has the older session format {version}: resume it once to upgrade it"
            )

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        with self._turn:
            self._db.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def records(self, since: int = 0) -> list[Record]:
        """Return the records after number `since`. Raises `SessionDamaged`."""
        with explained(self.file), self._turn:
            return journal.read(self._db, since)

    def session(self) -> Session:
        """Return the whole journal folded. Raises `SessionDamaged` if its events do not fit."""
        return fold(self.file, self.records())

    def blob(self, digest: str) -> bytes:
        """Return stored content. Raises `KeyError` if there is none such, or `SessionDamaged`."""
        stored = self.find(digest)
        if stored is None:
            raise KeyError(digest)
        return stored.data

    def find(self, digest: str) -> Stored | None:
        """Return content with the digest of its base, or None. Raises `SessionDamaged`."""
        with explained(self.file), self._turn:
            return content.find(self._db, digest)

    def digests(self) -> list[str]:
        """Return the digests of all blobs, each after its base. Raises `SessionDamaged`."""
        with explained(self.file), self._turn:
            return content.digests(self._db)

    def summary(self) -> SessionSummary:
        """Return the session's summary, its state as journalled. Raises `SessionDamaged`."""
        rows = self._rows(f"SELECT {', '.join(SUMMARY_COLUMNS)} FROM summary")
        if not rows:
            raise SessionDamaged(self.file, "it has no summary")
        name = self.file.parent.name if self.file.name == FILE_NAME else self.file.stem
        with explained(self.file):
            return summary_from(name, self.file, rows[0])

    def candidates(self) -> list[CandidateRow]:
        """Return every candidate, oldest first. Raises `SessionDamaged`."""
        rows = self._rows("SELECT * FROM candidate ORDER BY id")
        with explained(self.file):
            return [candidate_from(row) for row in rows]

    def lineages(self) -> list[LineageRow]:
        """Return every lineage, in order of creation. Raises `SessionDamaged`."""
        rows = self._rows("SELECT * FROM lineage ORDER BY id")
        with explained(self.file):
            return [lineage_from(row) for row in rows]

    def _rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with explained(self.file), self._turn:
            return self._db.execute(sql, parameters).fetchall()
