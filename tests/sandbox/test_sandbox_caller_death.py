"""When the caller dies, by whatever signal, no process of its sandboxes outlives it by a second."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys

import pytest
from sandbox_helpers import alive, command, sandbox_processes, until

from sandbox import Backend

CALLER = """
import asyncio, os, sys, time
from sandbox import Job, Limits, Spec, backend
FLEE = '''
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(60)", sys.argv[1]])
    os._exit(0)
time.sleep(60)
'''
async def main():
    spec = Spec(warm=sys.argv[1] == "warm")
    name = "process" if sys.argv[1] == "process" else "bubblewrap"
    async with await backend(name).open(spec) as one:
        async with await backend(name).open(spec) as two:
            argv = ("python3", "-S", "-c", FLEE, os.environ["TOKEN"])
            job = Job(argv, limits=Limits(wall_seconds=60))
            if sys.argv[2] == "copy":  # a child that holds copies of every socket
                if os.fork() == 0:
                    time.sleep(30)
                    os._exit(0)
            await asyncio.gather(one.run(job), two.run(job))
asyncio.run(main())
"""


# Processes that carry the token: two programs, but a forked one carries none, their two daemons,
# and in bubblewrap's process namespace its two processes for each program.
CARRIERS = {"warm": 2, "cold": 8, "process": 4}


@pytest.mark.parametrize("backend", CARRIERS)
@pytest.mark.parametrize("how", ["alone", "group", "copy"])
async def test_nothing_outlives_a_killed_caller(usable: Backend, backend: str, how: str) -> None:
    token = secrets.token_hex(16)
    caller = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", CALLER, backend, how, start_new_session=True,
        env={**os.environ, "TOKEN": token},
    )  # fmt: skip
    await until(lambda: len(alive(token)) >= CARRIERS[backend])
    supervisors = sandbox_processes(caller.pid)
    assert supervisors
    if how == "group":
        os.killpg(caller.pid, signal.SIGKILL)
    else:
        caller.kill()
    await caller.wait()
    try:
        await until(lambda: not alive(token), seconds=1)
        await until(lambda: not any(map(command, supervisors)), seconds=1)
    finally:
        if how == "copy":
            os.killpg(caller.pid, signal.SIGKILL)
