"""Reach the container engine, or say why not and what to do."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import platform
import stat
import tarfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

import aiodocker
import aiohttp
from aiodocker import DockerError

from sandbox.api import SandboxUnavailable

CONNECT_SECONDS = 10.0
OLDEST_API = (1, 41)
"""Of Docker 20.10, the oldest engine this was tried with."""
INSTEAD = "or choose --sandbox bubblewrap, which needs no container engine"
START = (
    "start it (sudo systemctl start docker, or Docker Desktop), or point DOCKER_HOST at a running "
    f"one; {INSTEAD}"
)
INSTALL = (
    "install Docker (the package docker.io on Debian and Ubuntu, or Docker Desktop) and start it, "
    f"or point DOCKER_HOST at a running engine; {INSTEAD}"
)
JOIN = (
    "join the group that owns it (sudo usermod -aG docker $USER, then log in again), or use a "
    f"rootless engine of your own (dockerd-rootless-setuptool.sh install); {INSTEAD}"
)
_PROCESSORS = {
    "x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64", "armv7l": "arm", "ppc64le": "ppc64le",
    "riscv64": "riscv64", "s390x": "s390x",
}  # fmt: skip


class Engine:
    """A connection to an engine; belongs to the event loop that opened it."""

    def __init__(self, docker: aiodocker.Docker, address: str) -> None:
        self.docker = docker
        self.address = address
        self.version = ""
        self.info: Mapping[str, Any] = {}

    @property
    def security(self) -> tuple[str, ...]:
        """Return the names of the engine's security features: apparmor, seccomp, rootless, …."""
        options = self.info.get("SecurityOptions") or ()
        return tuple(option.split(",")[0].removeprefix("name=") for option in options)

    @property
    def local(self) -> bool:
        """Whether it runs on this machine, as far as its address tells."""
        return self.address.startswith("unix://")

    async def network(self) -> str:
        """Return the name of the network for containers that want one; raises DockerError.

        The engine's own bridge, on which this machine is another one; where it has none, this
        machine's network itself.
        """
        known = await self.docker.networks.list(filters={"name": ["bridge"]})
        return "bridge" if any(one["Name"] == "bridge" for one in known) else "host"

    async def update(self, container: str, settings: Mapping[str, int]) -> None:
        """Change a running container's limits; raises DockerError."""
        # aiodocker has no call of its own for this request.
        await self.docker._query_json(f"containers/{container}/update", "POST", data=dict(settings))

    async def import_tar(self, file: Any, tag: str, changes: list[str]) -> None:
        """Make an image from the tar in `file`; raises DockerError."""
        # aiodocker's import_image() loads saved images; a bare tar is another request.
        repository, _, name = tag.partition(":")
        parameters = {
            "fromSrc": "-",
            "repo": repository,
            "tag": name,
            "changes": "\n".join(changes),
        }
        headers = {"Content-Type": "application/x-tar"}
        request = self.docker._query(
            "images/create", "POST", params=parameters, data=file, headers=headers
        )
        async with request as response:
            said = await response.text()
        if '"error"' in said:
            raise DockerError(500, said[-1000:])

    async def download(self, container: str, path: str, file: IO[bytes], most: int) -> None:
        """Write what a container has at `path` to `file`, as a tar; an empty one if it has none.

        Raises DockerError, and SandboxUnavailable for more than `most` bytes.
        """
        # aiodocker's get_archive() holds all of it in memory.
        request = self.docker._query(f"containers/{container}/archive", params={"path": path})
        try:
            async with request as response:
                async for chunk in response.content.iter_chunked(1 << 20):
                    file.write(chunk)
                    if file.tell() > most:
                        raise SandboxUnavailable(
                            f"{path} of the image holds more than {most >> 20} MiB, and every run "
                            "would have to copy them"
                        )
        except DockerError as error:
            if error.status != 404:
                raise
            tarfile.open(fileobj=file, mode="w").close()

    async def events(self, since: float, filters: Mapping[str, list[str]]) -> list[Any]:
        """Return the engine's events since then; raises DockerError."""
        # aiodocker only follows events, and these have happened.
        parameters = {"since": f"{since:.3f}", "until": f"{time.time():.3f}",
                      "filters": json.dumps(filters)}  # fmt: skip
        async with self.docker._query("events", params=parameters) as response:
            return [json.loads(line) for line in (await response.text()).splitlines()]

    async def close(self) -> None:
        """Close the connection; containers whose streams it carried end."""
        await self.docker.close()


async def connect() -> Engine:
    """Return a connection to a usable engine; raises SandboxUnavailable with cause and ways out."""
    address = find_address()
    if not address.startswith(("unix://", "tcp://", "http://", "https://")):
        raise SandboxUnavailable(
            f"DOCKER_HOST={address} is no address that can be used here. Ways out: unix:///path or "
            f"tcp://host:port (for ssh://, forward the socket: ssh -L); {INSTEAD}"
        )
    engine = Engine(aiodocker.Docker(address), address)
    try:
        with told(f"the container engine at {address}"):
            await _greet(engine)
    except BaseException:
        await engine.close()
        raise
    return engine


@asynccontextmanager
async def connected() -> AsyncIterator[Engine]:
    """Connect for the length of a block."""
    engine = await connect()
    try:
        yield engine
    finally:
        await engine.close()


async def _greet(engine: Engine) -> None:
    async with asyncio.timeout(CONNECT_SECONDS):
        version = await engine.docker.version()
        engine.info = await engine.docker.system.info()
    engine.version = version.get("Version", "")
    api = tuple(int(part) for part in version.get("ApiVersion", "0").split("."))
    kind, processor = version.get("Os", ""), version.get("Arch", "")
    if kind != "linux":
        raise SandboxUnavailable(
            f"the container engine at {engine.address} runs {kind or 'unknown'} containers, and "
            f"Linux ones are needed. Ways out: switch it to Linux containers; {INSTEAD}"
        )
    if api < OLDEST_API:
        raise SandboxUnavailable(
            f"the container engine at {engine.address} is too old ({engine.version}, API "
            f"{version.get('ApiVersion')}). Ways out: Docker 20.10 or newer; {INSTEAD}"
        )
    if processor != _PROCESSORS.get(platform.machine(), platform.machine()):
        raise SandboxUnavailable(
            f"the container engine at {engine.address} runs {processor} programs, and this "
            f"machine's Python, which containers get, is for {platform.machine()}. Ways out: an "
            f"engine on this machine; {INSTEAD}"
        )


def find_address() -> str:
    """Return DOCKER_HOST or the address of the first socket; raises SandboxUnavailable."""
    if address := os.environ.get("DOCKER_HOST"):
        return address
    sockets = [Path("/var/run/docker.sock")]
    if run := os.environ.get("XDG_RUNTIME_DIR"):
        sockets.append(Path(run) / "docker.sock")
    sockets.append(Path.home() / ".docker/run/docker.sock")
    for path in sockets:
        try:
            if stat.S_ISSOCK(path.stat().st_mode):
                return f"unix://{path}"
        except OSError:
            continue  # not there, or in a directory that is not ours to look into
    tried = ", ".join(str(path) for path in sockets)
    raise SandboxUnavailable(
        f"no container engine: DOCKER_HOST is not set and there is no socket at {tried}. "
        f"Ways out: {INSTALL}"
    )


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn an engine's refusal or silence into SandboxUnavailable; `what` is being done."""
    try:
        yield
    except (DockerError, aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        raise SandboxUnavailable(f"{what}: {explain(error)}") from error


def explain(error: BaseException) -> str:
    """Return in words why the engine could not be used, and the ways out."""
    cause = _system_error(error)
    if isinstance(cause, PermissionError):
        return f"this user may not use it (permission denied). Ways out: {JOIN}"
    if isinstance(cause, FileNotFoundError):
        return f"there is no such socket. Ways out: {INSTALL}"
    if isinstance(cause, OSError) and cause.errno == errno.ECONNREFUSED:
        return f"nobody answers (connection refused). Ways out: {START}"
    if isinstance(error, TimeoutError):
        return f"no answer within {CONNECT_SECONDS:g} s. Ways out: {START}"
    if isinstance(error, DockerError) and error.status == 403:
        return f"it refuses this user: {error.message.strip()}. Ways out: {JOIN}"
    if isinstance(error, DockerError):
        return error.message.strip() or f"status {error.status}"
    return f"{str(error) or type(error).__name__}. Ways out: {START}"


def _system_error(error: BaseException | None) -> BaseException | None:
    """Return the operating system's error at the root of `error`, if there is one."""
    while error is not None:
        if isinstance(error, aiohttp.ClientConnectorError):
            return error.os_error
        if isinstance(error, OSError) and not isinstance(error, aiohttp.ClientError | TimeoutError):
            return error
        error = error.__cause__ or error.__context__
    return None
