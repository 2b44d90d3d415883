"""The engine's way to the journal: number, fold, commit, announce, in that order."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from workbench.engine.clock import ActiveClock
from workbench.engine.hub import Hub
from workbench.model.candidate import CandidateId
from workbench.model.event import AnyEvent, HintId, Record
from workbench.model.lineage import LineageId
from workbench.model.session import Session
from workbench.store import Blob, Store

_CACHE = 512
"""Blobs kept in memory: parents and bests are asked for at every step."""


class Journal:
    """One session's log with its working projection.

    `session` includes what is queued but not yet durable: the engine plans on it. Watchers fold
    their own projection from what the hub announces, which is durable.
    """

    def __init__(self, store: Store, hub: Hub) -> None:
        """Fold what the store holds and let committed records reach `hub`."""
        self._store = store
        self.hub = hub
        self.session = Session()
        self.clock = ActiveClock()
        self._cache: OrderedDict[str, bytes] = OrderedDict()

    async def load(self) -> None:
        """Bring the projection up to the stored log and set the clock."""
        for record in await self._store.records():
            self.session.apply(record)
        self.clock = ActiveClock(self.session.elapsed)
        self._store.on_commit = self.hub.committed

    def post(self, *events: AnyEvent, blobs: Sequence[Blob] = ()) -> asyncio.Future[list[Record]]:
        """Queue events in order; await the result where the next act depends on durability.

        Raises `JournalBroken` from the future when they could not be stored.
        """
        commit = self._store.submit(*events, blobs=blobs, elapsed=self.clock.elapsed)
        for record in commit.records:
            self.session.apply(record)
        self.clock.run(self.session.engine is not None and self.session.state != "paused")
        for blob in blobs:
            self._remember(blob.digest, blob.data)
        return commit.durable

    async def blob(self, digest: str) -> bytes:
        """Return stored content. Raises `KeyError` if there is none such."""
        data = self._cache.get(digest)
        if data is None:
            data = await self._store.blob(digest)
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
