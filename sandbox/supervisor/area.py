"""The files of one run: what the job brings, what the program writes, what is read back."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Sequence

from . import linux
from .collect import Collector
from .stage import write_file

ALWAYS = ("/tmp", "/dev/shm")


class Full(Exception):
    """The job's own files do not fit into its limits."""


class Area:
    """One directory per writable root below `base`: a fresh tmpfs per run, or emptied each time."""

    def __init__(self, base: str, roots: Sequence[str], own_mount: bool) -> None:
        self.base = base
        self.own_mount = own_mount
        # Longest first, so that a path finds the root it really lies in.
        self.roots = sorted({*roots, *ALWAYS}, key=lambda root: (-len(root), root))

    def folder(self, root: str) -> str:
        """Return where `root` of the sandbox lies on this side."""
        return f"{self.base}/{self.name(root)}"

    def name(self, root: str) -> str:
        """Return what the directory of `root` is called."""
        return f"{root.strip('/').replace('/', '_')}-{self.roots.index(root)}"

    def locate(self, path: str) -> tuple[str, str]:
        """Return (directory on this side, path below it) of a sandbox path."""
        for root in self.roots:
            if path == root or path.startswith(root + "/"):
                return self.folder(root), path[len(root) + 1 :]
        raise ValueError(f"{path} is not below a writable directory")

    def prepare(self, disk_bytes: int, files: int) -> None:
        """Start empty, bounded where that is possible; raises OSError when a mount fails."""
        if self.own_mount:
            flags = linux.MS_NOSUID | linux.MS_NODEV
            size = f"size={disk_bytes},nr_inodes={self.inodes(files)},mode=700"
            linux.mount("tmpfs", self.base, "tmpfs", flags, size)
        for root in self.roots:
            os.mkdir(self.folder(root), 0o700)

    def inodes(self, files: int) -> int:
        """Return what a tmpfs must hold for `files` files of a run."""
        return files + len(self.roots) + 1

    def write(self, content: Iterable[tuple[str, bytes]]) -> None:
        """Write the job's files; raises Full."""
        try:
            for path, data in content:
                folder, below = self.locate(path)
                write_file(f"{folder}/{below}", data)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise Full(f"the job's own files do not fit: {error.strerror} at {path}") from error

    def full(self) -> str | None:
        """Return which limit of the tmpfs has been reached, or None."""
        if not self.own_mount:
            return None
        state = os.statvfs(self.base)
        if state.f_bavail == 0:
            return f"all {state.f_blocks * state.f_frsize} bytes of disk are in use"
        return f"all {state.f_files} files are in use" if state.f_ffree == 0 else None

    def collect(self, collector: Collector, paths: Iterable[str]) -> None:
        """Take the wanted outputs."""
        for path in paths:
            collector.collect(*self._split(path))

    def _split(self, path: str) -> tuple[str, str, str]:
        folder, below = self.locate(path)
        return folder, path, below

    def empty(self) -> None:
        """Forget everything the run left."""
        if self.own_mount:
            linux.umount(self.base)
            return
        for root in self.roots:
            remove_tree(self.folder(root))

    def remove(self) -> None:
        """Remove the directory itself where it is one of the machine's."""
        if not self.own_mount:
            remove_tree(self.base)


class CellArea(Area):
    """The files of a run in a cell, reached through a handle: the cell has its own mounts."""

    def __init__(self, handle: int, roots: Sequence[str]) -> None:
        super().__init__(f"/proc/self/fd/{handle}", roots, own_mount=True)
        self.handle = handle

    def prepare(self, disk_bytes: int, files: int) -> None:
        """Do nothing: the cell came prepared."""

    def empty(self) -> None:
        """Let go of it; the kernel forgets what nobody can reach."""
        os.close(self.handle)


def remove_tree(folder: str) -> None:
    """Remove a tree whose directories the program may have made unreadable, or endlessly deep.

    Directories are moved up to the top before they are emptied, so no path gets long. Raises
    OSError when something stays: the next run would find it.
    """
    top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        left = _empty(top, ".")
        for name in left:
            left += _empty(top, name)
            os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(folder)


def _empty(top: int, name: str) -> list[str]:
    """Remove the files of the directory `name` in `top`; return what its directories became."""
    if name != ".":
        os.chmod(name, 0o700, dir_fd=top)
    found = []
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for entry in list(os.scandir(folder)):
            if entry.is_dir(follow_symlinks=False):
                os.chmod(entry.name, 0o700, dir_fd=folder)  # or it could not be moved
                found.append(f".removed-{os.urandom(16).hex()}")
                os.rename(entry.name, found[-1], src_dir_fd=folder, dst_dir_fd=top)
            else:
                os.unlink(entry.name, dir_fd=folder)
    finally:
        os.close(folder)
    return found
