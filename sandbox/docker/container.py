"""What a container may do and use: the settings it is created with."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.api import MIB, Limits, Spec
from sandbox.docker.images import Prepared
from sandbox.docker.labels import made_here
from sandbox.docker.runtime import HOME, runtime
from sandbox.supervisor.stage import FIRST_UID, UIDS

# Appended, so that nothing beside the supervisor can stand in for the standard library.
_BOOT = "import sys; sys.path.append(sys.argv[1]); from supervisor.contained import main; main()"
BASELINE_BYTES = 96 * MIB
"""Memory for the supervisor, the warm interpreter and what it has loaded, beside a run's own."""
BASELINE_TASKS = 16
"""Processes of the supervisor's, bubblewrap's and the warm interpreter's, beside a run's own."""
WIDE_UID = 1 << 29
_ROOM = "rw,nosuid,nodev"


def settings(
    prepared: Prepared,
    spec: Spec,
    limits: Limits,
    inner: bool,
    uid: int = FIRST_UID,
    apparmor: str = "",
    network: str = "none",
) -> dict[str, Any]:
    """Return the body of the request that creates a container whose first process supervises.

    `inner` says that namespaces and mounts of its own are wanted inside, for many runs; otherwise
    the container is for one run, and its own walls are the only ones. `uid` is the user of all its
    processes, `apparmor` names a profile other than the engine's own, `network` a network.
    """
    host: dict[str, Any] = {
        "AutoRemove": True,
        "NetworkMode": network,
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "Init": False,
        "IpcMode": "private",
        "LogConfig": {"Type": "none", "Config": {}},
        "RestartPolicy": {"Name": "no"},
        "Ulimits": [
            {"Name": "core", "Soft": 0, "Hard": 0},
            {"Name": "nofile", "Soft": 1024, "Hard": 1024},
        ],
        "Mounts": [
            {"Type": "volume", "Source": name, "Target": path, "ReadOnly": True}
            for path, name in prepared.held.items()
        ]
        + [
            {"Type": "bind", "Source": path, "Target": path, "ReadOnly": True}
            for path in spec.shown
        ],
        **ceilings(limits, inner),
    }
    if apparmor:
        host["SecurityOpt"].append(f"apparmor={apparmor}")
    if inner:
        host["SecurityOpt"].append(f"seccomp={profile()}")
        # A fresh /proc can be mounted inside only where no part of the outer one is covered; what
        # is covered otherwise is for root to use, and nobody in here is root.
        host["MaskedPaths"], host["ReadonlyPaths"] = [], []
        host["Tmpfs"] = {"/tmp": f"{_ROOM},size=4k,mode=700,uid={uid},gid={uid}"}
    else:
        host.update(room(spec, limits, uid))
    return {
        "Image": prepared.identity,
        "Entrypoint": [*runtime().start, "-I", "-S", "-c", _BOOT, HOME],
        "Cmd": [],
        "User": f"{uid}:{uid}",
        "Hostname": "sandbox",
        "WorkingDir": "/",
        "Env": [],
        "OpenStdin": True,
        "StdinOnce": True,
        "AttachStdin": True,
        "AttachStdout": True,
        "AttachStderr": True,
        "Tty": False,
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": made_here("inner" if inner else "fresh"),
        "HostConfig": host,
    }


def room(spec: Spec, limits: Limits, uid: int) -> Mapping[str, Any]:
    """Return the settings by which a container for one run has its writable directories."""
    owner = f"uid={uid},gid={uid}"
    size = f"size={limits.disk_bytes},nr_inodes={limits.files + 1}"
    roots = dict.fromkeys((*spec.writable, "/tmp"), f"{_ROOM},exec,{size},mode=700,{owner}")
    return {"Tmpfs": roots, "ShmSize": limits.disk_bytes}


def choose_uid(few: bool) -> int:
    """Return an ordinary user's number that no other container or person is likely to have.

    The kernel counts processes by it, over all containers. `few` says that the engine gives
    containers no more than 65536 numbers.
    """
    if few:
        return FIRST_UID + secrets.randbelow(UIDS)
    return WIDE_UID + secrets.randbelow(WIDE_UID)


def ceilings(limits: Limits, inner: bool) -> dict[str, int]:
    """Return what the container as a whole may use, so that a run has what `limits` promise.

    Files in memory count as memory, so what may be written comes on top. With walls inside, the
    number of processes is bounded there; without, here, where the supervisor is one more.
    """
    memory = limits.memory_bytes + limits.disk_bytes + BASELINE_BYTES
    return {
        "Memory": memory,
        "MemorySwap": memory,
        "PidsLimit": limits.processes + (BASELINE_TASKS if inner else 1),
    }


@cache
def profile() -> str:
    """Return the system call filter of containers with walls inside, for the engine to apply.

    It allows what ordinary programs need, and what a process without capabilities needs to build
    namespaces and mounts of its own. Programs get a narrower filter on top of it.
    """
    return (Path(__file__).parent / "seccomp.json").read_text()
