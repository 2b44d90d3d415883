"""The engine's way to the journal: number, fold, commit, announce, in that order."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from workbench.engine.clock import ActiveClock
from workbench.engine.hub import Hub
from workbench.model.candidate import CandidateId, LineageId, digest_of
from workbench.model.event import AnyEvent, HintId, Record
from workbench.model.session import Session
from workbench.store import Blob, SessionLock, Store

_CACHE = 512
"""Blobs kept in memory: parents and bests are asked for at every step."""


class Journal:
    """One session's log with its working projection.

    `session` includes what is queued but not yet durable: the engine plans on it. Watchers fold
    their own projection from what the hub announces, which is durable.
    """

    def __init__(self, hub: Hub) -> None:
        """Begin empty; `opened` binds it to a session's file."""
        self.hub = hub
        self.session = Session()
        self.clock = ActiveClock()
        self._store: Store | None = None
        self._cache: OrderedDict[str, bytes] = OrderedDict()

    @classmethod
    @asynccontextmanager
    async def open(cls, lock: SessionLock, hub: Hub) -> AsyncIterator[Journal]:
        """Open the session whose lock is held. Raises what `Store.open` raises."""
        journal = cls(hub)
        async with Store.open(lock, on_submit=journal._fold, on_commit=hub.committed) as store:
            journal._store = store
            for record in store.records():
                journal.session.apply(record)
            journal.clock = ActiveClock(journal.session.elapsed)
            yield journal

    def post(self, *events: AnyEvent, blobs: Sequence[Blob] = ()) -> asyncio.Future[list[Record]]:
        """Queue events in order; await the result where the next act depends on durability.

        The future raises `JournalBroken` when they could not be stored.
        """
        durable = self._file.submit(*events, blobs=blobs, elapsed=self.clock.elapsed)
        self.clock.run(self.session.engine is not None and self.session.state != "paused")
        for blob in blobs:
            self._remember(digest_of(blob.data), blob.data)
        return durable

    def _fold(self, records: list[Record]) -> None:
        for record in records:
            self.session.apply(record)

    @property
    def _file(self) -> Store:
        if self._store is None:
            raise RuntimeError("the journal is not open")
        return self._store

    async def blob(self, digest: str) -> bytes:
        """Return stored content. Raises `KeyError` if there is none such."""
        data = self._cache.get(digest)
        if data is None:
            data = await self._file.blob(digest)
        self._remember(digest, data)
        return data

    async def files(self, files: dict[str, str]) -> dict[str, bytes]:
        """Return the content of a candidate's files."""
        return {path: await self.blob(digest) for path, digest in files.items()}

    def _remember(self, digest: str, data: bytes) -> None:
        self._cache[digest] = data
        self._cache.move_to_end(digest)
        if len(self._cache) > _CACHE:
            self._cache.popitem(last=False)

    def next_candidate(self) -> CandidateId:
        """Return the number the next new candidate gets."""
        return len(self.session.candidates) + 1

    def next_hint(self) -> HintId:
        """Return the number the next hint gets."""
        return len(self.session.hints) + 1

    def next_lineage(self) -> LineageId:
        """Return the number the next lineage gets."""
        return len(self.session.lineages) + 1
