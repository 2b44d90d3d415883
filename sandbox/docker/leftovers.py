"""Find and remove what dead processes left on the engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiodocker import DockerError

from sandbox.docker.engine import Engine, connected, told
from sandbox.docker.images import remove_volume
from sandbox.docker.labels import OURS, is_abandoned

_GONE_OR_USED = (404, 409)


@dataclass(frozen=True)
class Removed:
    """Names of what was removed."""

    containers: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


async def clean(images: bool = False) -> Removed:
    """Remove what this package made and whose maker is dead; return what that was.

    Containers and their volumes always; with `images` also every image of ours that no container
    uses, whoever made it: the next lease makes it again. Raises SandboxUnavailable where no engine
    can be reached.
    """
    async with connected() as engine:
        with told("removing what is left on the container engine"):
            containers = await _containers(engine)
            volumes = await _volumes(engine)
            return Removed(containers, volumes, await _images(engine) if images else ())


async def _containers(engine: Engine) -> tuple[str, ...]:
    removed = []
    wanted = json.dumps({"label": [OURS]})  # this one call takes it only so
    found = await engine.docker.containers.list(all="true", filters=wanted)
    for container in found:
        if is_abandoned(container["Labels"]):
            try:
                await container.delete(force=True, v=True)
            except DockerError as error:
                if error.status not in _GONE_OR_USED:
                    raise
                continue  # it is on its way out
            removed.append(container.id[:12])
    return tuple(removed)


async def _volumes(engine: Engine) -> tuple[str, ...]:
    removed = []
    volumes = engine.docker.volumes
    found = await volumes.list(filters={"label": [OURS]})  # type: ignore[no-untyped-call]
    for volume in found["Volumes"] or ():
        if is_abandoned(volume["Labels"] or {}):
            await remove_volume(engine, volume["Name"])
            removed.append(volume["Name"])
    return tuple(removed)


async def _images(engine: Engine) -> tuple[str, ...]:
    removed = []
    found: list[Mapping[str, Any]] = await engine.docker.images.list(filters={"label": [OURS]})
    # Newest first, so that what is derived goes before what it is derived from.
    for image in sorted(found, key=lambda image: -image["Created"]):
        try:
            await engine.docker.images.delete(image["Id"], force=True)
        except DockerError as error:
            if error.status not in _GONE_OR_USED:
                raise
            continue  # a container uses it, or an image that stays
        removed.append((image["RepoTags"] or [image["Id"]])[0])
    return tuple(removed)
