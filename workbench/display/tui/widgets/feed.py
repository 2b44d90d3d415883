"""The event feed: newest line in view, unless a person has scrolled back."""

from __future__ import annotations

from textual.content import Content

from workbench.display.tui.render.events import draw
from workbench.display.tui.view import View
from workbench.display.tui.widgets.virtual import Virtual


class EventFeed(Virtual):
    """Lines of the log; while scrolled back, the border counts what came since."""

    def __init__(self, view: View, *, id: str | None = None) -> None:
        """Show `view`."""
        super().__init__(id=id)
        self._view = view
        self._read = 0
        self.following = True
        """Whether the newest line stays in view as lines come in."""

    @property
    def count(self) -> int:
        """Lines kept."""
        return len(self._view.log.lines)

    def line(self, index: int, width: int) -> Content:
        """Draw one event."""
        return draw(self._view.log.lines[index]).truncate(width, ellipsis=True)

    def refresh_view(self) -> None:
        """Show what is new."""
        self.resize_lines()
        self._keep_up()

    def _keep_up(self) -> None:
        if self.following:
            # At once: a scroll put off would undo what a key does in the meantime.
            self.scroll_end(animate=False, immediate=True)
            self._read = self._view.log.total
        self._badge()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling back stops following; reading on to the end takes it up again."""
        super().watch_scroll_y(old_value, new_value)
        self.following = round(new_value) >= self.max_scroll_y
        if self.following:
            self._read = self._view.log.total
        self._badge()

    def _badge(self) -> None:
        unread = self._view.log.total - self._read
        self.entitle("Events", f"↓ {unread} unread · G newest" if unread else "")

    def on_resize(self) -> None:
        """Keep the newest line in view."""
        self._keep_up()
