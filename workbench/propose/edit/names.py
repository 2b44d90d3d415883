"""Which file a line of a reply names."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

_DECORATION = " \t\r#*`'\"<>[]():;,-=~!"
_LABELS = ("file name:", "filename:", "file path:", "filepath:", "file:", "path:")
_WORKING_DIRECTORY = "/app/"
"""Where a task's files lie in its environment (Harbor's convention); models may write it out."""
_ENDINGS = """
.bash .c .cc .cfg .cpp .cs .css .csv .cu .cuh .cxx .f90 .go .h .hpp .hs .html .ini .java .jl .js
.json .kt .lua .m .md .ml .php .pl .py .pyi .pyx .r .rb .rs .rst .scala .sh .sql .swift .tex .toml
.ts .txt .wat .xml .yaml .yml .zig
"""
_SUFFIXES = frozenset(_ENDINGS.split())
_LONGEST = 300


def name_of(line: str, known: Collection[str]) -> str | None:
    """Return the path that is all `line` says, decoration aside; it may be an unknown one."""
    if len(line) > _LONGEST:
        return None
    readings = list(_readings(line))
    for bare, _ in readings:
        if _plain(bare) in known:
            return _plain(bare)
    bare, labelled = readings[-1]
    if not bare or any(sign.isspace() for sign in bare) or "://" in bare:
        return None
    path = _plain(bare)
    suffixes = _SUFFIXES | {PurePosixPath(name).suffix for name in known}
    suffix = PurePosixPath(path).suffix.lower()
    return path if labelled or (suffix and suffix in suffixes) else None


def mentioned(line: str, known: Collection[str]) -> set[str]:
    """Return the known paths among the words of `line`."""
    words = line[:_LONGEST].replace(":", " ").replace("=", " ").split()
    stripped = (word.strip("`'\"*()[]{}<>,;!?").rstrip(".") for word in words)
    return {path for path in map(_plain, stripped) if path in known}


def listed(known: Collection[str]) -> str:
    """Return the known paths for a message, a few of them if they are many."""
    names = sorted(known)
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more


def _readings(line: str) -> Iterator[tuple[str, bool]]:
    """Yield `line` with less and less around it, and whether a label said that it is a path."""
    yield line.strip(), False
    bare = line.strip().removeprefix("//").removeprefix("/*").removesuffix("*/")
    bare = bare.strip(_DECORATION)
    yield bare, False
    for label in _LABELS:
        if bare.lower().startswith(label):
            yield bare[len(label) :].strip(_DECORATION), True
            return


def _plain(path: str) -> str:
    return path.removeprefix("./").removeprefix(_WORKING_DIRECTORY)
