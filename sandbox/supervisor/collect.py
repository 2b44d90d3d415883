"""Read a dead run's outputs: regular files only, no symbolic link followed anywhere on the path."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress

DEPTH = 8
COUNT = 1000


class Unusable(Exception):
    """The text says why an output cannot be taken."""


class Collector:
    """Opens outputs below `area`, at most `total_bytes` of them together.

    The handles stay open until they are sent; no process is left that could change the files.
    """

    def __init__(self, file_bytes: int, total_bytes: int) -> None:
        self.file_bytes = file_bytes
        self.left = total_bytes
        self.taken: list[tuple[str, int, int]] = []
        """(path in the sandbox, handle, size)."""
        self.problems: dict[str, str] = {}

    def collect(self, area: str, path: str, below: str) -> None:
        """Take `path` of the sandbox, found at `below` in the directory `area` of this machine."""
        parts = [part for part in below.split("/") if part]
        try:
            folder = _descend(os.open(area, os.O_PATH | os.O_DIRECTORY), parts[:-1])
            try:
                if path.endswith("/"):
                    self._take_tree(folder, parts[-1] if parts else ".", path)
                else:
                    self._take(folder, parts[-1], path)
            finally:
                os.close(folder)
        except Unusable as error:
            self.problems[path] = str(error)

    def _take(self, folder: int, name: str, path: str) -> None:
        if len(self.taken) >= COUNT:
            raise Unusable(f"more than {COUNT} files")
        handle = _open_regular(folder, name)
        size = os.fstat(handle).st_size
        if size > min(self.file_bytes, self.left):
            os.close(handle)
            limit = "one file" if size > self.file_bytes else "all collected files together"
            raise Unusable(
                f"{size} bytes, more than the limit for {limit} "
                f"({self.file_bytes if size > self.file_bytes else self.left} left)"
            )
        self.left -= size
        self.taken.append((path, handle, size))

    def _take_tree(self, folder: int, name: str, path: str) -> None:
        try:
            top = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        except OSError as error:
            raise Unusable(_why(error)) from error
        try:
            for handle, entry, at in _walk(top, path, DEPTH):
                try:
                    self._take(handle, entry, at)
                except Unusable as error:
                    self.problems[at] = str(error)
                    if len(self.problems) + len(self.taken) > COUNT:
                        raise Unusable(f"more than {COUNT} entries below it") from error
        finally:
            os.close(top)

    def close(self) -> None:
        """Forget what was taken."""
        for _, handle, _ in self.taken:
            os.close(handle)
        self.taken.clear()


def _walk(folder: int, path: str, depth: int) -> Iterator[tuple[int, str, str]]:
    """Yield (directory handle, name, path) of everything below that is not a directory."""
    with os.scandir(folder) as listing:
        # A directory of a million names must not be sorted whole.
        entries = sorted((entry for entry, _ in zip(listing, range(COUNT * 2), strict=False)),
                         key=lambda entry: entry.name)  # fmt: skip
    for entry in entries:
        name = os.fsencode(entry.name).decode("utf-8", "backslashreplace")
        if not entry.is_dir(follow_symlinks=False):
            yield folder, entry.name, path + name
        elif depth == 0:
            raise Unusable(f"directories nested more than {DEPTH} deep")
        else:
            with suppress(FileNotFoundError):
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                below = os.open(entry.name, flags, dir_fd=folder)
                try:
                    yield from _walk(below, f"{path}{name}/", depth - 1)
                finally:
                    os.close(below)


def _descend(folder: int, parts: Sequence[str]) -> int:
    """Follow `parts` down from `folder`, which is closed; returns the last directory's handle."""
    for part in parts:
        try:
            _permit(folder)
            below = os.open(part, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
        except OSError as error:
            raise Unusable(_why(error)) from error
        finally:
            os.close(folder)
        folder = below
    return folder


def _permit(handle: int) -> None:
    """Let this process into a directory, or read a file, that the program has closed to all.

    `handle` is no symbolic link; needed where the supervisor has no more rights than the program.
    """
    mode = os.fstat(handle).st_mode
    if mode & 0o700 != 0o700:
        os.chmod(f"/proc/self/fd/{handle}", stat.S_IMODE(mode) | 0o700)


def _open_regular(folder: int, name: str) -> int:
    try:
        _permit(folder)
        kind = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if not stat.S_ISREG(kind):
            raise Unusable(f"{_kind(kind)}, not a regular file")
        if not kind & 0o400:
            path = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=folder)
            try:
                _permit(path)
            finally:
                os.close(path)
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        raise Unusable(_why(error)) from error
    return handle


def _kind(mode: int) -> str:
    for test, word in (
        (stat.S_ISDIR, "a directory"),
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
    ):
        if test(mode):
            return word
    return "a device"


def _why(error: OSError) -> str:
    if error.errno == errno.ENOENT:
        return "missing"
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a symbolic link or a file stands where a directory should"
    return f"cannot be read: {error.strerror}"
