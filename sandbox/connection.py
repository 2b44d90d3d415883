"""The caller's end of a supervisor: messages to it, and its own process where it runs beside."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from pathlib import Path
from typing import Any, Protocol

from sandbox import cgroups
from sandbox.supervisor import frames

# Appended, so that nothing beside the supervisor can stand in for the standard library.
_BOOT = "import sys; sys.path.append(sys.argv[1]); from supervisor.service import main; main()"
_GRACE_SECONDS = 15.0


class SupervisorDied(Exception):
    """The supervisor ended in the middle of something; the text is what it said last."""


class Supervisor:
    """A running supervisor process and the channel to it."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        handles: socket.socket,
    ) -> None:
        self.process = process
        self.reader = reader
        self.writer = writer
        self.handles = handles
        """Carries descriptors, one packet each."""
        self._ending: asyncio.Task[str] | None = None

    @classmethod
    async def start(cls) -> Supervisor:
        """Exec a supervisor in its own session, with an empty environment and one socket."""
        scope = await asyncio.to_thread(cgroups.scope)
        ours, theirs = socket.socketpair()
        handles, their_handles = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs, their_handles:
                process = await asyncio.create_subprocess_exec(
                    *(*scope.prefix, getattr(sys, "_base_executable", sys.executable)),
                    *("-I", "-S", "-c", _BOOT, str(Path(__file__).parent), str(os.getpid())),
                    str(their_handles.fileno()),
                    pass_fds=(their_handles.fileno(),),
                    stdin=theirs.fileno(),
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.PIPE,
                    env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", **scope.environment},
                    start_new_session=True,
                    cwd="/",
                )
            try:
                reader, writer = await asyncio.open_connection(sock=ours)
            except BaseException:
                process.kill()
                await asyncio.shield(process.communicate())
                raise
        except BaseException:
            ours.close()
            handles.close()
            raise
        return cls(process, reader, writer, handles)

    @property
    def alive(self) -> bool:
        """Whether it is not known to have ended."""
        return self.process.returncode is None

    def give(self, channel: socket.socket) -> None:
        """Send a descriptor for the next run that is asked for; raises SupervisorDied."""
        try:
            socket.send_fds(self.handles, [b"h"], [channel.fileno()])
            channel.close()
        except OSError as error:
            raise SupervisorDied(f"the sandbox's supervisor took no channel: {error}") from error

    def tell(self, header: dict[str, Any]) -> None:
        """Queue a message without blobs at once."""
        self.writer.write(frames.message(header))

    async def send(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """Send one message; raises SupervisorDied."""
        try:
            # Queued whole before the first wait: a kill must never land inside another message.
            self.writer.write(frames.head(header, [len(blob) for blob in blobs]))
            for blob in blobs:
                self.writer.write(blob)
            await self.writer.drain()
        except ConnectionError as error:
            raise await self.died() from error

    async def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the next message; raises SupervisorDied."""
        try:
            length, count = frames.parse_head(await self.reader.readexactly(frames.HEAD.size))
            header = frames.loads(await self.reader.readexactly(length))
            sizes = frames.parse_sizes(await self.reader.readexactly(8 * count))
            return header, [await self.reader.readexactly(size) for size in sizes]
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise await self.died() from error

    async def died(self) -> SupervisorDied:
        """End what is left of it and return why it died."""
        said = await self.end()
        code = self.process.returncode
        how = f"was killed by signal {-code}" if code and code < 0 else f"ended with status {code}"
        return SupervisorDied(f"the sandbox's supervisor {how}{': ' + said if said else ''}")

    async def end(self) -> str:
        """Close the channel, which ends it and every program of it; return its last words.

        A cancelled caller does not wait, but the end goes on.
        """
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        return await asyncio.shield(self._ending)

    async def _end(self) -> str:
        self.writer.close()
        self.handles.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()
        assert self.process.stderr is not None
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                said = await self.process.stderr.read()
                await self.process.wait()
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            said = b"it did not end when told to"
        return said.decode(errors="replace").strip()[-2000:]


class Connection(Protocol):
    """A supervisor wherever it runs: beside this process, or first in a container."""

    @property
    def alive(self) -> bool:
        """Whether it is not known to have ended."""
        ...

    def give(self, channel: socket.socket) -> None:
        """Send a descriptor for the next run that is asked for; raises SupervisorDied."""
        ...

    def tell(self, header: dict[str, Any]) -> None:
        """Queue a message without blobs at once."""
        ...

    async def send(self, header: dict[str, Any], blobs: list[bytes]) -> None:
        """Send one message; raises SupervisorDied."""
        ...

    async def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Return the next message; raises SupervisorDied."""
        ...

    async def end(self) -> str:
        """End it and every program of it; return its last words."""
        ...
