"""Feed and control within the engine's own process: for `plain`, `json` and tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

from workbench.engine.command import AnyCommand, Reply
from workbench.engine.engine import Engine
from workbench.engine.feed import Live, Update
from workbench.store import Reader


class LocalFeed:
    """A watcher's own projection of an engine in this process, durable records only."""

    live = True

    def __init__(self, engine: Engine, reader: Reader) -> None:
        """Take the feed after `engine.load` and before `engine.run`; no record is missed."""
        self._engine = engine
        self._reader = reader
        self._watcher = engine.hub.watch()
        self.session = reader.session()

    async def updates(self) -> AsyncIterator[Update]:
        """Yield updates, each folded into `session` first, until the engine closes."""
        while (update := await self._watcher.queue.get()) is not None:
            if isinstance(update, Live):
                yield update
            elif update.seq > self.session.seq:
                self.session.apply(update)
                yield update
        if self._watcher.dropped:  # fell too far behind: the file has what was missed
            for record in self._reader.records(self.session.seq):
                self.session.apply(record)
                yield record

    async def blob(self, digest: str) -> bytes:
        """Return stored content. Raises `KeyError` if there is none such."""
        return await self._engine.journal.blob(digest)


class LocalControl:
    """Commands by direct call."""

    def __init__(self, engine: Engine) -> None:
        """Carry commands to `engine`."""
        self._engine = engine

    async def send(self, command: AnyCommand) -> Reply:
        """Carry `command` out. Raises `ConnectionError` if the engine has ended."""
        return await self._engine.send(command)
