"""Containers that are given a network, or shown a directory of this machine."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Job, Lease, Limits, Outcome, SandboxUnavailable, Spec
from sandbox.docker import Docker
from sandbox.docker.engine import connected

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONNECT = """
import socket, sys
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 5):
        print("connected")
except OSError as error:
    print(error.strerror)
"""


@pytest.fixture(scope="module")
def installation() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="installation-", dir="/var/tmp"))
    folder.chmod(0o755)
    (folder / "agent").write_text("#!/bin/sh\necho ran\n")
    (folder / "agent").chmod(0o755)
    yield folder
    shutil.rmtree(folder)


async def connect(lease: Lease, port: int) -> str:
    job = Job(("python3", "p.py", "127.0.0.1", str(port)), files={"/app/p.py": CONNECT.encode()})
    execution = await lease.run(job)
    assert execution.outcome is Outcome.exited, execution
    return execution.stdout.decode().strip()


async def test_the_machine_s_network_is_reached_where_the_engine_has_no_bridge(
    docker: Docker,
) -> None:
    async with connected() as engine:
        if await engine.network() != "host":
            pytest.skip("this engine has a bridge: there, this machine is another one")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        async with await docker.open(Spec(network=True)) as lease:
            assert await connect(lease, port) == "connected"
            assert await connect(lease, port) == "connected"
        async with await docker.open(Spec()) as lease:
            assert await connect(lease, port) == "Connection refused"


async def test_a_bridge_is_preferred(docker: Docker, monkeypatch: pytest.MonkeyPatch) -> None:
    async with connected() as engine:

        async def networks(**filters: object) -> list[dict[str, str]]:
            return [{"Name": "host"}, {"Name": "bridge"}]

        monkeypatch.setattr(engine.docker.networks, "list", networks)
        assert await engine.network() == "bridge"


async def test_no_unix_socket_of_the_machine_is_reached(docker: Docker) -> None:
    source = (
        "import socket\n"
        "try: socket.socket(socket.AF_UNIX)\n"
        "except OSError as error: print(error.strerror, len(socket.socketpair()))"
    )
    async with await docker.open(Spec(network=True)) as lease:
        execution = await lease.run(Job(("python3", "-c", source)))
    assert execution.stdout == b"Address family not supported by protocol 2\n", execution


async def test_what_is_shown_is_read_only(docker: Docker, installation: Path) -> None:
    async with await docker.open(Spec(shown=(str(installation),))) as lease:
        execution = await lease.run(Job((f"{installation}/agent",)))
        assert execution.stdout == b"ran\n", execution
        words = f"touch {installation}/x || echo refused"
        execution = await lease.run(Job(("sh", "-c", words), limits=Limits(wall_seconds=20)))
        assert execution.stdout == b"refused\n", execution
    assert [x.name for x in installation.iterdir()] == ["agent"]


async def test_an_engine_elsewhere_can_be_shown_nothing(
    docker: Docker, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await docker.probe()
    monkeypatch.setattr("sandbox.docker.engine.Engine.local", False)
    with pytest.raises(SandboxUnavailable, match="another machine"):
        await docker.open(Spec(shown=(str(installation),)))
