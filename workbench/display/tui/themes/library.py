"""The themes there are: Textual's, ours, and a person's own, which are followed as they change."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

from workbench.content import themes_dir
from workbench.display.config.model import THEME
from workbench.display.tui.themes.reading import load

Stamps = dict[str, tuple[int, int]]
"""File name -> when it was changed (ns) and its size."""


class Library:
    """Registers themes with an application. A person's own come before others of their name."""

    def __init__(self, app: App[Any], folder: Path | None) -> None:
        """Serve `app`, with a person's own themes from `folder`; None for none."""
        self._app = app
        self._folder = folder
        self._stamps: Stamps = {}
        self._ours: dict[str, Theme] = {}
        self._own: dict[str, Theme] = {}

    def install(self) -> str:
        """Register all themes; return all that is wrong with their files, empty if nothing."""
        try:
            ours, problems = load(themes_dir())
        except FileNotFoundError as error:
            ours, problems = {}, str(error)
        self._ours = {theme.name: theme for theme in ours.values()}
        for theme in ours.values():
            self._app.register_theme(theme)
        self._stamps = self._look()
        return "\n".join(filter(None, (problems, self._read())))

    def origin(self, name: str) -> str:
        """Say whose theme that is: ``own``, ``workbench`` or ``textual``."""
        if any(theme.name == name for theme in self._own.values()):
            return "own"
        return "workbench" if name in self._ours else "textual"

    def poll(self) -> str | None:
        """Read a person's themes again if a file has changed, and show the changes at once.

        Returns None if nothing has changed, else what is wrong, empty if nothing is.
        """
        stamps = self._look()
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        before = self._app.current_theme
        problems = self._read()
        if self._app.theme not in self._app.available_themes:
            gone = f"the theme {self._app.theme} is gone: {THEME} takes its place"
            self._app.theme = THEME
            return "\n".join(filter(None, (problems, gone)))
        if self._app.current_theme != before:
            self._app.mutate_reactive(App.theme)
        return problems

    def _look(self) -> Stamps:
        if self._folder is None:
            return {}
        stamps: Stamps = {}
        try:
            for entry in os.scandir(self._folder):
                if entry.name.endswith(".toml"):
                    found = entry.stat()
                    stamps[entry.name] = (found.st_mtime_ns, found.st_size)
        except OSError:
            return stamps  # no folder, or one whose files come and go: the next look will tell
        return stamps

    def _read(self) -> str:
        if self._folder is None:
            return ""
        found, problems = load(self._folder)
        # A file that cannot be used right now, as it is being written, keeps the theme it made.
        kept = {name: theme for name, theme in self._own.items() if name in self._stamps}
        for theme in self._own.values():
            base = self._ours.get(theme.name) or BUILTIN_THEMES.get(theme.name)
            self._app.unregister_theme(theme.name)
            if base is not None:
                self._app.register_theme(base)
        self._own = {**kept, **found}
        for theme in self._own.values():
            self._app.register_theme(theme)
        return problems
