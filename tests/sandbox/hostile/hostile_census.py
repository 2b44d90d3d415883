"""What there is on this machine that a sandbox could have left behind."""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from sandbox.supervisor.processes import descendants

MIB = 1 << 20
HANDLE_TOLERANCE = 4
"""How many more handles and mounts an idle lease may have than after its first run."""

_PR_SET_CHILD_SUBREAPER = 36
_PLACES = ("/tmp", "/var/tmp", "/dev/shm", "/run")
_CGROUPS = Path("/sys/fs/cgroup")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies: nothing escapes a count."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


class Census(NamedTuple):
    """Everything countable at one moment."""

    processes: frozenset[str]
    """Those below this process, and all of the users that the leases' programs had."""
    mounts: frozenset[str]
    cgroups: frozenset[str]
    files: frozenset[str]
    ipc: frozenset[str]
    handles: int
    memory: int
    """Bytes available."""
    tmpfs: int
    """Bytes held by shared memory and tmpfs."""
    disk: int
    """Bytes free where temporary files lie."""

    @classmethod
    def take(cls, uids: Iterable[int] = ()) -> Census:
        """Count; `uids` are the users that the programs ran as, unless it is this one's."""
        others = frozenset(uids) - {os.getuid()}
        memory = _memory()
        disk = os.statvfs("/tmp")
        return cls(
            processes=frozenset(_processes(others)),
            mounts=frozenset(_mounts()),
            cgroups=frozenset(_slots()),
            files=frozenset(_files(others | ({os.getuid()} - {0}))),
            ipc=frozenset(_ipc()),
            handles=len(os.listdir("/proc/self/fd")),
            memory=memory["MemAvailable"],
            tmpfs=memory["Shmem"],
            disk=disk.f_bavail * disk.f_frsize,
        )

    def left_since(self, before: Census, tolerance: int) -> list[str]:
        """Return what is there now and was not there before, in words.

        Memory and disk are the whole machine's, so what other programs do to them counts too:
        `tolerance` is how many bytes of each may be gone.
        """
        found = []
        for name in ("processes", "mounts", "cgroups", "files", "ipc"):
            more = getattr(self, name) - getattr(before, name)
            found += [f"{name}: {each}" for each in sorted(more)]
        if self.handles > before.handles:
            found.append(f"handles: {self.handles - before.handles} more")
        for name, less in (
            ("memory", before.memory - self.memory),
            ("tmpfs", self.tmpfs - before.tmpfs),
            ("disk", before.disk - self.disk),
        ):
            if less > tolerance:
                found.append(f"{name}: {less // MIB} MiB more in use")
        return found


class Idle(NamedTuple):
    """What the processes of open leases hold while nothing runs; 0 where it may not be seen."""

    processes: int
    handles: int
    mounts: int

    @classmethod
    def take(cls) -> Idle:
        """Count over every process below this one."""
        pids = _below()
        handles = mounts = 0
        for pid in pids:
            with suppress(OSError):
                handles += len(os.listdir(f"/proc/{pid}/fd"))
                mounts += Path(f"/proc/{pid}/mountinfo").read_text().count("\n")
        return cls(len(pids), handles, mounts)

    def grown_since(self, before: Idle) -> list[str]:
        """Return what became more, in words."""
        return [
            f"{name} of open leases: {was} before, {now} now"
            for name, was, now in zip(self._fields, before, self, strict=True)
            if now > was + (HANDLE_TOLERANCE if name != "processes" else 0)
        ]


def _below() -> list[int]:
    """Return the processes below this one; the dead that nobody asked after do not count.

    This process adopted them in place of init, which would have reaped them at once.
    """
    found = []
    for pid in descendants(os.getpid()):
        with suppress(OSError):
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            if state not in "ZX":
                found.append(pid)
    return found


async def containers() -> list[str]:
    """Return the containers that this process made on the engine and that are still there."""
    from sandbox.docker.engine import connected
    from sandbox.docker.labels import made_here

    mine = [f"{name}={value}" for name, value in made_here("").items() if name.endswith(".maker")]
    async with connected() as engine:
        found = await engine.docker.containers.list(all="true", filters=json.dumps({"label": mine}))
        return [f"containers: {each.id[:12]} {each['Status']}" for each in found]


def _processes(uids: frozenset[int]) -> list[str]:
    found = [f"{pid} {_command(pid)}" for pid in _below()]
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and entry.stat().st_uid in uids:
                found.append(f"{entry.name} {_command(int(entry.name))}")
    return found


def _command(pid: int) -> str:
    with suppress(OSError):
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    return "gone"


def _mounts() -> list[str]:
    """Return this process's mounts without a container engine's own, which come and go."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if "docker" not in line]


def _slots() -> list[str]:
    """Return the cgroups that this process made: their names begin with its identity."""
    mine = f"-{os.getpid()}-"
    return [
        folder
        for folder, _, _ in os.walk(_CGROUPS)
        if os.path.basename(folder).startswith("sandbox-") and mine in folder
    ]


def _files(uids: frozenset[int]) -> list[str]:
    """Return what lies where temporary files do and belongs to a program's user."""
    found = []
    for place in _PLACES:
        with suppress(OSError):
            for entry in os.scandir(place):
                with suppress(OSError):
                    if entry.stat(follow_symlinks=False).st_uid in uids:
                        found.append(entry.path)
    return found


def _ipc() -> list[str]:
    found = []
    for kind in ("shm", "sem", "msg"):
        with suppress(OSError):
            lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()[1:]
            found += [f"{kind} {' '.join(line.split()[:2])}" for line in lines]
    with suppress(OSError):
        found += [f"queue {name}" for name in os.listdir("/dev/mqueue")]
    return found


def _memory() -> dict[str, int]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return {
        name: int(rest.split()[0]) * 1024 for name, _, rest in (x.partition(":") for x in lines)
    }
