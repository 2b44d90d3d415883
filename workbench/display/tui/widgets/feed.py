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
        self.border_title = "Events"

    @property
    def count(self) -> int:
        """Lines kept."""
        return len(self._view.log.lines)

    def line(self, index: int, width: int) -> Content:
        """Draw one event."""
        return draw(self._view.log.lines[index]).truncate(width, ellipsis=True)

    @property
    def following(self) -> bool:
        """Whether the newest line is in view."""
        return self.scroll_offset.y >= self.max_scroll_y

    def refresh_view(self) -> None:
        """Show what is new."""
        following = self.following
        self.resize_lines()
        if following:
            self.scroll_end(animate=False)
            self._read = self._view.log.total
        self._badge()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Reading on to the end clears the badge."""
        super().watch_scroll_y(old_value, new_value)
        if self.following:
            self._read = self._view.log.total
        self._badge()

    def _badge(self) -> None:
        unread = self._view.log.total - self._read
        self.border_subtitle = f"↓ {unread} unread · G newest" if unread else ""

    def on_resize(self) -> None:
        """Begin at the newest line."""
        if not self._read:
            self.scroll_end(animate=False)
