"""Which installed packages a foreign task's Python files want."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterable
from functools import cache
from importlib import metadata
from pathlib import PurePosixPath

import msgspec


class Wanted(msgspec.Struct, frozen=True):
    """The packages that were found for some imports, and the imports nothing was found for."""

    distributions: tuple[str, ...]
    missing: tuple[str, ...]


def wanted(bundle: dict[str, bytes], own: Collection[str] = ()) -> Wanted:
    """Look through all Python files of a task; `own` are modules that come from elsewhere."""
    paths = [PurePosixPath(path) for path in bundle]
    inside = {part for path in paths for part in (path.stem, *path.parts)}
    names = _imported(data for path, data in bundle.items() if path.endswith(".py"))
    foreign = sorted(names - sys.stdlib_module_names - inside - set(own))
    known = _installed()
    found = {known[name][0] for name in foreign if name in known}
    return Wanted(tuple(sorted(found)), tuple(name for name in foreign if name not in known))


def _imported(sources: Iterable[bytes]) -> set[str]:
    """Return the top names that these files import."""
    names: set[str] = set()
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # whoever runs it says what is wrong
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.partition(".")[0])
    return names


@cache
def _installed() -> dict[str, list[str]]:
    return dict(metadata.packages_distributions())
