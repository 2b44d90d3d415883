"""Find and remove what killed processes left behind: cgroups, directories, containers."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

from sandbox import cgroups
from sandbox.api import SandboxUnavailable

TEMPORARY = Path("/tmp")


async def clean(images: bool = False) -> tuple[dict[str, tuple[str, ...]], str]:
    """Remove what this package made and whose maker is dead.

    Returns kind -> names of what was removed, and why no containers could be looked for, if so.
    With `images` also the images that this package built: the next lease builds them again.
    """
    removed = {
        "cgroups": await asyncio.to_thread(cgroups.sweep),
        "directories": await asyncio.to_thread(_directories),
    }
    from sandbox import docker  # an HTTP client, that most callers never need

    try:
        found = await docker.clean(images)
    except SandboxUnavailable as error:
        return removed, str(error)
    removed |= {"containers": found.containers, "volumes": found.volumes, "images": found.images}
    return removed, ""


def _directories() -> tuple[str, ...]:
    """Remove directories of leases; only plain processes and bubblewrap without mounts have any."""
    removed = []
    for path in TEMPORARY.glob("sandbox-*"):
        if cgroups.is_abandoned(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
            if not path.exists():
                removed.append(str(path))
    return tuple(removed)
