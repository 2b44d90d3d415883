"""Programs in containers, through a Docker Engine or what speaks its language."""

from __future__ import annotations

import dataclasses

from sandbox.api import UNSEALED, Capabilities, Job, Limits, Outcome, SandboxUnavailable, Spec
from sandbox.docker import images
from sandbox.docker.engine import INSTEAD, Engine, connect, connected
from sandbox.docker.lease import DockerLease, FreshLease
from sandbox.docker.promises import promised
from sandbox.docker.runtime import HOME
from sandbox.paths import check_shown, check_spec
from sandbox.probing import Probing


class Docker(Probing):
    """See `sandbox.api.Backend`.

    A lease is one container with walls of its own inside, where a warm interpreter serves many
    runs. Where the engine allows no such walls, for `Spec(warm=False)`, and where a network or more
    of this machine is wanted, every run gets a new container. The first probe on a machine makes
    the base image, which takes seconds. `apparmor` names a profile for the containers: where the
    engine's own forbids mounts, `unconfined` leaves that wall out so that the inner ones can be
    built.
    """

    name = "docker"

    def __init__(self, apparmor: str = "") -> None:
        super().__init__()
        self._apparmor = apparmor
        self._inner = False
        """Whether the engine allows walls inside a container."""

    async def open(self, spec: Spec) -> DockerLease:
        """See `sandbox.api.Backend.open`."""
        capabilities = await self.probe()
        if not capabilities.usable:
            raise SandboxUnavailable(capabilities.problem)
        engine = await connect()
        try:
            return await self._open(engine, spec, spec.warm and spec.sealed and self._inner)
        except BaseException:
            await engine.close()
            raise

    async def _probe(self) -> Capabilities:
        version = ""
        problems: list[str] = []
        try:
            async with connected() as engine:
                version = engine.version
            for inner in (True, False):
                problem, found = await self._try(inner)
                if found is not None:
                    self._inner = inner
                    cold = "; ".join(problems) or found.cold
                    return dataclasses.replace(found, cold=cold)
                problems.append(problem)
        except SandboxUnavailable as error:
            problems = [str(error)]
        cause = "; ".join(dict.fromkeys(problems))
        return Capabilities(self.name, version, "container", False, cause)

    async def _try(self, inner: bool) -> tuple[str, Capabilities | None]:
        """Start a Python in a container; return why that failed, or what such ones promise."""
        engine = await connect()
        try:
            lease = await self._open(engine, Spec(), inner)
        except SandboxUnavailable as error:
            await engine.close()
            return self._refusal(engine, error), None
        async with lease:
            job = Job(("python3", "-c", "pass"), limits=Limits(wall_seconds=10))
            execution = await lease.run(job)
            if execution.outcome is not Outcome.exited or execution.exit_code != 0:
                said = execution.stderr.decode(errors="replace").strip()
                return f"{execution.outcome}: {execution.detail} {said}".strip(), None
            table = promised(engine, lease.opened, inner, self._apparmor)
        version, cold = engine.version, lease.cold
        return "", Capabilities(self.name, version, "container", True, checks=table, cold=cold)

    async def _open(self, engine: Engine, spec: Spec, inner: bool) -> DockerLease:
        check_shown(spec)
        if spec.shown and not engine.local:
            raise SandboxUnavailable(
                f"the container engine at {engine.address} may be another machine, and Spec.shown "
                f"is of this one: use an engine at a unix:// address, {INSTEAD}"
            )
        check_spec(spec, [HOME, *spec.shown])
        prepared = await images.prepare(engine, spec)
        files = dict(spec.files)
        opening = {
            "op": "open",
            "backend": "container",
            "foreign": prepared.foreign,
            "files": list(files),
            "writable": spec.writable,
            "workdir": spec.workdir,
            "env": {**prepared.env, **spec.env},
            "warm": spec.warm,
            "cold": None if spec.sealed else UNSEALED,
            "sealed": spec.sealed,
            "modules": prepared.modules,
        }
        if inner:
            lease = DockerLease(engine, prepared, spec, opening, self._apparmor)
        else:
            prepared = await images.for_one_lease(engine, prepared, files)
            lease = FreshLease(engine, prepared, spec, {**opening, "files": []}, self._apparmor)
        try:
            await lease.start()
        except BaseException:
            await lease.aclose()
            raise
        return lease

    def _refusal(self, engine: Engine, error: SandboxUnavailable) -> str:
        if "apparmor" in engine.security and not self._apparmor:
            return (
                f"{error} (AppArmor's docker-default profile forbids mounts; "
                "Docker(apparmor='unconfined') does without it)"
            )
        return str(error)
