"""Where the content that comes with the workbench lies: bundled tasks and themes."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def tasks_dir() -> Path:
    """Return the directory of the bundled tasks, one directory each."""
    return _find("tasks")


def themes_dir() -> Path:
    """Return the directory of the bundled themes, one file each."""
    return _find("themes")


def _find(name: str) -> Path:
    """Return ``<checkout>/name``, or ``workbench/_content/name`` as the wheel carries it."""
    packed = _PACKAGE / "_content" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
