"""Programs in containers, through a Docker Engine or what speaks its language."""

from __future__ import annotations

import dataclasses

from sandbox import checks
from sandbox.api import Capabilities, Job, Limits, Outcome, SandboxUnavailable, Spec
from sandbox.docker import images
from sandbox.docker.engine import Engine, connect, connected
from sandbox.docker.lease import DockerLease, FreshLease
from sandbox.docker.promises import promised
from sandbox.docker.runtime import HOME
from sandbox.paths import check_spec

NOT_ASKED = "every run was asked to start anew"


class Docker:
    """See `sandbox.api.Backend`.

    A lease is one container with walls of its own inside, where a warm interpreter serves many
    runs. Where the engine allows no such walls, and for `Spec(warm=False)`, every run gets a new
    container.
    """

    name = "docker"

    def __init__(self) -> None:
        self._quick: Capabilities | None = None
        self._full: Capabilities | None = None

    async def probe(self, full: bool = False) -> Capabilities:
        """See `sandbox.api.Backend.probe`; the answer is kept for this object's life.

        The first probe on a machine makes the base image, which takes seconds.
        """
        if self._quick is None:
            self._quick = await self._probe()
        if not full or not self._quick.usable:
            return self._quick
        if self._full is None:
            self._full = await checks.tried(self, self._quick)
        return self._full

    async def open(self, spec: Spec) -> DockerLease:
        """See `sandbox.api.Backend.open`."""
        capabilities = await self.probe()
        if not capabilities.usable:
            raise SandboxUnavailable(capabilities.problem)
        engine = await connect()
        try:
            return await _open(engine, spec, spec.warm and capabilities.cold is None)
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
                problem, found = await _try(inner)
                if found is not None:
                    cold = "; ".join(problems) or None
                    return dataclasses.replace(found, cold=cold)
                problems.append(problem)
        except SandboxUnavailable as error:
            problems = [str(error)]
        cause = "; ".join(dict.fromkeys(problems))
        return Capabilities(self.name, version, "container", False, cause)


async def _try(inner: bool) -> tuple[str, Capabilities | None]:
    """Start a Python in a container; return why that failed, or what such a container promises."""
    engine = await connect()
    try:
        lease = await _open(engine, Spec(), inner)
    except SandboxUnavailable as error:
        await engine.close()
        return str(error), None
    async with lease:
        job = Job(("python3", "-I", "-S", "-c", "pass"), limits=Limits(wall_seconds=10))
        execution = await lease.run(job)
        if execution.outcome is not Outcome.exited or execution.exit_code != 0:
            said = execution.stderr.decode(errors="replace").strip()
            return f"{execution.outcome}: {execution.detail} {said}".strip(), None
        table = promised(engine, lease.opened, inner)
    return "", Capabilities("docker", engine.version, "container", usable=True, checks=table)


async def _open(engine: Engine, spec: Spec, inner: bool) -> DockerLease:
    check_spec(spec, [HOME])
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
        "modules": prepared.modules,
    }
    if inner:
        lease = DockerLease(engine, prepared, spec, opening)
    else:
        prepared = await images.with_files(engine, prepared, files)
        lease = FreshLease(engine, prepared, spec, {**opening, "files": []})
    try:
        await lease.start()
    except BaseException:
        await lease.aclose()
        raise
    return lease
