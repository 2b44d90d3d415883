"""The caller's end of a supervisor in a container: its standard streams, attached."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from typing import Any

from aiodocker import DockerError
from aiodocker.containers import DockerContainer
from aiodocker.stream import Stream
from aiohttp import ClientError

from sandbox.connection import SupervisorDied
from sandbox.docker.carrier import Carrier
from sandbox.docker.engine import Engine
from sandbox.supervisor import frames

END_SECONDS = 15.0
PATIENCE_SECONDS = 60.0
"""Beyond a run's wall time, which the supervisor itself enforces."""
_WORDS = 4000
_LOST = (DockerError, ClientError, OSError, RuntimeError, AssertionError)
"""What a stream raises whose container is gone; aiodocker asserts that there is a connection."""


class ContainerSupervisor:
    """See `sandbox.connection.Connection`."""

    def __init__(self, engine: Engine, container: DockerContainer, stream: Stream) -> None:
        self.engine = engine
        self.container = container
        self._stream = stream
        self._began = time.time()
        self._buffer = bytearray()
        self._said = b""
        self._ending: asyncio.Task[str] | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._carrier: Carrier | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._giving_up: asyncio.Task[str] | None = None
        self._gone = asyncio.create_task(self._await_gone())

    @classmethod
    async def start(cls, engine: Engine, settings: dict[str, Any]) -> ContainerSupervisor:
        """Create, attach to and start a container; raises DockerError and what aiohttp raises.

        Cancelling waits until what was begun is there and gone again: the engine finishes making a
        container for a caller that has left.
        """
        starting = asyncio.create_task(cls._start(engine, settings))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.shield(asyncio.create_task(_put_away(starting)))
            raise

    @classmethod
    async def _start(cls, engine: Engine, settings: dict[str, Any]) -> ContainerSupervisor:
        container = await engine.docker.containers.create(settings)
        stream = container.attach(stdin=True, stdout=True, stderr=True)
        try:
            await stream.__aenter__()
            await container.start()
        except BaseException:
            await stream.close()
            await _remove(container)
            raise
        return cls(engine, container, stream)

    @property
    def alive(self) -> bool:
        """See `sandbox.connection.Connection.alive`."""
        return self._ending is None and not self._gone.done()

    def give(self, channel: socket.socket) -> None:
        """See `sandbox.connection.Connection.give`; the bytes are carried in messages."""
        self._carrier = Carrier(channel, self._say)

    def tell(self, header: dict[str, Any]) -> None:
        """See `sandbox.connection.Connection.tell`."""
        task = asyncio.create_task(self._say(header, []))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _say(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        with contextlib.suppress(SupervisorDied):  # who receives will be told
            await self.send(header, blobs)

    async def send(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """See `sandbox.connection.Connection.send`."""
        if header["op"] == "run":
            self._expect_answer(header["limits"]["wall_seconds"] + PATIENCE_SECONDS)
        try:
            # In one piece: a kill must never land inside another message.
            await self._stream.write_in(frames.message(header, blobs))
        except _LOST as error:
            raise await self.died() from error

    def _expect_answer(self, seconds: float) -> None:
        """Give up after that time: an engine can freeze a container, or be frozen itself."""

        def give_up() -> None:
            self._said += f"no answer within {seconds:g} s".encode()
            self._giving_up = asyncio.create_task(self.end())

        self._patience = asyncio.get_running_loop().call_later(seconds, give_up)

    async def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """See `sandbox.connection.Connection.receive`."""
        while True:
            header, blobs = await self._receive()
            if self._carrier is not None and self._carrier.take(header, blobs):
                continue
            if self._patience is not None:
                self._patience.cancel()
            if self._carrier is not None:
                carrier, self._carrier = self._carrier, None
                await carrier.finish()
            return header, blobs

    async def _receive(self) -> tuple[dict[str, Any], list[bytes]]:
        try:
            length, count = frames.parse_head(await self._exactly(frames.HEAD.size))
            header = frames.loads(await self._exactly(length))
            sizes = frames.parse_sizes(await self._exactly(8 * count))
            return header, [await self._exactly(size) for size in sizes]
        except (EOFError, ValueError, *_LOST) as error:
            raise await self.died() from error

    async def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            message = await self._stream.read_out()
            if message is None:
                raise EOFError
            if message.stream == 1:
                self._buffer += message.data
            else:
                self._said = (self._said + message.data)[-_WORDS:]
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def died(self) -> SupervisorDied:
        """End what is left of it and return why it died."""
        starved = await self._was_starved()
        said = await self.end()
        why = " because it ran out of memory" if starved else ""
        return SupervisorDied(f"the sandbox's container ended{why}{': ' + said if said else ''}")

    async def _was_starved(self) -> bool:
        """Ask the engine's memory, where the container itself may be gone already."""
        filters = {"container": [self.container.id], "event": ["oom"]}
        with contextlib.suppress(DockerError, ClientError, OSError, TimeoutError):
            async with asyncio.timeout(END_SECONDS):
                return bool(await self.engine.events(self._began, filters))
        return False

    async def end(self) -> str:
        """See `sandbox.connection.Connection.end`."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        return await asyncio.shield(self._ending)

    async def _end(self) -> str:
        if self._patience is not None:
            self._patience.cancel()
        if self._carrier is not None:
            self._carrier.abandon()
        await self._stream.close()
        said = self._said.decode(errors="replace").strip()
        try:
            async with asyncio.timeout(END_SECONDS):
                await _remove(self.container)
                await self._gone
        except TimeoutError:
            self._gone.cancel()
            return f"{said} the engine did not remove it within {END_SECONDS:g} s".strip()
        return said

    async def _await_gone(self) -> None:
        """Return when the container has been removed."""
        with contextlib.suppress(*_LOST):  # the engine is gone: then so is what it kept alive
            await self.container.wait(condition="removed")


async def _put_away(starting: asyncio.Task[ContainerSupervisor]) -> None:
    with contextlib.suppress(*_LOST):  # then there is nothing to put away
        await (await starting).end()


async def _remove(container: DockerContainer) -> None:
    """Kill and remove; one that is gone, or going, is no error."""
    with contextlib.suppress(ClientError, OSError):
        try:
            await container.delete(force=True, v=True)
        except DockerError as error:
            if error.status not in (404, 409, 900):
                raise
