"""What a backend promises, and how each promise is tried on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

from sandbox.api import MIB, Backend, Capabilities, Check, Job, Lease, Limits, Outcome, Spec
from sandbox.layout import ENVIRONMENT

_PYTHON = ("python3", "-I", "-S", "-c")

# Prints what it could reach; every key is a promise, true where it holds.
_LOOK = """
import json, os, socket, sys
tcp, udp, abstract, canary, marker, allowed = json.loads(sys.argv[1])
def refused(action):
    try:
        action()
    except OSError:
        return True
    return False
def connect(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as end:
        end.settimeout(1)
        end.connect(address)
def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(b"x", ("127.0.0.1", udp))
refused(send)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
def sees_caller():
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and marker in os.readlink(f"/proc/{name}/ns/pid"):
                return True
        except OSError:
            pass
    return os.path.exists("/proc/self/ns/pid") and marker in os.readlink("/proc/self/ns/pid")
print(json.dumps({
    "network": [
        refused(lambda: connect(socket.AF_INET, ("127.0.0.1", tcp))),
        refused(lambda: connect(socket.AF_UNIX, "\\0" + abstract)),
    ],
    "filesystem": [
        refused(lambda: open(canary)),
        *[refused(lambda: open(top + "/sandbox-check", "x")) for top in ("", "/usr", "/etc")],
        refused(lambda: open("/dev/sandbox-check", "x")),
    ],
    "/proc": [not sees_caller()],
    "environment": [not set(os.environ) - set(allowed)],
    "privileges": [
        int(status["CapEff"], 16) == 0, status["NoNewPrivs"].strip() == "1", os.getuid() != 0,
    ],
}))
"""
_WRITE = "for at in range({files}): open(str(at), 'wb').write(bytes(2 << 20))"
_ALLOCATE = "b = bytearray({size})"
# Eight processes of 16 MiB each, none of which is too large by itself. One that is killed for it
# never tells that it holds its own: then its parent ends at once.
_ALLOCATE_TOGETHER = """
import os, signal
signal.signal(signal.SIGCHLD, lambda *_: os._exit(0))
ends = os.pipe()
for _ in range(8):
    if os.fork() == 0:
        held = bytearray(b"x" * (16 << 20))
        os.write(ends[1], b"h")
        os.read(os.pipe()[0], 1)
os.close(ends[1])
if sum(len(os.read(ends[0], 1)) for _ in range(8)) == 8:
    print("held")
"""
_FORK = """
import os, time
count = 1
try:
    while count < {limit} + 8:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        count += 1
except BlockingIOError:
    pass
print(count)
"""
_DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-I", "-S", "-c",
                                  "import time; time.sleep(60)", sys.argv[1]])
    os._exit(0)
os.wait()
"""


def promised_by_bubblewrap(opened: Mapping[str, Any]) -> tuple[Check, ...]:
    """Return the table of a bubblewrap sandbox that was opened as `opened` tells."""
    disk = (
        Check("disk", "enforced", "tmpfs with size and file count, per run")
        if opened["private"]
        else Check("disk", "best-effort", f"size of each file only: {opened['problem']}")
    )
    return (
        _memory(opened),
        Check("processes", "enforced", "pids cgroup")
        if opened["bounds_tasks"]
        else Check("processes", "enforced", "RLIMIT_NPROC in a user namespace"),
        Check("cpu", "enforced", "RLIMIT_CPU per process, the sum sampled"),
        Check("wall", "enforced", "killed from outside"),
        disk,
        Check("output", "enforced", "killed past the cap"),
        Check("network", "enforced", "empty network namespace"),
        Check("filesystem", "enforced", "read-only system, private writable directories"),
        Check("/proc", "enforced", "own process namespace"),
        Check("environment", "enforced", "allow-list"),
        Check("escapees", "enforced", "the process namespace dies with the run"),
        Check("privileges", "enforced", "no capabilities, unprivileged user, system call filter")
        if opened["filtered"]
        else Check("privileges", "best-effort", "no system call filter for this processor"),
    )


def promised_by_process(opened: Mapping[str, Any]) -> tuple[Check, ...]:
    """Return the table of plain processes that were opened as `opened` tells."""
    ordinary = opened["uid"] != 0
    return (
        _memory(opened),
        Check("processes", "enforced", "pids cgroup")
        if opened["bounds_tasks"]
        else Check(
            "processes", "best-effort", "RLIMIT_NPROC, shared with the user's other processes"
        ),
        Check("cpu", "enforced", "RLIMIT_CPU per process, the sum sampled"),
        Check("wall", "enforced", "killed from outside"),
        Check("disk", "best-effort", "size of each file only"),
        Check("output", "enforced", "killed past the cap"),
        Check("network", "absent", "open"),
        Check("filesystem", "absent", "everything the user can read is readable"),
        Check("/proc", "absent", "other processes are visible"),
        Check("environment", "best-effort", "allow-list, but /proc shows other processes'"),
        Check("escapees", "best-effort", "descendants are found and killed one by one"),
        Check("privileges", "best-effort", "no new privileges, an ordinary user")
        if ordinary
        else Check("privileges", "absent", str(opened["problem"])),
    )


def _memory(opened: Mapping[str, Any]) -> Check:
    if opened["bounds_memory"]:
        return Check("memory", "enforced", "memory cgroup for all processes together, and rlimit")
    return Check(
        "memory",
        "best-effort",
        f"rlimit of each process, memory files not counted; {_why_no_slot(opened)}",
    )


def _why_no_slot(opened: Mapping[str, Any]) -> str:
    return f"no cgroup: {opened['slot_problem'] or 'not all of its controllers are there'}"


async def tried(backend: Backend, quick: Capabilities) -> Capabilities:
    """Return `quick` with every promise tried; one that does not hold becomes absent."""
    only_files = quick.check("disk").state != "enforced"
    only_each = quick.check("memory").state != "enforced"
    async with await backend.open(Spec()) as lease:
        held = {
            **await _look(lease),
            **await _overstep(lease, only_files, only_each),
            **await _flee(lease),
        }
    table = []
    for check in quick.checks:
        if held[check.name] or check.state == "absent":
            table.append(check)
        else:
            table.append(
                replace(check, state="absent", detail=f"tried, did not hold: {check.detail}")
            )
    return replace(quick, checks=tuple(table), tried=True)


async def _look(lease: Lease) -> dict[str, bool]:
    """Let a program try to reach what this process holds open for it."""
    with ExitStack() as stack:
        tcp = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
        udp = stack.enter_context(closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)))
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        unix = stack.enter_context(closing(socket.socket(socket.AF_UNIX)))
        name = f"sandbox-check-{secrets.token_hex(8)}"
        unix.bind(f"\0{name}")
        unix.listen()
        canary = stack.enter_context(tempfile.NamedTemporaryFile(dir="/var/tmp"))
        os.chmod(canary.name, 0o644)
        wanted = [
            tcp.getsockname()[1],
            udp.getsockname()[1],
            name,
            canary.name,
            os.readlink("/proc/self/ns/pid"),
            [*ENVIRONMENT, "PWD", "LC_CTYPE"],
        ]
        execution = await lease.run(Job((*_PYTHON, _LOOK, json.dumps(wanted))))
        try:
            udp.recv(1)
            silent = False
        except BlockingIOError:
            silent = True
    if execution.outcome is not Outcome.exited or execution.exit_code != 0:
        return dict.fromkeys(("network", "filesystem", "/proc", "environment", "privileges"), False)
    seen = json.loads(execution.stdout)
    seen["network"].append(silent)
    return {key: all(values) for key, values in seen.items()}


async def _overstep(lease: Lease, only_files: bool, only_each: bool) -> dict[str, bool]:
    """Go past each limit.

    `only_files` says that only the size of a file is promised, `only_each` that only the memory
    of each process is.
    """

    async def run(code: str, limits: Limits) -> tuple[Outcome, int | None, bytes]:
        execution = await lease.run(Job((*_PYTHON, code), limits=limits))
        return execution.outcome, execution.exit_code, execution.stdout

    memory = await run(_ALLOCATE.format(size=512 * MIB), Limits(memory_bytes=256 * MIB))
    together = await run(_ALLOCATE_TOGETHER, Limits(memory_bytes=64 * MIB, disk_bytes=MIB))
    forks = await run(_FORK.format(limit=8), Limits(processes=8))
    cpu = await run("while True: pass", Limits(cpu_seconds=0.2, wall_seconds=10))
    wall = await run("import time; time.sleep(60)", Limits(wall_seconds=0.2))
    one = await run(_WRITE.format(files=1), Limits(file_bytes=MIB))
    many = await run(_WRITE.format(files=2), Limits(disk_bytes=3 * MIB))
    flood = await run("while True: print('x' * 1000)", Limits(output_bytes=10_000))
    return {
        "memory": memory[:2] != (Outcome.exited, 0) and (only_each or together[2] != b"held\n"),
        "processes": forks[2].strip().isdigit() and int(forks[2]) <= 8,
        "cpu": cpu[0] is Outcome.timeout,
        "wall": wall[0] is Outcome.timeout,
        "disk": one[:2] != (Outcome.exited, 0) and (only_files or many[0] is Outcome.disk),
        "output": flood[0] is Outcome.output,
    }


async def _flee(lease: Lease) -> dict[str, bool]:
    """Start a daemon in a new session and look for it when the run is over."""
    token = secrets.token_hex(16)
    await lease.run(Job((*_PYTHON, _DAEMON, token)))
    return {"escapees": not await asyncio.to_thread(_is_alive, token)}


def _is_alive(token: str) -> bool:
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    if token.encode() in file.read():
                        return True
            except OSError:  # it went away while being looked at
                continue
    return False
