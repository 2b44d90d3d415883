"""What a run in a warm container costs beside `docker exec` and beside a container of its own.

Needs a container engine that answers (DOCKER_HOST, or the default socket).
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from aiodocker.containers import DockerContainer

from benchmarks import common
from benchmarks.sandbox import JOB, SOURCE, SPEC, runs
from benchmarks.turns import Act, batch, measure, ratio, report
from sandbox import Lease, Outcome, SandboxUnavailable, Spec
from sandbox.docker import Docker, images
from sandbox.docker.engine import Engine, connected
from sandbox.docker.runtime import runtime

EXEC = "`docker exec` of `python + numpy`"
FRESH = "a new container for it"
WARM, WARM_2 = "warm run, 1 slot", "warm run, 2 slots"


async def _idle(engine: Engine, stack: AsyncExitStack) -> DockerContainer:
    """Start a container that only waits, from the image that warm ones are made from."""
    prepared = await images.prepare(engine, SPEC)
    container = await engine.docker.containers.create({
        "Image": prepared.identity,
        "Entrypoint": [*runtime().start, "-I", "-S", "-c", "import time; time.sleep(1e6)"],
        "Env": [f"{name}={value}" for name, value in prepared.env.items()],
        "HostConfig": {"NetworkMode": "none", "AutoRemove": True},
    })  # fmt: skip
    stack.push_async_callback(container.delete, force=True)
    await container.start()
    return container


def _exec(container: DockerContainer, count: int) -> Act:
    """The same program, started in a container that is there already."""

    async def one() -> None:
        process = await container.exec([*runtime().start, "-S", "-c", SOURCE.decode()])
        async with process.start(detach=False) as stream:
            while await stream.read_out() is not None:
                pass
        if (await process.inspect())["ExitCode"] != 0:
            raise SystemExit("the program failed in `docker exec`")

    return batch([one], count)


def _fresh(lease: Lease, count: int) -> Act:
    async def one() -> None:
        done = await lease.run(JOB)
        if done.outcome is not Outcome.exited or done.exit_code != 0:
            raise SystemExit(f"the program failed in a new container: {done}")

    return batch([one], count)


async def containers(rounds: int) -> str:
    """Measure; raises SandboxUnavailable where there is no engine, or none that allows walls."""
    backend = Docker()
    found = await backend.probe()
    if not found.usable or found.cold is not None:
        raise SandboxUnavailable(found.problem or f"programs start anew: {found.cold}")
    opened: Callable[[Spec], Awaitable[Lease]] = backend.open
    async with connected() as engine, AsyncExitStack() as stack:
        warm = [await stack.enter_async_context(await opened(SPEC)) for _ in range(2)]
        cold = Spec(python_packages=SPEC.python_packages, warm=False)
        fresh = await stack.enter_async_context(await opened(cold))
        taken = await measure(
            {
                EXEC: _exec(await _idle(engine, stack), 6),
                FRESH: _fresh(fresh, 3),
                WARM: runs(warm[:1], 30),
                WARM_2: runs(warm, 30),
            },
            rounds,
        )
        version = engine.version
    claims = [
        ("warm runs in the time of a `docker exec`", ratio(taken, EXEC, WARM), ">= 10"),
        ("warm runs in the time of a new container", ratio(taken, FRESH, WARM), ""),
    ]
    return f"Docker Engine {version}.\n\n{report(taken, claims)}"


def main() -> None:
    """Read the command line, measure, print, and write on request."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--write", action="store_true", help="renew the table in the document")
    options = parser.parse_args()
    loads = [common.load()]
    try:
        measured = asyncio.run(containers(options.rounds))
    except SandboxUnavailable as error:
        sys.exit(f"no containers to measure: {error}")
    stamp = common.stamp("python -m benchmarks.containers", [*loads, common.load()])
    common.publish("containers", f"{stamp} {measured}", options.write, common.SANDBOX)


if __name__ == "__main__":
    main()
