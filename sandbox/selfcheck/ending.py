"""Properties of how runs are ended: limits, daemons, cancelling."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable

from sandbox.api import MIB, Execution, Job, Limits, Outcome
from sandbox.selfcheck.trial import (
    Broken,
    Trial,
    alive,
    ended,
    expect,
    printed,
    python,
    token,
    told,
)

_SECONDS_TO_SEE_IT = 20.0
_FLEE = """
import os, sys, time
SLEEPER = '''
import signal, time
for number in (1, 2, 3, 13, 15): signal.signal(number, signal.SIG_IGN)
time.sleep(60)
'''
def sleep():
    os.execvp("python3", ["python3", "-I", "-S", "-c", SLEEPER, sys.argv[1]])
reader, writer = os.pipe()  # at its end once both have become sleepers
if os.fork() == 0:
    sleep()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.setsid()
        sleep()
    os._exit(0)
os.close(writer)
os.read(reader, 1)
print("fled", flush=True)
"""
_FORK = """
import os, time
count = 1
try:
    while count < 60:
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
        count += 1
except OSError:
    pass
print(count)
"""


async def timeout_kills_all(trial: Trial) -> None:
    """A timeout ends the program, its children, and daemons that ignore signals"""
    word = token()
    begun = time.monotonic()
    execution = await trial.run(
        _FLEE + "time.sleep(60)", word, limits=Limits(wall_seconds=2, processes=8)
    )
    ended(execution, Outcome.timeout)
    expect(execution.stdout == b"fled\n", "the daemons did not start in time to be tried")
    expect(time.monotonic() - begun < 10, "it took more than ten seconds")
    await _gone(word)


async def exit_kills_all(trial: Trial) -> None:
    """When the program has ended, so have its children and daemons, streams held open or not"""
    word = token()
    begun = time.monotonic()
    said = printed(await trial.run(_FLEE, word))
    expect(said == "fled\n", f"the program printed {said!r}")
    expect(time.monotonic() - begun < 10, "the run waited for a daemon")
    await _gone(word)


async def cancel(trial: Trial) -> None:
    """Cancelling ends what runs at once and leaves the lease usable"""
    word = token()
    # Not Python itself, so that its command line can be found wherever it is started from.
    job = Job(("sh", "-c", "sleep 60; true", word), limits=Limits(wall_seconds=60))
    run = asyncio.ensure_future(trial.lease.run(job))
    async with asyncio.timeout(_SECONDS_TO_SEE_IT):
        while not alive(word) and not run.done():  # noqa: ASYNC110 (another process's state)
            await asyncio.sleep(0.005)
    await _cancelled(run)
    await _gone(word)
    after = await trial.run("print('again')")
    expect(after.stdout == b"again\n", f"the next run: {told(after)}")


async def cancelled_often(trial: Trial) -> None:
    """Runs cancelled at their start, one after the other, do not disturb the next"""
    for at in range(6):
        run = asyncio.ensure_future(trial.lease.run(python("import time; time.sleep(60)")))
        await asyncio.sleep(at * 0.002)
        await _cancelled(run)
    after = await trial.run("print('again')")
    expect(after.stdout == b"again\n", f"the next run: {told(after)}")


async def processor_time(trial: Trial) -> None:
    """A program that computes past its processor time ends as `timeout`, alone or in many"""
    limits = Limits(cpu_seconds=0.3, wall_seconds=20)
    ended(await trial.run("while True: pass", limits=limits), Outcome.timeout)
    many = "import os\nfor _ in range(3): os.fork()\nwhile True: pass"
    ended(await trial.run(many, limits=limits), Outcome.timeout)


async def memory(trial: Trial) -> None:
    """Memory past the limit is refused or ends the program, and 3 in 4 of it can be used"""
    limit = 256 * MIB
    limits = Limits(memory_bytes=limit)
    printed(await trial.run(f"bytearray({limit * 3 // 4})", limits=limits))
    execution = await trial.run(f"bytearray({2 * limit})", limits=limits)
    ended(execution, Outcome.oom, Outcome.exited)
    expect(execution.exit_code != 0, "twice its memory limit was given")


async def processes(trial: Trial) -> None:
    """Processes up to the limit are allowed, one more is not"""
    execution = await trial.run(_FORK, limits=Limits(processes=8))
    found = execution.stdout.decode(errors="replace").strip()
    expect(found == "8", f"8 were the limit, {found or 'no'} processes ran: {told(execution)}")


async def disk(trial: Trial) -> None:
    """Files past the disk limit end as `disk`, in bytes and in number"""
    write = "for at in range({}): open(str(at), 'wb').write(bytes({}))"
    limits = Limits(disk_bytes=4 * MIB, files=200)
    ended(await trial.run(write.format(9, MIB), limits=limits), Outcome.disk)
    ended(await trial.run(write.format(1000, 0), limits=limits), Outcome.disk)


async def file_size(trial: Trial) -> None:
    """One file past the size limit is refused, holes or not"""
    limits = Limits(file_bytes=MIB)
    for source in ("open('x', 'wb').write(bytes(2 << 20))", "open('x', 'wb').truncate(2 << 20)"):
        execution = await trial.run(source, limits=limits, collect=("/app/x",))
        expect(execution.exit_code != 0, f"it could: {source}")
        size = len(execution.collected["/app/x"].data or b"")
        expect(size <= MIB, f"{size} bytes were collected")


async def output_flood(trial: Trial) -> None:
    """A flood of output on either stream ends the program, and its head is kept"""
    for stream in ("stdout", "stderr"):
        source = f"import sys\nprint('head', file=sys.{stream}, flush=True)\n"
        source += f"while True: sys.{stream}.write('x' * 65536)"
        execution = await trial.run(source, limits=Limits(output_bytes=10_000))
        ended(execution, Outcome.output)
        kept: bytes = getattr(execution, stream)
        expect(kept.startswith(b"head\n"), f"{stream} begins with {kept[:40]!r}")
        size = len(execution.stdout) + len(execution.stderr)
        expect(size <= 10_000, f"{size} bytes were kept of 10000")


async def _cancelled(run: asyncio.Future[Execution]) -> None:
    """Cancel a run, wait until it is over, and expect that it did not end by itself."""
    run.cancel()
    try:
        execution = await run
    except asyncio.CancelledError:
        return
    raise Broken(f"it ended before it could be cancelled: {told(execution)}")


async def _gone(word: str) -> None:
    """Expect that no process carries `word`; the kernel may take a moment to reap the dead."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while alive(word):  # noqa: ASYNC110 (another process's state has no event)
                await asyncio.sleep(0.005)
    left = alive(word)
    expect(not left, f"{len(left)} of its processes still ran")


PROPERTIES: tuple[Callable[[Trial], Awaitable[None]], ...] = (
    timeout_kills_all,
    exit_kills_all,
    cancel,
    cancelled_often,
    processor_time,
    memory,
    processes,
    disk,
    file_size,
    output_flood,
)
