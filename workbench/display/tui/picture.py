"""A picture of the screen in front, as a file."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import Any

import platformdirs
from textual.app import App

_FONTS = re.compile(r"@font-face\s*\{[^}]*\}")
"""Fonts that whoever looks at the picture would have to fetch from the network."""


def folder() -> Path:
    """Return where pictures go: the person's own folder for them, else the current directory."""
    pictures = platformdirs.user_pictures_path()
    return pictures if pictures.is_dir() and os.access(pictures, os.W_OK) else Path.cwd()


def drawn(app: App[Any]) -> str:
    """Return an SVG of what `app` shows."""
    return _FONTS.sub("", app.export_screenshot(title="workbench"))


def save(app: App[Any]) -> Path:
    """Write an SVG of what `app` shows and return where. Raises `OSError`."""
    svg = drawn(app)
    stem = f"workbench-{time.strftime('%Y%m%d-%H%M%S')}"
    into = folder()
    for number in range(1, 1000):
        path = into / (f"{stem}.svg" if number == 1 else f"{stem}-{number}.svg")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(svg)
        except FileExistsError:
            continue
        return path
    raise OSError(f"{into} is full of pictures of this second")
