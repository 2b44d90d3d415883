"""Where the bundled content lives: tasks and themes, in a checkout and in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def tasks_dir() -> Path:
    """Return the directory with one directory per bundled task. Raises `FileNotFoundError`."""
    return _find("tasks")


def themes_dir() -> Path:
    """Return the directory with one TOML file per theme. Raises `FileNotFoundError`."""
    return _find("themes")


def _find(name: str) -> Path:
    """Look inside the package first (a wheel), then beside it (a checkout)."""
    installed, checkout = _PACKAGE / "_content" / name, _PACKAGE.parent / name
    for place in (installed, checkout):
        if place.is_dir():
            return place
    raise FileNotFoundError(
        f"the bundled {name} are missing: neither {installed} nor {checkout} is a directory. "
        "Install the workbench again, unpacked (it does not run from inside a zip file)."
    )
