"""Where private mounts are not possible or not wanted: ordinary directories, and their removal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence

from . import linux, stage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def folder(name: str) -> str:
    """Create the lease's own directory, readable by nobody else; `name` tells whose it is."""
    path = f"/tmp/{name}"
    os.mkdir(path, 0o700)
    return path


def tree(base: str, header: Mapping[str, Any], files: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return bwrap's arguments for showing the machine's own directories one by one."""
    arguments: list[str] = []
    for source, target in header["mounts"]:
        arguments += ["--ro-bind", source, target]
    for path in header["hidden"]:
        arguments += ["--tmpfs", path, "--remount-ro", path]
    for target, path in header["links"]:
        arguments += ["--symlink", target, path]
    for at, (path, data) in enumerate(files):
        stage.write_file(f"{base}/files/{at}", data)
        arguments += ["--ro-bind", f"{base}/files/{at}", path]
    return arguments


def materialise(
    base: str, header: Mapping[str, Any], files: Iterable[tuple[str, bytes]]
) -> dict[str, str]:
    """Write the lease's links and files below `base`; return sandbox path -> real path."""
    moved = {}
    mounted = [(source, target) for source, target in header["mounts"] if source != target]
    for target, path in (*header["links"], *mounted):
        real = f"{base}/links{path}"
        os.makedirs(os.path.dirname(real), exist_ok=True)
        os.symlink(target, real)
        moved[os.path.dirname(path)] = os.path.dirname(real)
    for path, data in files:
        stage.write_file(f"{base}/files{path}", data, 0o444)
        moved[path] = f"{base}/files{path}"
        if os.path.dirname(path) != "/":
            moved[os.path.dirname(path)] = os.path.dirname(moved[path])
    return moved


def leave_root(needed: Sequence[str]) -> str | None:
    """Drop root if it is held; return what keeps the programs root, or None.

    The interpreter may lie below a directory that only root can enter. Such a directory is then
    hidden, in a mount namespace of our own, by an empty one that holds nothing but the needed.
    """
    if os.getuid() != 0:
        return None
    closed = {path: top for path in needed if (top := _closed_parent(path)) is not None}
    try:
        if closed:
            linux.unshare(linux.CLONE_NEWNS, "mount")
            linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
            _expose(closed)
    except OSError as error:
        return f"programs run as root, who alone can read {', '.join(closed)} ({error})"
    try:
        stage.drop_root()
    except stage.Refused as error:
        return f"programs run as root: {error}"
    return None


def _expose(closed: Mapping[str, str]) -> None:
    handles = {path: os.open(path, os.O_PATH) for path in closed}
    for top in sorted(set(closed.values())):
        linux.mount("tmpfs", top, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=755,size=1m")
    for path, handle in handles.items():
        os.makedirs(path, exist_ok=True)
        flags = linux.MS_BIND | linux.MS_REC
        linux.mount(f"/proc/self/fd/{handle}", path, "", flags)
        os.close(handle)


def _closed_parent(path: str) -> str | None:
    """Return the topmost directory on the way to `path` that others cannot enter."""
    parts = path.split("/")
    for count in range(2, len(parts)):
        parent = "/".join(parts[:count])
        if not os.stat(parent).st_mode & 0o001:
            return parent
    return None
