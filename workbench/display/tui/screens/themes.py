"""Choosing a theme: each is shown as the cursor comes to it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from workbench.display.tui.render import settings
from workbench.display.tui.themes.library import Library
from workbench.display.tui.widgets.rows import Rows


class ThemeChooser(ModalScreen[str | None]):
    """Gives the name of the theme chosen, or None and the one there was before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", id="themes.back"),
    ]

    def __init__(self, library: Library) -> None:
        """Offer all themes there are; `library` knows whose they are."""
        super().__init__()
        self._library = library
        self._names: list[str] = []
        self._before = ""

    def compose(self) -> ComposeResult:
        """One list, at the side, so that the screen behind it shows the theme."""
        yield Rows(id="themes")

    def on_mount(self) -> None:
        """Begin at the present theme."""
        self._before = self.app.theme
        themes = self.app.available_themes
        whose = {"own": 0, "workbench": 1, "textual": 2}
        self._names = sorted(themes, key=lambda name: (whose[self._library.origin(name)], name))

        def draw(name: str, width: int) -> Content:
            theme = themes[name]
            return settings.theme(name, self._library.origin(name), theme.dark, theme.ansi)

        rows = self.query_one(Rows)
        rows.border_title, rows.border_subtitle = "Theme", "⏎ take it · esc leave all as it was"
        rows.show(self._names, draw, cursor=self._names.index(self._before))
        rows.focus()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Show the theme under the cursor."""
        message.stop()
        name = self._names[message.index]
        if name in self.app.available_themes:  # a person's own may have gone meanwhile
            self.app.theme = name

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Take the theme under the cursor."""
        message.stop()
        self.dismiss(self._names[message.index])

    def action_back(self) -> None:
        """Leave the theme as it was."""
        if self._before in self.app.available_themes:
            self.app.theme = self._before
        self.dismiss(None)
