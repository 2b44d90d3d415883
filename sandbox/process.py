"""Programs as plain processes: limits and a clean end, no isolation. For explicit choice only."""

from __future__ import annotations

import sys

from sandbox import checks
from sandbox.api import Capabilities, Check, Job, Outcome, SandboxUnavailable, Spec
from sandbox.layout import BIN, Layout, add_packages, interpreter, interpreter_prefixes
from sandbox.lease import SupervisorLease
from sandbox.paths import check_shown, check_spec


class Process:
    """See `sandbox.api.Backend`.

    Files lie in a temporary directory: paths of the sandbox are rewritten in argv and in the
    environment, but a program that opens `/app/...` by itself finds nothing there.
    """

    name = "process"

    def __init__(self) -> None:
        self._quick: Capabilities | None = None

    async def probe(self, full: bool = False) -> Capabilities:
        """See `sandbox.api.Backend.probe`; there is no isolation whose trying could tell more."""
        if self._quick is None:
            self._quick = await self._probe()
        if full and self._quick.usable:
            return await checks.tried(self, self._quick)
        return self._quick

    async def open(self, spec: Spec) -> SupervisorLease:
        """See `sandbox.api.Backend.open`."""
        if sys.platform != "linux":
            raise SandboxUnavailable(f"--sandbox process needs Linux, this is {sys.platform}")
        if spec.image is not None:
            raise SandboxUnavailable(f"{self.name} has no images; choose docker for one")
        check_shown(spec)
        layout = Layout(mounts=[(prefix, prefix) for prefix in interpreter_prefixes()])
        layout.links = [(interpreter(), f"{BIN}/{name}") for name in ("python3", "python")]
        add_packages(layout, spec.python_packages)
        check_spec(spec, [target for _, target in layout.mounts])
        opening = {
            "op": "open",
            "backend": self.name,
            "mounts": layout.mounts,
            "links": layout.links,
            "files": list(spec.files),
            "writable": spec.writable,
            "workdir": spec.workdir,
            "env": {**layout.env, **spec.env},
        }
        lease = SupervisorLease(spec, opening, list(spec.files.values()))
        await lease.start()
        return lease

    async def _probe(self) -> Capabilities:
        table: tuple[Check, ...] = ()
        try:
            lease = await self.open(Spec())
            async with lease:
                execution = await lease.run(Job(("python3", "-I", "-S", "-c", "pass")))
                table = checks.promised_by_process(lease.opened)
            said = execution.stderr.decode(errors="replace").strip()
            works = execution.outcome is Outcome.exited and execution.exit_code == 0
            problem = None if works else f"{execution.outcome}: {execution.detail} {said}".strip()
        except SandboxUnavailable as error:
            problem = str(error)
        return Capabilities(self.name, "", "none", problem is None, problem, table)
