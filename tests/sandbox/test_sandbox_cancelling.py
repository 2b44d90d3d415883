"""Whenever a run is cancelled, nothing of it is left, and the lease serves the next one."""

from __future__ import annotations

import asyncio
import os
import random
import socket
from collections.abc import AsyncIterator, Awaitable
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from sandbox_helpers import until

from sandbox import Backend, Execution, Job, Lease, Limits, Outcome, Spec, run_pair
from sandbox.supervisor.processes import descendants

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Instants(NamedTuple):
    """When to cancel."""

    trials: int
    most_seconds: float
    """About three times what a cold run takes from its start to its end."""


FLEE = """
import os, signal, time
for number in (1, 2, 13, 15): signal.signal(number, signal.SIG_IGN)
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0: time.sleep(60)
        time.sleep(60)
time.sleep(60)
"""
PROGRAMS = {
    "sleeps": "import time; time.sleep(60)",
    "computes": "while True: pass",
    "flees": FLEE,
    "forks": "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    "floods": "while True: print('x' * 1000)",
    "writes": "at = 0\nwhile True: at += 1; open(f'/tmp/{at % 50}', 'wb').write(bytes(1 << 18))",
    "talks": "import os\nwhile True: os.write(3, b'x' * 999)",
    "ends": "print('done')",
}
ECHO = "import sys; print(open('in').read(), sys.argv[1], end='')"


def job(source: str, *arguments: str, size: int = 0) -> Job:
    files = {"/app/main.py": source.encode(), "/app/in": b"x" * size}
    limits = Limits(wall_seconds=30, cpu_seconds=30, processes=16, output_bytes=1 << 26)
    argv = ("python3", "-S", "-B", "/app/main.py", *arguments)
    return Job(argv, files, ("/app/in", "/tmp/"), limits)


@pytest.fixture(scope="module")
def instants() -> Instants:
    return Instants(40, 0.06)


@pytest.fixture(scope="module", params=[True, False], ids=["warm", "cold"])
def warm(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def leases(usable: Backend, warm: bool) -> AsyncIterator[tuple[Lease, Lease]]:
    spec = Spec(warm=warm)
    async with await usable.open(spec) as first, await usable.open(spec) as second:
        for lease in (first, second):
            await assert_usable(lease, random.Random(0))
        yield first, second


def below() -> int:
    """Return how many processes there are below this one."""
    return sum(1 for _ in descendants(os.getpid()))


async def steady() -> int:
    """Return `below` once that no longer changes: an open lease prepares its next run."""
    count, equal = below(), 0
    while equal < 20:
        await asyncio.sleep(0.005)
        now = below()
        count, equal = now, equal + 1 if now == count else 0
    return count


async def assert_usable(lease: Lease, rng: random.Random) -> None:
    word = str(rng.random())
    execution = await lease.run(job(ECHO, word, size=5))
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 0), execution
    assert execution.stdout.decode() == f"xxxxx {word}"
    assert execution.collected["/app/in"].data == b"xxxxx"


async def cancelled(work: Awaitable[Any], rng: random.Random, most_seconds: float) -> Any:
    """Cancel `work` at some instant, perhaps more than once; return its result if it was faster."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    if rng.random() < 0.25:
        for _ in range(rng.randrange(12)):  # between two steps of the event loop
            await asyncio.sleep(0)
        task.cancel()
    delay = rng.uniform(0, most_seconds)
    timers = [loop.call_later(delay * more, task.cancel) for more in (1.0, 1.05, 1.5)]
    try:
        return await task
    except asyncio.CancelledError:
        return None
    finally:
        for timer in timers:
            timer.cancel()


def hung_up(end: socket.socket) -> bool:
    """Whether nobody holds the other end: every process that was given it is dead."""
    end.setblocking(False)
    try:
        while end.recv(1 << 16):
            pass
    except BlockingIOError:
        return False
    except ConnectionResetError:
        pass
    return True


@pytest.mark.parametrize("seed", range(2))
async def test_a_run_cancelled_at_any_instant_is_gone(
    leases: tuple[Lease, Lease], instants: Instants, seed: int
) -> None:
    rng = random.Random(seed)
    lease, idle = leases[0], await steady()
    for _ in range(instants.trials):
        name = rng.choice(list(PROGRAMS))
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                work = lease.run(job(PROGRAMS[name], size=rng.choice((0, 10, 4 << 20))), theirs)
                ended = await cancelled(work, rng, instants.most_seconds)
            if ended is not None:
                assert isinstance(ended, Execution)
                assert ended.outcome is not Outcome.sandbox_error, ended.detail
            if rng.random() < 0.5:
                # One that was cancelled more than once may still be on its way out.
                await until(lambda end=ours: hung_up(end), seconds=2)
                await until(lambda: below() <= idle, seconds=2)
        await assert_usable(lease, rng)
    await until(lambda: below() <= idle, seconds=2)


async def test_a_pair_cancelled_at_any_instant_is_gone(
    leases: tuple[Lease, Lease], instants: Instants
) -> None:
    rng = random.Random(7)
    idle = await steady()
    for _ in range(instants.trials // 2):
        one, other = (job(PROGRAMS[rng.choice(list(PROGRAMS))]) for _ in leases)
        pair = run_pair((leases[0], one), (leases[1], other))
        ended = await cancelled(pair, rng, instants.most_seconds)
        if ended is not None:
            assert Outcome.sandbox_error not in [run.outcome for run in ended]
        await until(lambda: below() <= idle, seconds=2)
        for lease in leases:
            await assert_usable(lease, rng)


async def test_opening_cancelled_at_any_instant_leaves_nothing(
    usable: Backend, warm: bool, leases: tuple[Lease, Lease], instants: Instants
) -> None:
    rng = random.Random(11)
    idle = await steady()
    for _ in range(instants.trials // 4):
        opened = await cancelled(usable.open(Spec(warm=warm)), rng, instants.most_seconds)
        if opened is not None:
            await opened.aclose()
        await until(lambda: below() <= idle, seconds=5)


async def test_closing_a_lease_in_the_middle_of_a_run_leaves_nothing(
    usable: Backend, warm: bool, leases: tuple[Lease, Lease], instants: Instants
) -> None:
    rng = random.Random(13)
    idle, loop = await steady(), asyncio.get_running_loop()
    for _ in range(instants.trials // 4):
        lease = await usable.open(Spec(warm=warm))
        run = asyncio.ensure_future(lease.run(job(PROGRAMS[rng.choice(list(PROGRAMS))])))
        closed = loop.create_future()
        loop.call_later(rng.uniform(0, instants.most_seconds), closed.set_result, None)
        await closed
        await lease.aclose()
        assert (await run).outcome in (Outcome.sandbox_error, Outcome.exited, Outcome.output)
        await until(lambda: below() <= idle, seconds=5)
