"""Where a person's own files lie."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

CONFIG = "WORKBENCH_CONFIG"
"""Environment variable that names another file of settings."""


def config_file() -> Path:
    """Return the file of settings; it need not exist."""
    named = os.environ.get(CONFIG)
    if named:
        return Path(named).expanduser().absolute()
    return platformdirs.user_config_path("workbench") / "config.toml"


def themes_folder(file: Path) -> Path:
    """Return where the themes of the person with that file of settings lie; it need not exist."""
    return file.parent / "themes"
