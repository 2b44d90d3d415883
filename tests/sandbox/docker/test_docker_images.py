"""Images by name and from a Dockerfile, without any registry."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tiny_image import own_names, tiny_image

from sandbox import KEPT, Image, Job, SandboxUnavailable, Spec
from sandbox.docker import Docker, clean, images
from sandbox.docker.engine import connected
from sandbox.supervisor.contained import FOREIGN

pytestmark = pytest.mark.asyncio(loop_scope="module")
TINY = f"workbench-test-tiny:{os.getpid()}"
CHANGES = ['ENV COLOUR="green"', "VOLUME /data", "USER root", 'CMD ["sleep", "60"]']


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def apart(docker: Docker) -> AsyncIterator[None]:
    """Keep this module's images apart from those that other tests use at the same time."""
    with own_names():
        yield
        await clean(images=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tiny(docker: Docker, apart: None) -> AsyncIterator[str]:
    """Put a small image on the engine."""
    async with tiny_image(TINY, CHANGES) as name:
        yield name


@pytest.mark.parametrize("warm", [True, False])
async def test_programs_of_a_named_image_run_with_its_files(
    docker: Docker, tiny: str, warm: bool
) -> None:
    spec = Spec(image=Image(name=tiny), files={"/tests/x": b"of the lease\n"}, warm=warm)
    async with await docker.open(spec) as lease:
        shown = await lease.run(
            Job(("sh", "-c", "cat /data/kept /tests/x /app/y; ls /app; echo $COLOUR $HOME"),
                files={"/app/y": b"of the job\n"})
        )  # fmt: skip
        assert shown.stdout == b"from the image\nof the lease\nof the job\ny\ngreen /tmp\n", shown
        written = await lease.run(Job(("sh", "-c", "echo x > /data/new")))
        assert written.exit_code != 0
        assert b"Read-only" in written.stderr
        python = await lease.run(Job(("python3", "-c", "pass")))
        assert (python.exit_code, python.warm) == (127, False)


async def test_the_lease_of_an_image_says_why_nothing_is_warm(docker: Docker, tiny: str) -> None:
    async with await docker.open(Spec(image=Image(name=tiny))) as lease:
        await lease.run(Job(("ls",)))
        assert lease.cold == FOREIGN


async def test_a_directory_of_the_image_is_kept_where_a_writable_one_hides_it(
    docker: Docker, tiny: str
) -> None:
    context = {"Dockerfile": f"FROM {tiny}\nWORKDIR /app\nCOPY new /app/sub/\n".encode(),
               "new": b"copied\n"}  # fmt: skip
    wanted = Image(context=context, kept="/app")
    async with await docker.open(Spec(image=wanted)) as lease:
        shown = await lease.run(Job(("cat", KEPT)))
        assert (await lease.run(Job(("ls", "/app")))).stdout == b""
    with tarfile.open(fileobj=io.BytesIO(shown.stdout)) as tar:
        assert set(tar.getnames()) == {"app", "app/stale", "app/sub", "app/sub/new"}
    with pytest.raises(SandboxUnavailable, match=r"start in /app, and the task says /srv"):
        await docker.open(Spec(image=Image(context=context, kept="/srv")))


async def test_what_every_run_would_copy_is_bounded(
    docker: Docker, tiny: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MOST_KEPT", 1 << 20)
    context = {"Dockerfile": f"FROM {tiny}\nWORKDIR /app\nCOPY big /app/\n".encode(),
               "big": bytes(2 << 20)}  # fmt: skip
    with pytest.raises(SandboxUnavailable, match=r"/app of the image holds more than 1 MiB"):
        await docker.open(Spec(image=Image(context=context, kept="/app")))


async def test_an_image_is_built_from_a_dockerfile(docker: Docker, tiny: str) -> None:
    context = {
        "Dockerfile": f"FROM {tiny}\nENV SHAPE=round\nCOPY files/ /opt/things/\n".encode(),
        "files/a": b"copied\n",
    }
    async with await docker.open(Spec(image=Image(context=context))) as lease:
        shown = await lease.run(Job(("sh", "-c", "cat /opt/things/a; echo $SHAPE $COLOUR")))
    assert shown.stdout == b"copied\nround green\n"


async def test_a_build_that_fails_shows_its_last_lines(docker: Docker, tiny: str) -> None:
    context = {"Dockerfile": f"FROM {tiny}\nCOPY missing /x\n".encode()}
    with pytest.raises(SandboxUnavailable, match=r"could not be built(.|\n)*Step 2/. : COPY"):
        await docker.open(Spec(image=Image(context=context)))


async def test_an_image_that_is_nowhere_says_how_to_get_it(docker: Docker) -> None:
    wanted = Spec(image=Image(name="localhost:9/no-such-image:1"))
    with pytest.raises(SandboxUnavailable, match=r"cannot be fetched: (.|\n)*docker load"):
        await docker.open(wanted)


async def test_packages_are_there_and_loaded_in_advance(docker: Docker) -> None:
    code = (
        b"import sys; before = 'numpy' in sys.modules; import numpy; print(before, numpy.ones(2))"
    )
    async with await docker.open(Spec(python_packages=("numpy",))) as lease:
        warm = await lease.run(Job(("python3", "a.py"), files={"/app/a.py": code}))
        cold = await lease.run(Job(("sh", "-c", "python3 a.py"), files={"/app/a.py": code}))
    assert (warm.stdout, warm.warm) == (b"True [1. 1.]\n", True)
    assert (cold.stdout, cold.warm) == (b"False [1. 1.]\n", False)


async def test_a_missing_package_is_named(docker: Docker) -> None:
    with pytest.raises(ValueError, match="no-such-distribution is not installed"):
        await docker.open(Spec(python_packages=("no-such-distribution",)))


async def test_images_are_removed_on_request_and_made_again() -> None:
    docker = Docker()
    async with connected() as engine:
        async with await docker.open(Spec()) as lease:
            (used,) = (await engine.docker.images.inspect(lease.prepared.identity))["RepoTags"]
            assert used not in (await clean(images=True)).images
            assert (await lease.run(Job(("echo", "on")))).stdout == b"on\n"
        assert used in (await clean(images=True)).images
    async with await docker.open(Spec()) as lease:
        assert (await lease.run(Job(("echo", "again")))).stdout == b"again\n"
