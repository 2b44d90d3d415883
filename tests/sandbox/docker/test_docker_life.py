"""Containers end with their run, their lease and their maker, and nothing of them stays."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from made_here import containers, gone
from sandbox_helpers import until

from sandbox import Job, Limits, Outcome, Spec
from sandbox.docker import Docker, clean
from sandbox.docker import attached as attached_module
from sandbox.docker.attached import ContainerSupervisor
from sandbox.docker.engine import Engine, connected
from sandbox.docker.labels import OURS

SLEEP = Job(("python3", "-c", "import time; time.sleep(60)"), limits=Limits(wall_seconds=50))
ROOT = Path(__file__).parents[3]


@pytest_asyncio.fixture
async def engine(docker: Docker) -> AsyncIterator[Engine]:
    async with connected() as engine:
        yield engine


@pytest.mark.parametrize("warm", [True, False])
async def test_a_cancelled_run_ends_at_once_and_the_lease_goes_on(
    docker: Docker, warm: bool
) -> None:
    async with await docker.open(Spec(warm=warm)) as lease:
        assert (await lease.run(Job(("true",)))).exit_code == 0
        run = asyncio.create_task(lease.run(SLEEP))
        done, _ = await asyncio.wait([run], timeout=0.3)
        assert not done
        run.cancel()
        async with asyncio.timeout(5):
            await asyncio.wait([run])
        assert run.cancelled()
        assert (await lease.run(Job(("echo", "on")))).stdout == b"on\n"


async def test_cancelling_at_the_very_start_leaves_nothing(docker: Docker, engine: Engine) -> None:
    async with await docker.open(Spec(warm=False)) as lease:
        for turns in range(0, 40, 4):
            run = asyncio.create_task(lease.run(SLEEP))
            for _ in range(turns):
                await asyncio.sleep(0)
            run.cancel()
            await asyncio.wait([run])
        assert (await lease.run(Job(("echo", "on")))).stdout == b"on\n"
    assert await containers(engine) == []


@pytest.mark.parametrize("warm", [True, False])
async def test_a_container_removed_from_outside_is_our_failure_and_replaced(
    docker: Docker, engine: Engine, warm: bool
) -> None:
    async with await docker.open(Spec(warm=warm)) as lease:
        run = asyncio.create_task(lease.run(SLEEP))
        await asyncio.wait([run], timeout=0.5)
        for identity in await containers(engine):
            await engine.docker.containers.container(identity).kill()
        execution = await run
        assert execution.outcome is Outcome.sandbox_error
        assert "container ended" in execution.detail
        assert (await lease.run(Job(("echo", "new")))).stdout == b"new\n"


async def test_a_frozen_container_is_given_up(
    docker: Docker, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attached_module, "PATIENCE_SECONDS", 0.1)
    async with await docker.open(Spec()) as lease:
        (identity,) = await containers(engine)
        await engine.docker.containers.container(identity).pause()
        execution = await lease.run(Job(("true",), limits=Limits(wall_seconds=0.1)))
    assert execution.outcome is Outcome.sandbox_error
    assert "no answer within 0.2 s" in execution.detail
    assert await containers(engine) == []


async def test_a_container_that_is_gone_before_a_run_is_replaced(
    docker: Docker, engine: Engine
) -> None:
    async with await docker.open(Spec()) as lease:
        supervisor = lease._supervisor
        assert isinstance(supervisor, ContainerSupervisor)
        await supervisor.container.kill()
        await until(lambda: not supervisor.alive)
        assert (await lease.run(Job(("echo", "new")))).stdout == b"new\n"


@pytest.mark.parametrize("warm", ["1", ""])
async def test_containers_die_with_a_killed_maker(engine: Engine, warm: str) -> None:
    code = (
        "import asyncio, sys\n"
        "from sandbox import Job, Spec\n"
        "from sandbox.docker import Docker\n"
        "async def main():\n"
        "    async with await Docker().open(Spec(warm=bool(sys.argv[1]))) as lease:\n"
        "        run = asyncio.create_task(lease.run(Job(('sleep', '60'))))\n"
        "        await asyncio.wait([run], timeout=0.5)\n"
        "        print('running', flush=True)\n"
        "        await run\n"
        "asyncio.run(main())\n"
    )
    maker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, warm, stdout=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert maker.stdout is not None
    assert await maker.stdout.readline() == b"running\n"
    (identity,) = await containers(engine, maker.pid)
    maker.kill()
    loop = asyncio.get_running_loop()
    began = loop.time()
    await gone(engine, identity)
    took = loop.time() - began
    await maker.wait()
    assert took < 5, "about a quarter of a second on an idle machine; one second is the promise"


async def test_many_runs_leave_no_container_image_volume_or_handle(
    docker: Docker, engine: Engine
) -> None:
    async def left() -> tuple[list[str], set[str], int]:
        images = await engine.docker.images.list()
        volumes = (await engine.docker.volumes.list())["Volumes"] or ()
        names = {image["Id"] for image in images} | {volume["Name"] for volume in volumes}
        return await containers(engine), names, len(os.listdir("/proc/self/fd"))

    spec = Spec(files={"/tests/x": b"1"})
    async with await docker.open(spec) as lease:
        await lease.run(Job(("true",)))
    before = await left()
    for warm in (True, False):
        async with await docker.open(Spec(files=spec.files, warm=warm)) as lease:
            for _ in range(4):
                await lease.run(Job(("python3", "-c", "pass")))
    assert await left() == before


async def test_clean_removes_what_dead_makers_left_and_nothing_else(
    docker: Docker, engine: Engine
) -> None:
    async with await docker.open(Spec()) as lease:
        (alive,) = await containers(engine)
        supervisor = lease._supervisor
        assert isinstance(supervisor, ContainerSupervisor)
        shown = await supervisor.container.show()
        labels = {**shown["Config"]["Labels"]}
        words = labels[f"{OURS}.maker"].split("/")
        # A process that ended long ago: this one's number, started at another time.
        labels[f"{OURS}.maker"] = "/".join([*words[:4], "1"])
        volume = await engine.docker.volumes.create({"Labels": labels})
        abandoned = await engine.docker.containers.create(
            {"Image": shown["Image"], "Cmd": ["true"], "Labels": labels}
        )
        removed = await clean()
        assert removed.containers == (abandoned.id[:12],)
        assert removed.volumes == (volume.name,)
        assert removed.images == ()
        assert await containers(engine) == [alive]
        assert (await lease.run(Job(("echo", "on")))).stdout == b"on\n"
