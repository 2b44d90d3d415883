"""What a caller of the sandbox sees: limits, what to run, what came of it, and the protocols."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    import socket

MIB = 1 << 20
CHANNEL = 3
"""Descriptor under which a program finds the channel it was given."""
LEAST_MEMORY = 16 * MIB
KEPT = "/.sandbox-kept.tar"
"""Where `Image.kept` is, in paths relative to the directory that it lies in."""
UNSEALED = "runs with a network, or that are shown more of this machine, start anew"
"""Why they are not forked warm: a warm interpreter's cells have neither."""

Tier = Literal["container", "namespaces", "landlock", "none"]
State = Literal["enforced", "best-effort", "absent"]


class SandboxUnavailable(Exception):
    """No sandbox of the wanted kind can run here; the message names the cause and the ways out."""


class Outcome(StrEnum):
    """How an execution ended; `sandbox_error` alone is the machine's fault, not the program's."""

    exited = "exited"
    signalled = "signalled"
    timeout = "timeout"
    oom = "oom"
    pids = "pids"
    disk = "disk"
    output = "output"
    sandbox_error = "sandbox_error"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. How hard each limit holds is told by `Capabilities.checks`."""

    wall_seconds: float = 10.0
    """From the start of the program to its kill."""
    cpu_seconds: float = 10.0
    """Processor time per process (a kernel limit, rounded up to whole seconds) and, sampled,
    summed over all processes of the run."""
    memory_bytes: int = 1024 * MIB
    """Address space of each process unless `address_bytes` says otherwise; where a memory cgroup is
    delegated also what all processes of the run hold together, their files not counted."""
    processes: int = 32
    """Processes and threads alive at once, the program itself included."""
    file_bytes: int = 16 * MIB
    """Largest file that can be written, and the largest that is collected."""
    disk_bytes: int = 64 * MIB
    """Everything below the writable directories and /tmp together; also the most collected."""
    files: int = 4096
    """Files and directories below the writable directories and /tmp together."""
    output_bytes: int = 256 * 1024
    """Standard output and standard error together; going past it ends the run."""
    address_bytes: int | None = None
    """Address space of each process, where it is not `memory_bytes`: for runtimes that reserve far
    more than they use. Without a memory cgroup, memory is then what one process holds, sampled."""

    def __post_init__(self) -> None:
        """Refuse limits that no run could start under."""
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if value is None and name == "address_bytes":
                continue
            if not 0 < value < math.inf:
                raise ValueError(f"Limits.{name} must be positive and finite, got {value!r}")
        for name in ("memory_bytes", "address_bytes"):
            value = getattr(self, name)
            if value is not None and value < LEAST_MEMORY:
                raise ValueError(
                    f"Limits.{name} must be at least {LEAST_MEMORY}, or not even the sandbox "
                    f"itself could start; got {value}"
                )


@dataclass(frozen=True, slots=True)
class Image:
    """What a container is made from: an image by name, or a build context. Only one of the two."""

    name: str = ""
    """An image that the container engine has or can fetch."""
    context: Mapping[str, bytes] = field(default_factory=dict)
    """Files of a build, relative path -> content, with a `Dockerfile` at the top."""
    kept: str = ""
    """A directory of the image: it is also there as the archive `KEPT`, to be unpacked where a
    writable directory hides it."""

    def __post_init__(self) -> None:
        """Refuse an image that is neither named nor built, or both."""
        if bool(self.name) == bool(self.context):
            raise ValueError("Image needs either a name or a build context")
        if self.context and "Dockerfile" not in self.context:
            raise ValueError("Image.context has no Dockerfile at its top")


@dataclass(frozen=True, slots=True)
class Spec:
    """What every run of one lease shares. All paths are absolute paths inside the sandbox."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    """Read-only for the program (a verifier's bundle, say)."""
    writable: tuple[str, ...] = ("/app",)
    """Directories that start empty, or with the job's files, in every run. /tmp always exists."""
    workdir: str = "/app"
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the fixed environment (PATH, HOME, TMPDIR, LANG, hash seed, thread counts)."""
    python_packages: tuple[str, ...] = ()
    """Distributions of the running environment, mounted read-only with what they require and found
    through PYTHONPATH (so not by `python3 -I`)."""
    image: Image | None = None
    """What a container is made from; None shows this machine's Python and `python_packages`.
    Backends without containers raise SandboxUnavailable for one."""
    warm: bool = True
    """Fork Python programs from an interpreter that has `python_packages` loaded, where the backend
    can. False starts every run from nothing: a new interpreter, with Docker a new container."""
    network: bool = False
    """Leave the network on, this machine's own services included; `Capabilities.of` tells what such
    a lease still promises. Every run then starts from nothing."""
    shown: tuple[str, ...] = ()
    """Absolute paths of this machine, shown read-only at the same place: an installation that
    programs need. Every run then starts from nothing."""

    @property
    def sealed(self) -> bool:
        """Whether nothing of this machine but the system is shown, and no network."""
        return not self.network and not self.shown


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a program."""

    argv: tuple[str, ...]
    """The program and its arguments. `python3 [-S] [-B] [-u] FILE ...` is what can be forked from a
    warm interpreter; everything else is started anew. `-I` would ignore PYTHONPATH."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """Absolute paths below a writable directory or /tmp, written before the run, owned by the
    program."""
    collect: tuple[str, ...] = ()
    """Absolute paths below a writable directory or /tmp, read once every process is dead; a path
    that ends in "/" collects the regular files below it (depth and count are capped)."""
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Collected:
    """One wanted output: its bytes, or why there are none."""

    data: bytes | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """What came of one run."""

    outcome: Outcome
    exit_code: int | None = None
    """Set when the program ended by itself without a signal."""
    signal: int | None = None
    """Set when a signal ended the program, whoever sent it."""
    stdout: bytes = b""
    stderr: bytes = b""
    collected: Mapping[str, Collected] = field(default_factory=dict)
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    """Processor time of all processes, the start of the sandbox (about 5 ms) included."""
    max_rss_bytes: int = 0
    """Largest resident size of one process."""
    detail: str = ""
    """The evidence behind `outcome`, and whatever else a reader should know."""
    warm: bool = False
    """Whether the program was forked from a running interpreter."""


@dataclass(frozen=True, slots=True)
class Check:
    """How hard one promise holds, as measured (full probe) or as built (quick probe)."""

    name: str
    state: State
    detail: str


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Which isolation is in force. `problem` says why it is unusable, and the ways out."""

    backend: str
    version: str
    tier: Tier
    usable: bool
    problem: str | None = None
    checks: tuple[Check, ...] = ()
    tried: bool = False
    """Whether every check was tried on this machine (`probe(full=True)`)."""
    cold: str | None = None
    """Why Python programs are started anew for every run; None when they are forked warm."""

    def check(self, name: str) -> Check:
        """Return the check called `name`; raises KeyError when there is none."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def of(self, spec: Spec) -> Capabilities:
        """Return what a lease of `spec` promises: what was asked for to be open is not closed."""
        if spec.sealed:
            return self
        table = self.checks
        if spec.network:
            table = tuple(
                replace(check, state="absent", detail="open, as was asked for")
                if check.name == "network"
                else check
                for check in table
            )
        if spec.shown:
            also = f"shown as well: {', '.join(spec.shown)}"
            table = tuple(
                replace(check, detail=f"{check.detail}; {also}")
                if check.name == "filesystem"
                else check
                for check in table
            )
        return replace(self, checks=table, cold=self.cold or UNSEALED)

    def line(self) -> str:
        """Return the isolation in force as one line for the screen."""
        title = f"{self.backend} {self.version}".strip()
        if not self.usable:
            return f"{title} · unusable: {self.problem}"
        tier = "NO ISOLATION" if self.tier == "none" else self.tier
        words = [title, tier]
        network = next((check for check in self.checks if check.name == "network"), None)
        words.append("network off" if network and network.state == "enforced" else "network OPEN")
        words += [
            f"{check.name} {check.state} ({check.detail})" if check.name == "memory"
            else f"{check.name} {check.state}"
            for check in self.checks
            if check.state != "enforced" and check.name != "network"
        ]  # fmt: skip
        return " · ".join(words)


@runtime_checkable
class Lease(Protocol):
    """A prepared sandbox that runs one job at a time; open several for parallel slots."""

    async def run(self, job: Job, channel: socket.socket | None = None) -> Execution:
        """Run `job` to its end and return what came of it.

        `channel` is one end of a stream socket pair and becomes the program's descriptor 3
        (`CHANNEL`). It belongs to the run from then on and is closed on this side, so that the
        program alone holds that end. `run_pair` joins two programs so.

        The machine's own failures are an outcome (`sandbox_error`), not an exception. Raises
        ValueError for a job whose paths are outside the writable directories, RuntimeError when
        the lease is closed or busy. Cancelling kills the program and leaves the lease usable.
        """
        ...

    async def aclose(self) -> None:
        """Kill what still runs and release everything; may be called twice."""
        ...

    async def __aenter__(self) -> Self:
        """Return the lease itself."""
        ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the lease."""
        ...


@runtime_checkable
class Backend(Protocol):
    """One way of running programs apart from the rest of the machine."""

    @property
    def name(self) -> str:
        """The word a user chooses it by."""
        ...

    async def probe(self, full: bool = False) -> Capabilities:
        """Say what this machine allows: quickly (a program starts), or by trying every limit."""
        ...

    async def open(self, spec: Spec) -> Lease:
        """Prepare a sandbox for `spec`.

        Raises SandboxUnavailable when this machine refuses, ValueError when `spec` is wrong.
        """
        ...
