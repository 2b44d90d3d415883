"""How everything looks and is reached: a person's settings, in force in the application."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.app import App
from textual.theme import BUILTIN_THEMES

from workbench.content import themes_dir
from workbench.display import glyphs
from workbench.display.config.model import Value
from workbench.display.config.place import themes_folder
from workbench.display.config.reading import Known, Read, read
from workbench.display.config.settings import Settings
from workbench.display.tui import keys
from workbench.display.tui.ascii import AsciiOnly
from workbench.display.tui.themes.library import Library
from workbench.display.tui.themes.reading import load


def read_settings(path: Path) -> Read:
    """Read a file of settings as the application would, without one that runs."""
    ours, _ = load(themes_dir())
    own, _ = load(themes_folder(path))
    names = {theme.name for theme in (*ours.values(), *own.values())}
    return read(path, Known({*BUILTIN_THEMES, *names}, keys.check))


class Looks:
    """Themes, signs and keys of one application, as its settings say."""

    def __init__(self, app: App[Any], settings: Settings) -> None:
        """Read the settings and the themes; `problems` is all that is wrong with either."""
        self._app = app
        self.settings = settings
        folder = None if settings.path is None else themes_folder(settings.path)
        self.themes = Library(app, folder)
        self.ascii = AsciiOnly()
        broken = self.themes.install()
        settings.load(Known(app.available_themes, keys.check))
        self.problems = "\n".join(filter(None, (broken, settings.problems)))
        if "TEXTUAL_THEME" not in os.environ and settings.config.theme in app.available_themes:
            app.theme = settings.config.theme
        self.ascii.enabled = glyphs.ascii_only(settings.config.glyphs)

    def change(self, key: str, value: Value | None) -> str:
        """Put a setting in force at once and keep it; None gives it its default back.

        Returns why it could not be kept, empty if it was.
        """
        problem = self.settings.change(key, value)
        config = self.settings.config
        if key == "theme" and config.theme in self._app.available_themes:
            self._app.theme = config.theme
        elif key == "glyphs":
            self.ascii.enabled = glyphs.ascii_only(config.glyphs)
            self._app.mutate_reactive(App.theme)  # draws everything anew
        elif key.startswith("keys."):
            self.map_keys()
        return problem

    def map_keys(self) -> None:
        """Put a person's keys in force. The application must be running."""
        self._app.set_keymap(keys.keymap(self.settings.config.keys))
