"""A viewer's side: follow a session through its engine's socket, or by its file alone."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

from workbench.engine import wire
from workbench.engine.command import AnyCommand, Reply
from workbench.engine.feed import Update
from workbench.model.event import EngineClosed, Record
from workbench.model.session import Session
from workbench.store import Reader, holder

TAIL_SECONDS = 0.5
"""How often a session's file is looked at while no socket speaks."""
CONNECT_SECONDS = 5.0


class Connection:
    """One socket to an engine: commands by number, updates through a queue."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Start reading at once."""
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Reply]] = {}
        self.messages: asyncio.Queue[wire.FromEngine | None] = asyncio.Queue()
        self._pump = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, path: Path) -> Connection:
        """Connect to the engine that listens on `path`. Raises `ConnectionError`."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                reader, writer = await asyncio.open_unix_connection(path, limit=wire.LINE_BYTES)
        except (OSError, TimeoutError) as error:
            raise ConnectionError(f"no engine answers at {path}: {error}") from None
        return cls(reader, writer)

    async def send(self, command: AnyCommand) -> Reply:
        """Carry `command` to the engine. Raises `ConnectionError` if it is gone."""
        if self._pump.done():
            raise ConnectionError("the engine is gone")
        number = next(self._numbers)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._writer.write(wire.line(wire.Ask(number, command)))
        await self._writer.drain()
        return await answer

    async def watch(self) -> None:
        """Ask for updates; they arrive in `messages`, None at the end."""
        self._writer.write(wire.line(wire.Watch()))
        await self._writer.drain()

    async def _read(self) -> None:
        try:
            while (data := await wire.read_line(self._reader)) is not None:
                message = wire.engine_message(data)
                if isinstance(message, wire.Answer):
                    answer = self._answers.pop(message.id, None)
                    if answer is not None and not answer.done():
                        answer.set_result(message.reply)
                else:
                    self.messages.put_nowait(message)
        finally:
            self.messages.put_nowait(None)
            for answer in self._answers.values():
                if not answer.done():
                    answer.set_exception(ConnectionError("the engine went away"))
            self._writer.close()

    async def aclose(self) -> None:
        """Hang up."""
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)


class SessionFeed:
    """A session seen from outside its engine: the file for what was, the socket for what comes.

    Where no engine answers, or one stops answering, the file is followed instead; nothing is
    missed and nothing is seen twice.
    """

    def __init__(
        self, directory: Path, reader: Reader, connection: Connection | None, session: Session
    ) -> None:
        """Go on from `session`, which is what the file held."""
        self._directory = directory
        self._reader = reader
        self._connection = connection
        self.live = connection is not None
        self.session = session
        self._over = False
        """Whether the engine has said that nothing more comes from it."""

    @classmethod
    async def open(cls, directory: Path) -> SessionFeed:
        """Open a session for watching, through its engine if one runs."""
        reader = Reader(directory)
        found = holder(directory)
        connection = None
        if found is not None and found.socket:
            try:
                connection = await Connection.open(Path(found.socket))
                await connection.watch()
            except ConnectionError:
                connection = None
        # In a thread: a long journal takes seconds, and the screen shows something meanwhile.
        reading = asyncio.ensure_future(asyncio.to_thread(reader.session))
        try:
            session = await asyncio.shield(reading)
        except BaseException:
            if connection is not None:
                await connection.aclose()
            # Nobody may close what a thread still reads.
            reading.add_done_callback(lambda _: reader.close())
            raise
        return cls(directory, reader, connection, session)

    async def updates(self) -> AsyncIterator[Update]:
        """Yield updates, each folded into `session` first.

        Ends when the session's run is closed, or when nobody runs it any more.
        """
        while self._connection is not None:
            async for update in self._from_socket(self._connection):
                yield update
            self.live = False
            async for record in self._from_file():
                yield record
            if not self.live:
                return
        async for record in self._from_file():
            yield record

    async def _from_socket(self, connection: Connection) -> AsyncIterator[Update]:
        while (message := await connection.messages.get()) is not None:
            if isinstance(message, wire.Bye):
                self._over = True
            elif isinstance(message, wire.Hello) and message.seq > self.session.seq:
                for record in self._catch_up():  # between the snapshot and the first message
                    yield record
            elif isinstance(message, wire.Progress):
                yield message.live
            elif isinstance(message, wire.Committed):
                if message.record.seq > self.session.seq + 1:
                    for record in self._catch_up():
                        yield record
                if message.record.seq > self.session.seq:
                    self.session.apply(message.record)
                    yield message.record

    async def _from_file(self) -> AsyncIterator[Record]:
        """Follow the file, up to the end of the run or until its engine speaks again."""
        while True:
            running = holder(self._directory) is not None
            for record in self._catch_up():
                yield record
            if not running or isinstance(self.session.closed, EngineClosed):
                return
            if self._connection is not None and await self._reconnected():
                return
            await asyncio.sleep(TAIL_SECONDS)

    async def _reconnected(self) -> bool:
        """Try to follow the engine again that has hung up on a viewer too slow for it."""
        found = holder(self._directory)
        if self._over or found is None or not found.socket:
            return False
        try:
            connection = await Connection.open(Path(found.socket))
        except ConnectionError:
            return False
        assert self._connection is not None
        await self._connection.aclose()
        self._connection = connection
        await connection.watch()
        self.live = True
        return True

    def _catch_up(self) -> list[Record]:
        records = self._reader.records(self.session.seq)
        for record in records:
            self.session.apply(record)
        return records

    async def blob(self, digest: str) -> bytes:
        """Return stored content. Raises `KeyError` if there is none such."""
        return await asyncio.to_thread(self._reader.blob, digest)

    async def send(self, command: AnyCommand) -> Reply:
        """Carry a command to the engine. Raises `ConnectionError` if none answers."""
        if self._connection is None:
            raise ConnectionError("no engine runs this session")
        return await self._connection.send(command)

    async def aclose(self) -> None:
        """Stop watching."""
        if self._connection is not None:
            await self._connection.aclose()
        self._reader.close()
