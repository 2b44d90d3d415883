"""Two programs that talk to each other, each in a sandbox of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.api import Execution, Job, Lease

if TYPE_CHECKING:
    import socket


async def run_pair(
    first: tuple[Lease, Job], second: tuple[Lease, Job]
) -> tuple[Execution, Execution]:
    """Run both at once, joined by a stream socket that is descriptor `CHANNEL` of each.

    Ends when both have ended: the end of one closes its side, which the other reads as the end of
    the stream. A caller that wants one ended with the other cancels, or limits its time. Raises
    what `Lease.run` raises; then, and when it is cancelled, nothing of either is left running.
    """
    # Imported here: asking for limits or outcomes should load neither.
    import asyncio
    import socket

    ends = socket.socketpair()
    runs = []
    try:
        for (lease, job), end in zip((first, second), ends, strict=True):
            runs.append(asyncio.ensure_future(_run(lease, job, end)))
        one, other = await asyncio.gather(*runs)
    except BaseException:
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)
        raise
    return one, other


async def _run(lease: Lease, job: Job, end: socket.socket) -> Execution:
    with end:
        return await lease.run(job, end)
