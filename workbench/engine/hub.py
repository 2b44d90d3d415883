"""Fan-out of committed records and live progress to whoever watches."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from workbench.engine.feed import Live, Update
from workbench.model.event import Record

BACKLOG = 5000
"""Updates a watcher may lag behind before it is dropped; it then reads the file instead."""


class Watcher:
    """One subscriber's bounded queue. `None` in it means the end."""

    def __init__(self) -> None:
        """Start with nothing queued."""
        self.queue: asyncio.Queue[Update | None] = asyncio.Queue()
        self.dropped = False

    def offer(self, update: Update) -> bool:
        """Queue `update`; False when the watcher lags too far and must be dropped."""
        waiting = self.queue.qsize()
        if isinstance(update, Live) and waiting > BACKLOG // 2:
            return True  # progress is worth nothing late
        if waiting >= BACKLOG:
            self.dropped = True
            self.queue.put_nowait(None)
            return False
        self.queue.put_nowait(update)
        return True


class Hub:
    """Hands every update to every watcher without ever waiting for one."""

    def __init__(self) -> None:
        """Start with nobody watching."""
        self._watchers: set[Watcher] = set()
        self.latest: dict[int, Live] = {}
        """The newest progress of each lineage, for those who join late."""

    def watch(self) -> Watcher:
        """Add a watcher; it sees what is published from now on."""
        watcher = Watcher()
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Remove a watcher; unknown ones are fine."""
        self._watchers.discard(watcher)

    def publish(self, updates: Iterable[Update]) -> None:
        """Hand `updates` to everybody, dropping watchers that stall."""
        for update in updates:
            if isinstance(update, Live):
                self.latest[update.lineage] = update
            for watcher in [x for x in self._watchers if not x.offer(update)]:
                self._watchers.discard(watcher)

    def committed(self, records: list[Record]) -> None:
        """Publish records that have just become durable."""
        self.publish(records)

    def close(self) -> None:
        """Tell every watcher that nothing more will come."""
        for watcher in self._watchers:
            watcher.queue.put_nowait(None)
        self._watchers.clear()
