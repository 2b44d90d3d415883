"""Containers that a process has made, and the wait for their end."""

from __future__ import annotations

import json
import os

from sandbox.docker.engine import Engine
from sandbox.docker.labels import OURS


async def containers(engine: Engine, maker: int | None = None) -> list[str]:
    """Return the containers that this process, or the process `maker`, has made."""
    wanted = json.dumps({"label": [OURS]})
    found = await engine.docker.containers.list(all="true", filters=wanted)
    pid = f"/{maker or os.getpid()}/"
    return [each.id for each in found if pid in each["Labels"].get(f"{OURS}.maker", "")]


async def gone(engine: Engine, identity: str) -> None:
    """Wait until the engine has removed a container."""
    container = engine.docker.containers.container(identity)
    try:
        await container.wait(condition="removed")
    except Exception as error:
        assert getattr(error, "status", 0) == 404, error  # noqa: PT017 (gone before it was asked)
