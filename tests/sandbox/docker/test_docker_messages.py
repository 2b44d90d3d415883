"""What is said where there is no engine, or one that cannot be used; and the way that is left."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.client_exceptions import UnixClientConnectorError
from aiohttp.client_reqrep import ConnectionKey

from sandbox import Job, SandboxUnavailable, Spec
from sandbox.docker import Docker, clean
from sandbox.docker import container as container_module
from sandbox.docker.engine import connect, explain

GOOD = {"Version": "99.1", "ApiVersion": "1.41", "Os": "linux", "Arch": "amd64"}
Serve = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture
async def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Serve]:
    """Serve a pretended engine whose version and status are given."""
    runners = []

    async def start(status: int = 200, **version: str) -> None:
        async def answer(request: web.Request) -> web.Response:
            if status != 200:
                return web.json_response({"message": "you are not on the list"}, status=status)
            if request.path.endswith("/version"):
                return web.json_response({**GOOD, **version})
            return web.json_response({"MemoryLimit": True})

        application = web.Application()
        application.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        runners.append(runner)
        path = tmp_path / "engine.sock"
        await web.UnixSite(runner, str(path)).start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")

    yield start
    for runner in runners:
        await runner.cleanup()


async def problem() -> str:
    """Return what the probe says, which must be what opening a lease raises."""
    capabilities = await Docker().probe()
    assert not capabilities.usable
    assert capabilities.line().startswith("docker")
    with pytest.raises(SandboxUnavailable) as raised:
        await Docker().open(Spec())
    assert str(raised.value) == capabilities.problem
    assert "--sandbox bubblewrap" in str(raised.value)
    return str(raised.value)


async def test_without_a_socket_it_says_where_it_looked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    if Path("/var/run/docker.sock").exists():
        pytest.skip("this machine has an engine at the default place")
    said = await problem()
    assert f"{tmp_path}/docker.sock" in said
    assert "/var/run/docker.sock" in said
    assert "docker.io" in said


async def test_a_rootless_engine_s_socket_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if Path("/var/run/docker.sock").exists():
        pytest.skip("this machine has an engine at the default place")
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "docker.sock"))
        said = await problem()
    assert f"unix://{tmp_path}/docker.sock" in said


async def test_a_socket_that_nobody_serves_says_start_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    said = await problem()
    assert "connection refused" in said
    assert "systemctl start docker" in said


async def test_a_missing_socket_in_docker_host_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    said = await problem()
    assert "unix:///nowhere/docker.sock" in said
    assert "no such socket" in said


async def test_an_address_that_cannot_be_used_says_how_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://somewhere")
    assert "ssh -L" in await problem()


async def test_an_unreachable_machine_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"tcp://127.0.0.1:{closed.getsockname()[1]}"
    monkeypatch.setenv("DOCKER_HOST", address)
    said = await problem()
    assert address in said
    assert "connection refused" in said


def test_a_socket_of_another_group_says_which_to_join() -> None:
    key = ConnectionKey("localhost", 80, False, True, None, None, None)
    error = UnixClientConnectorError(
        "/var/run/docker.sock", key, PermissionError(13, "Permission denied")
    )
    said = explain(error)
    assert "permission denied" in said
    assert "usermod -aG docker" in said


async def test_an_engine_that_refuses_the_user_says_so(serve: Serve) -> None:
    await serve(status=403)
    said = await problem()
    assert "you are not on the list" in said
    assert "usermod -aG docker" in said


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ({"Os": "windows"}, "runs windows containers"),
        ({"ApiVersion": "1.30"}, "too old"),
        ({"Arch": "s390x"}, "runs s390x programs"),
    ],
)
async def test_an_engine_of_another_kind_is_refused(
    serve: Serve, version: dict[str, str], words: str
) -> None:
    await serve(**version)
    assert words in await problem()


async def test_an_engine_that_fails_is_quoted(serve: Serve) -> None:
    await serve(status=500)
    with pytest.raises(SandboxUnavailable, match="you are not on the list"):
        await connect()
    with pytest.raises(SandboxUnavailable, match="you are not on the list"):
        await clean()


async def test_an_engine_that_allows_no_walls_inside_runs_each_program_in_a_new_container(
    docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = json.loads(container_module.profile())
    for rule in profile["syscalls"]:
        rule["names"] = [name for name in rule["names"] if name not in ("unshare", "mount")]
    monkeypatch.setattr(container_module, "profile", lambda: json.dumps(profile))
    strict = Docker()
    capabilities = await strict.probe()
    assert capabilities.usable
    assert "user namespace" in str(capabilities.cold)
    async with await strict.open(Spec(files={"/tests/x": b"kept"})) as lease:
        execution = await lease.run(Job(("cat", "/tests/x")))
    assert (execution.stdout, execution.warm) == (b"kept", False)


async def test_a_profile_by_name_is_told_and_asked_for(docker: Docker) -> None:
    named = Docker(apparmor="unconfined")
    assert (await named.probe()).usable
    async with await named.open(Spec()) as lease:
        supervisor = lease._supervisor
        shown = await supervisor.container.show()  # type: ignore[union-attr]
    assert "apparmor=unconfined" in shown["HostConfig"]["SecurityOpt"]
