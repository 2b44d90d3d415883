"""Images that carry this machine's runtime: the base image, and those derived from others."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import secrets
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiodocker import DockerError
from aiodocker.containers import DockerContainer
from aiodocker.volumes import DockerVolume
from aiohttp import ClientError

from sandbox.api import KEPT, MIB, Image, SandboxUnavailable, Spec
from sandbox.docker import runtime
from sandbox.docker.engine import Engine, told
from sandbox.docker.labels import made_here
from sandbox.docker.tree import Tree
from sandbox.layout import ENVIRONMENT

REPOSITORY = "workbench-sandbox"
_LOG_LINES = 20
MOST_KEPT = 256 * MIB
"""Largest archive of a directory that an image keeps for its programs."""


@dataclass(frozen=True)
class Prepared:
    """An image that containers can be made from."""

    identity: str
    env: Mapping[str, str]
    """What programs get before `Spec.env`."""
    volumes: tuple[str, ...] = ()
    """Directories that the image wants to be writable."""
    foreign: bool = False
    """Whether programs find the image's own Python instead of this machine's."""
    modules: tuple[str, ...] = ()
    """What a warm interpreter loads in advance."""
    own: bool = False
    """Whether the image was made for one lease, and goes with it."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Directory -> name of a volume that was made for one lease, to show the directory read-only
    where no walls inside the container do so."""


async def prepare(engine: Engine, spec: Spec) -> Prepared:
    """Return the image for `spec`, made if it is not there yet.

    Raises SandboxUnavailable with the reason, ValueError for packages that are not installed.
    """
    if spec.image is not None:
        return await _foreign(engine, spec.image)
    layout = runtime.packages_layout(spec.python_packages)
    image = await _base(engine)
    if layout.mounts:
        digest = _digest(image["Id"], runtime.packages_key(layout))

        def fill(tree: Tree) -> None:
            runtime.add_packages_tree(tree, layout)

        image = await _derive(engine, image, "packages", digest, fill)
    return Prepared(image["Id"], layout.env, modules=tuple(layout.modules))


async def for_one_lease(engine: Engine, prepared: Prepared, files: Mapping[str, bytes]) -> Prepared:
    """Return an image for one lease that has `files` in it; raises SandboxUnavailable.

    They belong to root, so a program cannot change them, nor what the image calls volumes. Where
    there are walls inside the container the supervisor sees to both instead. `release` removes it.
    """
    held = {}
    with told("making volumes"):
        for path in prepared.volumes:
            name = f"{REPOSITORY}-{secrets.token_hex(12)}"
            wanted = {"Name": name, "Labels": made_here("volume")}
            await engine.docker.volumes.create(wanted)  # type: ignore[no-untyped-call]
            held[path] = name
    prepared = replace(prepared, held=held)
    if not files:
        return prepared

    def fill(tree: Tree) -> None:
        for path, data in files.items():
            tree.data(path, data)

    parent = {"Id": prepared.identity}
    try:
        image = await _derive(engine, parent, "files", secrets.token_hex(12), fill)
    except BaseException:
        await release(engine, prepared)
        raise
    return replace(prepared, identity=image["Id"], own=True)


async def release(engine: Engine, prepared: Prepared) -> None:
    """Remove what `for_one_lease` made; what cannot be removed now, `clean` finds again."""
    with contextlib.suppress(DockerError, ClientError, OSError):
        if prepared.own:
            await engine.docker.images.delete(prepared.identity, force=True)
        for name in prepared.held.values():
            await remove_volume(engine, name)


async def remove_volume(engine: Engine, name: str) -> None:
    """Remove a volume; raises DockerError."""
    volume = DockerVolume(engine.docker, name)  # type: ignore[no-untyped-call]
    await volume.delete()  # type: ignore[no-untyped-call]


async def _base(engine: Engine) -> Mapping[str, Any]:
    tag = f"{REPOSITORY}:base-{_digest(runtime.runtime_key())}"
    if (known := await _inspect(engine, tag)) is not None:
        return known

    def fill(tree: Tree) -> None:
        runtime.add_runtime(tree)
        runtime.add_system(tree)

    labels = " ".join(f'"{name}"="{value}"' for name, value in made_here("base").items())
    with tempfile.TemporaryFile() as file, told("importing this machine's Python as an image"):
        await asyncio.to_thread(_pack, fill, file)
        await engine.import_tar(file, tag, [f"LABEL {labels}"])
    return await _must_inspect(engine, tag)


async def _foreign(engine: Engine, wanted: Image) -> Prepared:
    if wanted.name:
        parent = await _named(engine, wanted.name)
    else:
        parent = await _built(engine, wanted.context)
    if parent.get("Os", "linux") != "linux":
        raise SandboxUnavailable(f"{_title(wanted)} is for {parent['Os']}, not for Linux")
    if wanted.kept:
        parent = await _keeping(engine, parent, wanted)
    digest = _digest(parent["Id"], runtime.runtime_key())
    image = await _derive(engine, parent, "image", digest, runtime.add_runtime)
    config = parent.get("Config") or {}
    own = dict(entry.partition("=")[::2] for entry in config.get("Env") or ())
    # The image's PATH and settings hold; what keeps programs repeatable and at home holds more.
    path = own.get("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    env = {**own, **ENVIRONMENT, "PATH": path}
    return Prepared(image["Id"], env, tuple(sorted(config.get("Volumes") or ())), foreign=True)


async def _keeping(engine: Engine, parent: Mapping[str, Any], wanted: Image) -> Mapping[str, Any]:
    """Return `parent` with an archive of what is in one of its directories."""
    own = (parent.get("Config") or {}).get("WorkingDir") or "/"
    if own.rstrip("/") != wanted.kept:
        raise SandboxUnavailable(
            f"programs of {_title(wanted)} start in {own}, and the task says {wanted.kept}: "
            "correct one of the two"
        )
    digest = _digest(parent["Id"], wanted.kept)
    if (known := await _inspect(engine, f"{REPOSITORY}:kept-{digest}")) is not None:
        return known
    with tempfile.TemporaryFile() as file:
        with told(f"reading {wanted.kept} of {_title(wanted)}"):
            async with _container(engine, parent) as container:
                await engine.download(container.id, wanted.kept, file, MOST_KEPT)

        def fill(tree: Tree) -> None:
            file.seek(0)
            tree.data(KEPT, file.read())

        return await _derive(engine, parent, "kept", digest, fill)


async def _named(engine: Engine, name: str) -> Mapping[str, Any]:
    if (known := await _inspect(engine, name)) is not None:
        return known
    try:
        await engine.docker.images.pull(name)
    except (DockerError, OSError) as error:
        raise SandboxUnavailable(
            f"the image {name} is not on the container engine and cannot be fetched: {error}. "
            f"Ways out: docker pull {name} where there is a network; docker load or docker import "
            "it from a file; name another image"
        ) from error
    return await _must_inspect(engine, name)


async def _built(engine: Engine, context: Mapping[str, bytes]) -> Mapping[str, Any]:
    digest = hashlib.sha256()
    for path, data in sorted(context.items()):
        digest.update(f"{path}\0{len(data)}\0".encode() + data)
    tag = f"{REPOSITORY}:build-{digest.hexdigest()[:24]}"
    if (known := await _inspect(engine, tag)) is not None:
        return known
    log: list[str] = []
    try:
        steps = engine.docker.images.build(
            fileobj=_context_tar(context), encoding="identity", tag=tag, stream=True,
            labels=made_here("build"), forcerm=True,
        )  # fmt: skip
        async for step in steps:
            log += str(step.get("stream", "")).splitlines()
    except (DockerError, OSError) as error:
        said = "\n".join(line for line in log[-_LOG_LINES:] if line.strip())
        raise SandboxUnavailable(
            f"the image could not be built from its Dockerfile: {error}. The last lines of the "
            f"build:\n{said or '(none)'}"
        ) from error
    return await _must_inspect(engine, tag)


def _context_tar(context: Mapping[str, bytes]) -> io.BytesIO:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for path, data in sorted(context.items()):
            entry = tarfile.TarInfo(path)
            entry.size = len(data)
            # A build may run what it copies, and a plain mapping knows no modes.
            entry.mode = 0o755
            tar.addfile(entry, io.BytesIO(data))
    file.seek(0)
    return file


async def _derive(
    engine: Engine,
    parent: Mapping[str, Any],
    role: str,
    digest: str,
    fill: Callable[[Tree], None],
) -> Mapping[str, Any]:
    """Return `parent` with a tree of ours put over it, made if it is not there yet."""
    tag = f"{REPOSITORY}:{role}-{digest}"
    if (known := await _inspect(engine, tag)) is not None:
        return known
    with tempfile.TemporaryFile() as file, told(f"putting this machine's Python into {tag}"):
        await asyncio.to_thread(_pack, fill, file)
        async with _container(engine, parent) as container:
            await container.put_archive("/", file)  # type: ignore[no-untyped-call]
            repository, _, name = tag.partition(":")
            await container.commit(
                repository=repository, tag=name, config={"Labels": made_here(role)}, pause=False
            )
    return await _must_inspect(engine, tag)


@asynccontextmanager
async def _container(engine: Engine, image: Mapping[str, Any]) -> AsyncIterator[DockerContainer]:
    """Make a container that is never started, for its file system; it goes with the block."""
    config = {"Image": image["Id"], "Cmd": ["-"], "NetworkDisabled": True,
              "Labels": made_here("build")}  # fmt: skip
    container = await engine.docker.containers.create(config)
    try:
        yield container
    finally:
        await container.delete(force=True, v=True)


def _pack(fill: Callable[[Tree], None], file: Any) -> None:
    tree = Tree()
    fill(tree)
    tree.write(file)
    file.seek(0)


async def _inspect(engine: Engine, name: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = await engine.docker.images.inspect(name)
    except DockerError as error:
        if error.status == 404:
            return None
        raise SandboxUnavailable(f"the image {name}: {error.message}") from error
    return found


async def _must_inspect(engine: Engine, name: str) -> Mapping[str, Any]:
    found = await _inspect(engine, name)
    if found is None:
        raise SandboxUnavailable(f"the image {name} was made and is gone already")
    return found


def _title(image: Image) -> str:
    return f"the image {image.name}" if image.name else "the image of its Dockerfile"


def _digest(*parts: str) -> str:
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:24]
