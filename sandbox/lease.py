"""A lease whose runs a supervisor carries out: hand it jobs, replace it when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import socket
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from sandbox import cgroups
from sandbox.api import Collected, Execution, Job, Outcome, SandboxUnavailable, Spec
from sandbox.connection import Connection, Supervisor, SupervisorDied
from sandbox.paths import check_job

_OPEN_SECONDS = 20.0


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
        self._busy: asyncio.Future[None] | None = None
        """Done when the run that is under way has ended."""
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
        if self._busy is not None:
            raise RuntimeError("a lease runs one job at a time; open another one beside it")
        self._busy = asyncio.get_running_loop().create_future()
        try:
            return await self._run(job, channel)
        except (SupervisorDied, SandboxUnavailable) as error:
            await self._forget()
            return Execution(Outcome.sandbox_error, detail=str(error))
        finally:
            if channel is not None:
                channel.close()
            self._busy.set_result(None)
            self._busy = None

    async def _run(self, job: Job, channel: socket.socket | None) -> Execution:
        await self._await_late()
        if self._supervisor is None or not self._supervisor.alive:
            await self._forget()
            await self.start()
            if self._closed:
                raise SupervisorDied("the lease was closed while its sandbox started")
        assert self._supervisor is not None
        address = job.limits.address_bytes or job.limits.memory_bytes
        header = {
            "op": "run",
            "argv": job.argv,
            "files": list(job.files),
            "collect": job.collect,
            "limits": {**asdict(job.limits), "address_bytes": address},
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
            await asyncio.wait({self._late})
            late, self._late = self._late, None
            with contextlib.suppress(SupervisorDied, asyncio.CancelledError):
                late.result()

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
        if self._busy is not None:  # it ends without its supervisor, or before it has one
            await asyncio.wait({self._busy})
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
