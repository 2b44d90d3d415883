"""Leases whose supervisor is the first process of a container."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

from aiodocker import DockerError

from sandbox.api import Execution, Job, Limits, Spec
from sandbox.connection import Connection
from sandbox.docker.attached import ContainerSupervisor
from sandbox.docker.container import ceilings, choose_uid, settings
from sandbox.docker.engine import Engine, told
from sandbox.docker.images import Prepared, release
from sandbox.lease import SupervisorLease


class DockerLease(SupervisorLease):
    """One container for many runs, with walls of its own inside; see `sandbox.api.Lease`.

    What the container as a whole may use follows the limits of the run it carries out.
    """

    inner = True

    def __init__(
        self,
        engine: Engine,
        prepared: Prepared,
        spec: Spec,
        opening: dict[str, Any],
        apparmor: str = "",
    ) -> None:
        super().__init__(spec, {**opening, "inner": self.inner}, list(spec.files.values()))
        self.engine = engine
        self.prepared = prepared
        self.apparmor = apparmor
        self.limits = Limits()
        """Of the run that is being carried out or comes next."""
        self._granted: dict[str, int] = {}
        self._removals: set[asyncio.Task[str]] = set()
        """Containers of single runs on their way out."""

    async def run(self, job: Job, channel: socket.socket | None = None) -> Execution:
        """See `sandbox.api.Lease.run`."""
        if self._busy is None:
            self.limits = job.limits
        return await super().run(job, channel)

    async def _run(self, job: Job, channel: socket.socket | None) -> Execution:
        supervisor = self._supervisor
        if isinstance(supervisor, ContainerSupervisor) and supervisor.alive:
            await self._grant(supervisor)
        return await super()._run(job, channel)

    async def _grant(self, supervisor: ContainerSupervisor) -> None:
        wanted = ceilings(self.limits, self.inner)
        if wanted != self._granted:
            try:
                await self.engine.update(supervisor.container.id, wanted)
            except DockerError:
                await self._forget()  # less than is in use, or it is gone: a new one gets them
            self._granted = wanted

    async def _launch(self) -> Connection:
        with told("starting a container"):
            uid = choose_uid(few=bool({"rootless", "userns"} & set(self.engine.security)))
            network = await self.engine.network() if self.spec.network else "none"
            wanted = settings(
                self.prepared, self.spec, self.limits, self.inner, uid, self.apparmor, network
            )
            supervisor = await ContainerSupervisor.start(self.engine, wanted)
        self._granted = ceilings(self.limits, self.inner)
        return supervisor

    async def aclose(self) -> None:
        """See `sandbox.api.Lease.aclose`."""
        await super().aclose()
        await release(self.engine, self.prepared)
        await self.engine.close()


class FreshLease(DockerLease):
    """A new container for every run, whose own walls are the only ones.

    The container of a run is removed beside the next one's making, and before `aclose` returns.
    """

    inner = False

    async def start(self) -> None:
        """See `SupervisorLease.start`; without a run to come, only to see that it works."""
        await super().start()
        if self._busy is None:
            self._put_away()

    async def _run(self, job: Job, channel: socket.socket | None) -> Execution:
        try:
            return await SupervisorLease._run(self, job, channel)
        finally:
            self._put_away()

    def _put_away(self) -> None:
        supervisor, self._supervisor = self._supervisor, None
        if supervisor is not None:
            removal = asyncio.create_task(supervisor.end())
            self._removals.add(removal)
            removal.add_done_callback(self._removals.discard)

    async def aclose(self) -> None:
        """See `sandbox.api.Lease.aclose`."""
        await SupervisorLease.aclose(self)  # ends a run that is under way, and puts it away
        while self._removals:
            await asyncio.wait(self._removals)
        await super().aclose()
