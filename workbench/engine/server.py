"""The engine's side of the socket: updates out, commands in, for any number of viewers."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from workbench.engine import wire
from workbench.engine.command import Reply
from workbench.engine.engine import Engine
from workbench.engine.feed import Live, Update
from workbench.engine.slots import runtime_directory

_LINES = 256
"""Written updates kept for the next viewer."""
_STALLED_SECONDS = 5.0
"""A viewer that takes nothing for this long is cut off and reads the file instead."""


def socket_path(directory: Path) -> Path:
    """Return where a session's engine listens: short, since Unix socket paths are."""
    name = hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:16]
    return runtime_directory() / f"{name}.sock"


@asynccontextmanager
async def serve(engine: Engine, path: Path) -> AsyncIterator[None]:
    """Listen on `path` (readable by its owner alone) while the block runs."""
    path.unlink(missing_ok=True)  # a dead engine's; the session's lock says that it is dead
    viewers: set[asyncio.Task[None]] = set()
    lines = _Lines()

    async def on_connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        viewers.add(task)
        try:
            await _Viewer(engine, lines, reader, writer).serve()
        finally:
            viewers.discard(task)

    server = await asyncio.start_unix_server(on_connect, sock=_own(path), limit=wire.LINE_BYTES)
    try:
        yield
    finally:
        server.close()
        if viewers:
            await asyncio.wait(viewers, timeout=_STALLED_SECONDS)
        for task in viewers:
            task.cancel()
        path.unlink(missing_ok=True)


def _own(path: Path) -> socket.socket:
    """Return a socket bound to `path` that nobody else could ever reach.

    Until it listens, nobody can connect; by then its mode is set. (A umask would be the whole
    process's, which may create other files, and serve other sessions, at the same time.)
    """
    found = socket.socket(socket.AF_UNIX)
    try:
        found.bind(str(path))
        path.chmod(0o600)
    except OSError:
        found.close()
        raise
    return found


class _Lines:
    """Updates as lines, each written once for all viewers."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[Update, bytes]] = {}

    def of(self, update: Update) -> bytes:
        known = self._written.get(id(update))  # kept with it, so that the number stays its own
        if known is not None:
            return known[1]
        message = wire.Progress(update) if isinstance(update, Live) else wire.Committed(update)
        line = wire.line(message)
        if len(self._written) >= _LINES:
            del self._written[next(iter(self._written))]
        self._written[id(update)] = update, line
        return line


class _Viewer:
    """One connection."""

    def __init__(
        self,
        engine: Engine,
        lines: _Lines,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._engine = engine
        self._lines = lines
        self._reader = reader
        self._writer = writer
        self._pump: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        try:
            while (data := await wire.read_line(self._reader)) is not None:
                await self._answer(data)
        except ConnectionError:
            pass  # the viewer left; it reads the file, or it comes back
        finally:
            if self._pump is not None:
                if self._engine.over:
                    with contextlib.suppress(ConnectionError, TimeoutError):
                        await self._pump
                self._pump.cancel()
            self._writer.close()

    async def _answer(self, data: bytes) -> None:
        try:
            message = wire.viewer_message(data)
        except msgspec.DecodeError as error:
            await self._send(wire.Answer(0, Reply(False, f"not a command: {error}")))
            return
        if isinstance(message, wire.Watch):
            if self._pump is None:
                self._pump = asyncio.create_task(self._watch())
            return
        try:
            reply = await self._engine.send(message.command)
        except ConnectionError as error:
            reply = Reply(False, str(error))
        await self._send(wire.Answer(message.id, reply))

    async def _watch(self) -> None:
        watcher = self._engine.hub.watch()
        try:
            await self._send(wire.Hello(self._engine.journal.session.seq))
            for live in self._engine.hub.latest.values():
                await self._send(wire.Progress(live))
            while (update := await watcher.queue.get()) is not None:
                await self._put(self._lines.of(update))
            # One that lags too far is hung up on without a word: it comes back when it can.
            if not watcher.dropped:
                await self._send(wire.Bye())
        except (ConnectionError, TimeoutError):
            pass  # gone or stalled: it goes on from the file
        finally:
            self._engine.hub.leave(watcher)
            self._writer.close()

    async def _send(self, message: wire.Message) -> None:
        await self._put(wire.line(message))

    async def _put(self, line: bytes) -> None:
        self._writer.write(line)
        async with asyncio.timeout(_STALLED_SECONDS):
            await self._writer.drain()
