"""A pane that shows a section of a report, drawn for its own size."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content

from workbench.analysis.report.document import Block
from workbench.display.tui.render import report
from workbench.display.tui.widgets.virtual import Virtual


class ReportPane(Virtual):
    """Blocks one below the other; drawn anew where its size or its blocks change."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start with nothing to show."""
        super().__init__(id=id)
        self._blocks: Sequence[Block] = ()
        self._lines: list[Content] = []

    def show(self, blocks: Sequence[Block]) -> None:
        """Show these blocks; the place that a person has scrolled to stays."""
        self._blocks = blocks
        self._draw()

    def _draw(self) -> None:
        width, height = self.width, self.scrollable_content_region.height
        if width < 2 or height < 1:
            return  # not laid out yet, or too small to hold anything
        dashed = self.app.no_color or "series-dashes" in self.app.current_theme.variables
        self._lines = report.lines(self._blocks, width - 1, height, dashed)
        self.resize_lines()

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self._draw()

    @property
    def count(self) -> int:
        """Lines drawn."""
        return len(self._lines)

    def line(self, index: int, width: int) -> Content:
        """Draw one line."""
        return self._lines[index].pad_left(1)
