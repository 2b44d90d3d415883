"""What the screens of a session have in common that show one tab at a time."""

from __future__ import annotations

from textual.widgets import TabbedContent

from workbench.display.tui.screens.base import RunScreen
from workbench.display.tui.widgets.status import StatusBar


class TabbedScreen(RunScreen):
    """Base: a tab ``tab-NAME`` holds the pane ``NAME``, and the one in front has the keys."""

    @property
    def tab(self) -> str:
        """The tab in front."""
        return self.query_one(TabbedContent).active.removeprefix("tab-")

    def focus_main(self) -> None:
        """The pane in front has the keys."""
        self.query_one(f"#{self.tab}").focus()

    def refresh_view(self) -> None:
        """Keep the head up to date."""
        super().refresh_view()
        self.query_one(StatusBar).repaint()

    def on_tabbed_content_tab_activated(self) -> None:
        """Another tab is in front."""
        self.tab_changed()

    def tab_changed(self) -> None:
        """Give the keys to the new tab."""
        if not self.composer.display:
            self.focus_main()

    def action_back(self) -> None:
        """Put a pane back that has the whole screen, else back to where one came from."""
        if self.maximized is not None:
            self.minimize()
        else:
            self.app.pop_screen()

    def action_tab(self, name: str) -> None:
        """Bring a tab to the front."""
        self.query_one(TabbedContent).active = f"tab-{name}"
