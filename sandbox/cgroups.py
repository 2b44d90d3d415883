"""The caller's side of cgroup slots: their names, their removal, and a delegated scope for them.

What a slot does is in `sandbox.supervisor.cgroup`. A name tells who made the slot (process
namespace, process id, start time), so that the slots of a killed maker can be told from those of a
living one. Version 2 with systemd has been tried against stand-ins only.
"""

from __future__ import annotations

import asyncio
import functools
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sandbox.supervisor import cgroup

REMOVE_SECONDS = 2.0
SCOPE_SECONDS = 5.0
DEEPEST = 12
MOST_FOLDERS = 20_000

_NAME = re.compile(
    r"sandbox-(?P<namespace>\d+)-(?P<pid>\d+)-(?P<start>\d+)-[0-9a-f]{8}"
    rf"({re.escape(cgroup.SUPERVISOR)})?"
)
_BUS = ("XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")


def slot_name() -> str:
    """Return a fresh name for a slot of this process; every supervisor needs its own."""
    pid = os.getpid()
    _, start = _state(pid)
    return f"sandbox-{_process_namespace()}-{pid}-{start}-{secrets.token_hex(4)}"


def remove(paths: Iterable[str], seconds: float = REMOVE_SECONDS) -> tuple[str, ...]:
    """Remove a slot's directories, waiting for processes that are still dying.

    Returns those that are still there after `seconds`: something lives in them, or the right to
    remove them is missing. `sweep` will take them once their maker is dead.
    """
    left = _remove_once(paths)
    for pause in _pauses(seconds):
        if not left:
            break
        time.sleep(pause)
        left = _remove_once(left)
    return left


async def remove_async(paths: Iterable[str], seconds: float = REMOVE_SECONDS) -> tuple[str, ...]:
    """Do as `remove` does, without holding up the event loop."""
    left = _remove_once(paths)
    for pause in _pauses(seconds):
        if not left:
            break
        await asyncio.sleep(pause)
        left = _remove_once(left)
    return left


def sweep(proc: str = "/proc") -> tuple[str, ...]:
    """Remove the empty slots whose maker is dead, and return them.

    A slot is left alone while its maker lives, while anything lives in it, and when its maker
    belongs to another process namespace, where nobody can tell. Slots of an engine that was killed
    lie below the cgroup it had, so the whole hierarchy is looked through, within bounds; it takes
    a millisecond or two for a hundred cgroups, so once per process is enough.
    """
    tops = {point for places in cgroup.mounts(proc).values() for _, point in places}
    return tuple(
        folder
        for top in sorted(tops)
        for folder in list(_slots(top))
        if is_abandoned(os.path.basename(folder), proc) and not _remove_once([folder])
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """How to start a supervisor in a cgroup that is delegated to it."""

    prefix: tuple[str, ...] = ()
    """Words before the supervisor's command; systemd-run execs it, so its process id is that of
    the process that was started. Empty where there is no such scope."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What systemd-run needs of this process's environment to find the bus."""
    reason: str = ""
    """Why there is none."""


@functools.cache
def scope(root: str = "/sys/fs/cgroup") -> Scope:
    """Return how to get a delegated scope from systemd, tried once; blocks up to `SCOPE_SECONDS`.

    Only for version 2 alone (`root` is where it is mounted): with version 1 nothing can be
    delegated. Root asks the system's manager, an ordinary user their own.
    """
    try:
        with open(f"{root}/cgroup.controllers", encoding="ascii") as file:
            offered = file.read().split()
    except OSError:
        return Scope(reason=f"no cgroup hierarchy of version 2 is mounted on {root}")
    missing = [controller for controller in cgroup.CONTROLLERS if controller not in offered]
    if missing:
        return Scope(reason=f"cgroup version 2 here does not offer {' and '.join(missing)}")
    program = shutil.which("systemd-run")
    if program is None:
        return Scope(reason="systemd-run is not installed, and nothing else delegates a cgroup")
    environment = {name: os.environ[name] for name in _BUS if name in os.environ}
    user = () if os.getuid() == 0 else ("--user",)
    # Delegate also keeps systemd from stopping the scope when a program of it ran out of memory.
    wanted = [("-p", f"{name}=yes") for name in ("Delegate", "MemoryAccounting", "TasksAccounting")]
    options = [word for pair in wanted for word in pair]
    prefix = (program, *user, "--scope", "--quiet", "--collect", *options, "--")
    problem = _try([*prefix, "true"], environment)
    return Scope(prefix, environment) if problem is None else Scope(reason=problem)


def _try(command: list[str], environment: Mapping[str, str]) -> str | None:
    """Return why systemd-run does not work here."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SCOPE_SECONDS,
            check=False,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", **environment},
        )
    except subprocess.TimeoutExpired:
        return f"systemd-run gave no scope within {SCOPE_SECONDS:g} s"
    except OSError as error:
        return f"systemd-run cannot be started: {error.strerror}"
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines()
    return f"systemd-run gave no scope: {said[-1] if said else f'status {done.returncode}'}"


def _remove_once(paths: Iterable[str]) -> tuple[str, ...]:
    left = []
    for path in paths:
        try:
            os.rmdir(path)
        except FileNotFoundError:  # systemd removes the cgroups below a scope that ended
            continue
        except OSError:  # busy, or not ours: reported by being left
            left.append(path)
    return tuple(left)


def _pauses(seconds: float) -> Iterator[float]:
    deadline = time.monotonic() + seconds
    pause = 0.001
    while (now := time.monotonic()) < deadline:
        yield min(pause, deadline - now)
        pause = min(2 * pause, 0.05)


def _slots(top: str) -> Iterator[str]:
    """Yield every directory below `top` that is named like a slot."""
    folders = [(top, 0)]
    for seen, (folder, depth) in enumerate(folders):
        if seen >= MOST_FOLDERS:
            return
        try:
            # In a cgroup file system every subdirectory is a link: leaves need no reading.
            if os.stat(folder).st_nlink == 2:
                continue
            with os.scandir(folder) as entries:
                below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:  # it was removed meanwhile, or is not ours to read: no slot of ours
            continue
        for path in below:
            if _NAME.fullmatch(os.path.basename(path)):
                yield path
            elif depth < DEEPEST:
                folders.append((path, depth + 1))


def is_abandoned(name: str, proc: str = "/proc") -> bool:
    """Whether `name` is a slot's and its maker is dead, as far as it can be told: in doubt not."""
    match = _NAME.fullmatch(name)
    if match is None or match["namespace"] != _process_namespace(proc):
        return False
    try:
        state, start = _state(int(match["pid"]), proc)
    except (FileNotFoundError, ProcessLookupError):
        return True
    except PermissionError:  # a /proc that hides the processes of others
        return False
    return state in (b"Z", b"X") or start != int(match["start"])


def _state(pid: int, proc: str = "/proc") -> tuple[bytes, int]:
    """Return a process's state letter, and when it started in clock ticks since boot."""
    with open(f"{proc}/{pid}/stat", "rb") as file:
        # The name of a program may hold anything, so the fields are counted from its end.
        fields = file.read().rpartition(b")")[2].split()
    return fields[0], int(fields[19])


def _process_namespace(proc: str = "/proc") -> str:
    return os.readlink(f"{proc}/self/ns/pid").removeprefix("pid:[").removesuffix("]")
