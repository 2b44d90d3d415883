"""Modules that the workbench shows to programs beside a task's own files, compiled once."""

from __future__ import annotations

import marshal
import sys
from functools import cache
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from types import ModuleType


@cache
def provided(module: ModuleType, folder: str) -> dict[str, bytes]:
    """Return the files, by absolute path, by which a program in `folder` can import `module`."""
    source = Path(str(module.__file__)).read_bytes()
    name = module.__name__.rpartition(".")[2]
    cached = f"__pycache__/{name}.{sys.implementation.cache_tag}.pyc"
    return {
        f"{folder}/{name}.py": source,
        f"{folder}/{cached}": _compiled(source, f"{name}.py"),
    }


def _compiled(source: bytes, name: str) -> bytes:
    """Return `source` as Python's cached code, which is taken as it stands.

    To compile it would be a third of the time of a short verification; an interpreter of another
    version does not take it, and compiles.
    """
    code = marshal.dumps(compile(source, name, "exec"))
    unchecked = (1).to_bytes(4, "little")
    return b"".join([MAGIC_NUMBER, unchecked, source_hash(source), code])
