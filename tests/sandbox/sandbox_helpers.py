"""What several tests of the sandbox share."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from sandbox import Execution, Job, Limits
from sandbox.supervisor.processes import descendants

RunPython = Callable[..., Awaitable[Execution]]


def python_job(
    source: str,
    *arguments: str,
    files: dict[str, bytes] | None = None,
    collect: tuple[str, ...] = (),
    **limits: float,
) -> Job:
    return Job(
        ("python3", "-I", "-S", "-c", source, *arguments),
        files=files or {},
        collect=collect,
        limits=Limits(**limits),  # type: ignore[arg-type]
    )


def alive(token: str) -> list[int]:
    """Return the processes of the whole machine that carry `token` on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if token.encode() in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue  # it ended while being looked at
    return found


def sandbox_processes(root: int | None = None) -> list[int]:
    """Return every process below `root` (this process by default) that belongs to a sandbox."""
    return [
        pid
        for pid in descendants(root or os.getpid())
        if any(word in command(pid) for word in (b"supervisor", b"bwrap"))
    ]


def command(pid: int) -> bytes:
    """Return the command line of a process, empty when it has gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait until `condition` holds; the event loop stays free meanwhile."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (another process's state has no event)
            await asyncio.sleep(0.002)
