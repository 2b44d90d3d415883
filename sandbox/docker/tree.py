"""A file tree that becomes a tar: what an image gets from this machine."""

from __future__ import annotations

import importlib.util
import io
import marshal
import os
import stat
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

_UNCHECKED_HASH = (1).to_bytes(4, "little")


class Tree:
    """Entries by path inside the image, owned by root, readable by everybody, without times."""

    def __init__(self) -> None:
        self._entries: dict[str, Callable[[tarfile.TarFile], None]] = {}

    def __contains__(self, path: str) -> bool:
        return path in self._entries

    def data(self, path: str, content: bytes, mode: int = 0o644) -> None:
        """Add a file with `content`."""

        def write(tar: tarfile.TarFile) -> None:
            entry = _entry(path, tarfile.REGTYPE, mode)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))

        self._entries[path] = write

    def folder(self, path: str, mode: int = 0o755) -> None:
        """Add a directory."""
        self._entries[path] = lambda tar: tar.addfile(_entry(path, tarfile.DIRTYPE, mode))

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""

        def write(tar: tarfile.TarFile) -> None:
            entry = _entry(path, tarfile.SYMTYPE, 0o777)
            entry.linkname = target
            tar.addfile(entry)

        self._entries[path] = write

    def file(self, path: str, source: str) -> None:
        """Add a file of this machine; it stays executable if it is."""

        def write(tar: tarfile.TarFile) -> None:
            with open(source, "rb") as handle:
                state = os.fstat(handle.fileno())
                executable = state.st_mode & stat.S_IXUSR
                entry = _entry(path, tarfile.REGTYPE, 0o755 if executable else 0o644)
                entry.size = state.st_size
                tar.addfile(entry, handle)

        self._entries[path] = write

    def python(self, path: str, source: str, skip: frozenset[str] = frozenset()) -> None:
        """Add a directory of Python modules with their bytecode, which nothing has to check again.

        A read-only root without bytecode would compile every module at every start. `skip` are
        names that are left out, wherever they stand. A single module is added as well.
        """
        if os.path.isfile(source):
            self._module(path, source)
            return
        for folder, names in _walk(source, skip):
            below = os.path.relpath(folder, source)
            at = path if below == "." else f"{path}/{below}"
            self.folder(at)
            for name in names:
                if os.path.isfile(os.path.join(folder, name)):  # not a link to nowhere
                    self._module(f"{at}/{name}", os.path.join(folder, name))

    def _module(self, path: str, source: str) -> None:
        self.file(path, source)
        if source.endswith(".py"):
            folder, name = os.path.split(path)
            tag = sys.implementation.cache_tag
            cached = f"{folder}/__pycache__/{name[:-3]}.{tag}.pyc"
            self._entries[cached] = lambda tar: _write_bytecode(tar, cached, path, source)

    def write(self, file: IO[bytes]) -> None:
        """Write everything as one tar, directories before what is in them."""
        with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            # Engines make directories that nobody names readable by root alone.
            for path in list(self._entries):
                while (path := path.rpartition("/")[0]) and path not in self._entries:
                    self.folder(path)
            for path in sorted(self._entries):
                self._entries[path](tar)


def _entry(path: str, kind: bytes, mode: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path.lstrip("/"))
    entry.type, entry.mode = kind, mode
    entry.uname = entry.gname = "root"
    return entry


def _walk(source: str, skip: frozenset[str]) -> Iterator[tuple[str, list[str]]]:
    for folder, folders, names in os.walk(source):
        folders[:] = sorted(set(folders) - skip - {"__pycache__"})
        yield folder, sorted(set(names) - skip)


def _write_bytecode(tar: tarfile.TarFile, cached: str, path: str, source: str) -> None:
    text = Path(source).read_bytes()
    code = _known_code(source, text)
    if code is None:
        try:
            code = marshal.dumps(compile(text, path, "exec", dont_inherit=True, optimize=0))
        except (SyntaxError, ValueError):
            return  # a template or a test of the parser: whoever imports it will be told
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(text)
    entry = _entry(cached, tarfile.REGTYPE, 0o644)
    entry.size = len(header) + len(code)
    tar.addfile(entry, io.BytesIO(header + code))


def _known_code(source: str, text: bytes) -> bytes | None:
    """Return the code of a bytecode file that this interpreter would use for `source`."""
    try:
        known = Path(importlib.util.cache_from_source(source)).read_bytes()
        state = os.stat(source)
    except (OSError, NotImplementedError):  # no such file, or an interpreter that keeps none
        return None
    wanted = (int(state.st_mtime) & 0xFFFFFFFF).to_bytes(4, "little")
    wanted += (len(text) & 0xFFFFFFFF).to_bytes(4, "little")
    fresh = known[:4] == importlib.util.MAGIC_NUMBER and known[4:8] == bytes(4)
    return known[16:] if fresh and known[8:16] == wanted else None
