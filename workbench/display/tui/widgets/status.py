"""The status bar at the top of every screen of a session."""

from __future__ import annotations

import time

from textual.strip import Strip

from workbench.display.tui.render import status
from workbench.display.tui.view import View
from workbench.display.tui.widgets.steady import Steady


class StatusBar(Steady):
    """Two lines: state, best and spending; isolation, time and connection."""

    DEFAULT_CSS = "StatusBar { dock: top; height: 2; background: $panel; color: $foreground; }"

    def __init__(self, view: View) -> None:
        """Show `view`."""
        super().__init__()
        self._view = view

    def draw_line(self, y: int) -> Strip:
        """Draw one of the lines."""
        style = self.visual_style
        width = self.size.width
        drawn = status.lines(self._view, width, time.time(), self.size.height)
        content = drawn[min(y, 1)]
        strip = Strip(content.render_segments(style))
        return strip.adjust_cell_length(width, style.rich_style)
