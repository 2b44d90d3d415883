"""The caller's side of a supervisor: start it, hand it jobs, replace it when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from sandbox import cgroups
from sandbox.api import Collected, Execution, Job, Outcome, SandboxUnavailable, Spec
from sandbox.paths import check_job
from sandbox.supervisor import frames

# Appended, so that nothing beside the supervisor can stand in for the standard library.
_BOOT = "import sys; sys.path.append(sys.argv[1]); from supervisor.service import main; main()"
_OPEN_SECONDS = 20.0
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


class SupervisorLease:
    """A lease whose runs a supervisor carries out; see `sandbox.api.Lease`."""

    def __init__(self, spec: Spec, opening: dict[str, Any], files: list[bytes]) -> None:
        self.spec = spec
        self.opened: dict[str, Any] = {}
        """What the supervisor said when it opened: its uid, whether mounts are private."""
        self.cold: str | None = None
        """Why Python programs are started anew, as the last run told; None where they are not."""
        self._opening = opening
        self._files = files
        self._supervisor: Connection | None = None
        self._late: asyncio.Task[Any] | None = None
        self._busy = False
        self._closed = False

    async def start(self) -> None:
        """Start a supervisor; raises SandboxUnavailable with its reason."""
        supervisor = await self._launch()
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                opening = {**self._opening, "slot": cgroups.slot_name()}
                await supervisor.send(opening, self._files)
                self.opened, _ = await supervisor.receive()
        except SupervisorDied as error:
            raise SandboxUnavailable(str(error)) from error
        except TimeoutError:
            await supervisor.end()
            raise SandboxUnavailable(f"no supervisor within {_OPEN_SECONDS:g} s") from None
        except BaseException:
            await supervisor.end()
            raise
        if "refused" in self.opened:
            await supervisor.end()
            await cgroups.remove_async(self.opened.get("slot_paths", ()))
            raise SandboxUnavailable(self.opened["refused"])
        self._supervisor = supervisor

    async def _launch(self) -> Connection:
        """Start what carries the runs out; raises SandboxUnavailable."""
        return await Supervisor.start()

    async def run(self, job: Job, channel: socket.socket | None = None) -> Execution:
        """See `sandbox.api.Lease.run`."""
        check_job(job, self.spec)
        if self._closed:
            raise RuntimeError("this lease is closed")
        if self._busy:
            raise RuntimeError("a lease runs one job at a time; open another one beside it")
        self._busy = True
        try:
            return await self._run(job, channel)
        except (SupervisorDied, SandboxUnavailable) as error:
            await self._forget()
            return Execution(Outcome.sandbox_error, detail=str(error))
        finally:
            self._busy = False

    async def _run(self, job: Job, channel: socket.socket | None) -> Execution:
        await self._await_late()
        if self._supervisor is None or not self._supervisor.alive:
            await self._forget()
            await self.start()
        assert self._supervisor is not None
        header = {
            "op": "run",
            "argv": job.argv,
            "files": list(job.files),
            "collect": job.collect,
            "limits": asdict(job.limits),
            "channel": channel is not None,
            "nonce": secrets.token_hex(16),
        }
        answer = asyncio.ensure_future(self._ask(self._supervisor, header, job, channel))
        try:
            reply, blobs = await asyncio.shield(answer)
        except asyncio.CancelledError:
            await self._cancel(self._supervisor, answer)
            raise
        if reply.pop("nonce", None) != header["nonce"]:
            raise SupervisorDied("the sandbox's supervisor answered to another run than was asked")
        self.cold = reply.pop("cold")
        return _execution(reply, blobs)

    async def _ask(
        self,
        supervisor: Connection,
        header: dict[str, Any],
        job: Job,
        channel: socket.socket | None,
    ) -> tuple[dict[str, Any], list[bytes]]:
        if channel is not None:
            supervisor.give(channel)
        await supervisor.send(header, list(job.files.values()))
        return await supervisor.receive()

    async def _cancel(self, supervisor: Connection, answer: asyncio.Task[Any]) -> None:
        """Kill the program and wait until it is dead; a second cancellation does not wait."""
        self._late = answer
        supervisor.tell({"op": "kill"})
        await self._await_late()

    async def _await_late(self) -> None:
        """Read and forget the reply to a cancelled run."""
        if self._late is not None:
            with contextlib.suppress(SupervisorDied):
                await asyncio.shield(self._late)
            self._late = None

    async def _forget(self) -> None:
        """End the supervisor, dead or alive, and remove what it could not."""
        if self._supervisor is not None:
            supervisor, self._supervisor = self._supervisor, None
            await supervisor.end()
            await cgroups.remove_async(self.opened.get("slot_paths", ()))
        folder = self.opened.get("folder")
        if folder and os.path.isdir(folder):
            shutil.rmtree(folder, ignore_errors=True)

    async def aclose(self) -> None:
        """See `sandbox.api.Lease.aclose`."""
        self._closed = True
        await self._forget()
        await self._await_late()

    async def __aenter__(self) -> Self:
        """Return the lease itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the lease."""
        await self.aclose()


def _execution(reply: dict[str, Any], blobs: list[bytes]) -> Execution:
    stdout, stderr, *contents = blobs
    collected = {
        path: Collected(data) for path, data in zip(reply.pop("collected"), contents, strict=True)
    }
    for path, problem in reply.pop("problems").items():
        collected[path] = Collected(None, problem)
    return Execution(
        Outcome(reply.pop("outcome")), stdout=stdout, stderr=stderr, collected=collected, **reply
    )
