"""Two programs joined by a channel."""

from __future__ import annotations

import asyncio
import socket

import pytest
from sandbox_helpers import python_job

from sandbox import CHANNEL, Backend, Job, Limits, Outcome, Spec, run_pair

ASK = f"""
import os
total = 0
for n in range(50):
    os.write({CHANNEL}, b"%d\\n" % n)
    total += int(os.read({CHANNEL}, 99))
print(total)
"""
DOUBLE = f"""
import os
while said := os.read({CHANNEL}, 99):
    os.write({CHANNEL}, b"%d\\n" % (2 * int(said)))
print("saw the end")
"""


def job(source: str, warm: bool) -> Job:
    flags = ("-S",) if warm else ("-I", "-S")
    return Job(("python3", *flags, "-c", source), limits=Limits(wall_seconds=10))


@pytest.mark.parametrize("other", [True, False], ids=["warm", "cold"])
@pytest.mark.parametrize("one", [True, False], ids=["warm", "cold"])
async def test_the_first_run_of_two_leases_can_be_a_pair(
    usable: Backend, one: bool, other: bool
) -> None:
    async with await usable.open(Spec()) as first, await usable.open(Spec()) as second:
        for _ in range(2):
            pair = (first, job(ASK, one)), (second, job(DOUBLE, other))
            asked, doubled = await run_pair(*pair)
            assert (asked.outcome, asked.stdout) == (Outcome.exited, b"2450\n"), asked
            # Nobody else holds an end: not the leases, not what they started meanwhile.
            assert (doubled.outcome, doubled.stdout) == (Outcome.exited, b"saw the end\n"), doubled


LEAVE = f"import os, time; os.close({CHANNEL}); time.sleep(30)"
HEAR = f"import os; print(os.read({CHANNEL}, 9))"


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
async def test_a_program_that_hangs_up_and_lives_on_is_noticed(usable: Backend, warm: bool) -> None:
    async with await usable.open(Spec()) as first, await usable.open(Spec()) as second:
        ours, theirs = socket.socketpair()
        leaving = asyncio.ensure_future(first.run(job(LEAVE, warm), theirs))
        heard = await second.run(job(HEAR, warm), ours)
        assert heard.stdout == b"b''\n"
        leaving.cancel()
        await asyncio.wait({leaving})


async def test_a_program_without_a_channel_has_none(usable: Backend) -> None:
    async with await usable.open(Spec()) as first, await usable.open(Spec()) as second:
        await run_pair((first, job(ASK, True)), (second, job(DOUBLE, True)))
        look = f"import os; os.fstat({CHANNEL})"
        for lease in (first, second):
            for warm in (True, False):
                assert b"Bad file descriptor" in (await lease.run(job(look, warm))).stderr


async def test_a_pair_ends_with_what_is_refused_of_one(usable: Backend) -> None:
    async with await usable.open(Spec()) as first, await usable.open(Spec()) as second:
        bad = python_job("pass", files={"/etc/x": b""})
        async with asyncio.timeout(10):
            with pytest.raises(ValueError, match="not below a writable"):
                await run_pair((first, job(DOUBLE, True)), (second, bad))
        assert (await first.run(python_job("print(1)"))).stdout == b"1\n"
