"""A small image made from a few of this machine's programs: no registry is needed for it."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

import pytest

from sandbox.docker import images, labels, leftovers
from sandbox.docker.closure import libraries, loader
from sandbox.docker.engine import connected
from sandbox.docker.tree import Tree

PROGRAMS = ("sh", "cat", "ls")


def tiny_tar(programs: Sequence[str] = PROGRAMS) -> io.BytesIO:
    """Return a root with a shell, tools and their libraries where the loader looks."""
    tree = Tree()
    found = {name: os.path.realpath(shutil.which(name) or "") for name in programs}
    for name, source in found.items():
        tree.file(f"/bin/{name}", source)
    interpreter = loader(found["sh"])
    for name, source in libraries(interpreter, found.values()).items():
        tree.file(f"/lib/{name}", source)
    tree.file(interpreter, os.path.realpath(interpreter))
    tree.data("/data/kept", b"from the image\n")
    tree.data("/app/stale", b"of the image\n")
    tree.folder("/tmp")
    file = io.BytesIO()
    tree.write(file)
    file.seek(0)
    return file


@asynccontextmanager
async def tiny_image(
    name: str, changes: Sequence[str] = ("USER root",), programs: Sequence[str] = PROGRAMS
) -> AsyncIterator[str]:
    """Put such an image on the engine, as `docker import` would, for the length of a block."""
    async with connected() as engine:
        tar = await asyncio.to_thread(tiny_tar, programs)
        await engine.import_tar(tar, name, list(changes))
        yield name
        await engine.docker.images.delete(name, force=True)


@contextmanager
def own_names() -> Iterator[None]:
    """Keep a module's images apart from those that other tests use at the same time."""
    own = f"{labels.OURS}.test{os.getpid()}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "OURS", own)
        patch.setattr(leftovers, "OURS", own)
        patch.setattr(images, "REPOSITORY", f"workbench-test-{os.getpid()}")
        yield
