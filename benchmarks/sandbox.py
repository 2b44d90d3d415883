"""What a sandboxed run costs beside plain processes: ratios of rates taken in turns in one run."""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import sandbox
from benchmarks import common, verifications
from benchmarks.turns import Act, batch, measure, ratio, report
from sandbox import Job, Lease, Outcome, Spec
from sandbox.layout import interpreter
from sandbox.supervisor.zygote import BESIDE, COMMON

SOURCE = b"import numpy\nassert numpy.arange(100.0).sum() == 4950\n"
JOB = Job(("python3", "-S", "solve.py"), files={"/app/solve.py": SOURCE})
SPEC = Spec(python_packages=("numpy",))
FORKS = 50
# Prints the seconds of one fork, exit and wait of an interpreter that holds what a zygote holds.
_FORK = f"""
import gc, importlib, os, time
for name in {[*COMMON, "numpy", *BESIDE["numpy"]]}:
    importlib.import_module(name)
gc.collect()
gc.freeze()
begun = time.perf_counter()
for _ in range({FORKS}):
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
print((time.perf_counter() - begun) / {FORKS})
"""


def _plain_environment() -> dict[str, str]:
    import numpy

    site = os.path.dirname(os.path.dirname(numpy.__file__))
    return {"PYTHONPATH": site, "OPENBLAS_NUM_THREADS": "1", "PATH": os.environ["PATH"]}


def _plain(count: int, at_once: int = 1) -> Act:
    """Plain `python + numpy` processes, a file each, nothing isolated."""
    command = [interpreter(), "-S", "-c", SOURCE.decode()]
    environment = _plain_environment()

    async def one() -> None:
        process = await asyncio.create_subprocess_exec(*command, env=environment)
        if await process.wait() != 0:
            raise SystemExit("the plain process failed")

    return batch([one] * at_once, count)


async def _fork() -> float:
    """A fork of an interpreter with the zygote's modules, which exits at once."""
    command = [interpreter(), "-S", "-c", _FORK]
    done = await asyncio.to_thread(
        subprocess.run, command, env=_plain_environment(), capture_output=True, check=True
    )
    return float(done.stdout)


def runs(leases: list[Lease], count: int) -> Act:
    """The same program through open leases, all at once."""

    def one(lease: Lease) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            done = await lease.run(JOB)
            if done.outcome is not Outcome.exited or done.exit_code != 0 or not done.warm:
                raise SystemExit(f"the sandboxed program failed: {done}")

        return run

    return batch([one(lease) for lease in leases], count)


PLAIN, PLAIN_2 = "plain `python + numpy`", "plain `python + numpy`, 2 at once"
FORK, WARM, WARM_2 = "bare fork of it", "warm run, 1 slot", "warm run, 2 slots"
OUTPUT, CALL = "`output` verification, 2 slots", "`call` verification of 20 calls, 2 slots"


async def bubblewrap(rounds: int) -> str:
    """Measure the daemonless backend, and whole verifications on it."""
    backend = sandbox.backend("bubblewrap")
    async with AsyncExitStack() as stack:
        leases = [await stack.enter_async_context(await backend.open(SPEC)) for _ in range(2)]
        output, call = [
            [await stack.enter_async_context(slot) for slot in verifications.slots(task, backend)]
            for task in (verifications.output_task(), verifications.call_task())
        ]
        found = await measure(
            {
                PLAIN: _plain(6),
                PLAIN_2: _plain(6, at_once=2),
                FORK: _fork,
                WARM: runs(leases[:1], 40),
                WARM_2: runs(leases, 40),
                OUTPUT: batch([verifications.act(one) for one in output], 20),
                CALL: batch([verifications.act(one) for one in call], 20),
            },
            rounds,
        )
    two_plain = {**found, "two": [2 * one for one in found[PLAIN_2]]}
    claims = [
        ("warm runs in the time of a plain process, 1 slot", ratio(found, PLAIN, WARM), ">= 15"),
        ("the same, 2 at once", ratio(found, PLAIN_2, WARM_2), ">= 15"),
        ("bare forks in the time of a warm run", ratio(found, WARM, FORK), "<= 4"),
        ("`output` in the time of two plain processes", ratio(two_plain, "two", OUTPUT), ">= 6"),
    ]
    return report(found, claims)


def main() -> None:
    """Read the command line, measure, print, and write on request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--write", action="store_true", help="renew the table in the document")
    options = parser.parse_args()
    loads = [common.load()]
    measured = asyncio.run(bubblewrap(options.rounds))
    command = "python -m benchmarks.sandbox"
    text = f"{common.stamp(command, [*loads, common.load()])}\n\n{measured}"
    common.publish("sandbox", text, options.write, common.SANDBOX)


if __name__ == "__main__":
    main()
