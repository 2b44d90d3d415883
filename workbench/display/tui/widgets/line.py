"""A single line of text that a function draws whenever it is shown."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.strip import Strip

from workbench.display.tui.widgets.steady import Steady


class InfoLine(Steady):
    """Draws what its function returns, cut to its width."""

    DEFAULT_CSS = "InfoLine { height: 1; }"

    def __init__(self, source: Callable[[], Content], *, id: str | None = None) -> None:
        """Draw the content of `source`."""
        super().__init__(id=id)
        self._source = source

    def draw_line(self, y: int) -> Strip:
        """Draw the line."""
        style = self.visual_style
        width = self.size.width
        strip = Strip(self._source().truncate(width, ellipsis=True).render_segments(style))
        return strip.adjust_cell_length(width, style.rich_style)
