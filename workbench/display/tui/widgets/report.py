"""A pane that shows a section of a report, drawn for its own size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content

from workbench.display.tui.render.find import CURRENT, HIT, Found, find, told
from workbench.display.tui.widgets.search import Searchable

if TYPE_CHECKING:
    from workbench.analysis.report.document import Block


class ReportPane(Searchable):
    """Blocks one below the other; drawn anew where its size or its blocks change."""

    def __init__(self, *, id: str | None = None) -> None:
        """Start with nothing to show."""
        super().__init__(id=id)
        self._blocks: Sequence[Block] = ()
        self._lines: list[Content] = []
        self._found: list[Found] = []
        self._at = 0
        self._word = ""

    def show(self, blocks: Sequence[Block]) -> None:
        """Show these blocks; the place that a person has scrolled to stays."""
        self._blocks = blocks
        self._draw()

    def say(self, word: str) -> None:
        """Say in the border what the pane is waiting for, or what can be done."""
        self._word = word
        self._tell()

    def _draw(self) -> None:
        width, height = self.width, self.scrollable_content_region.height
        if width < 2 or height < 1 or not self._blocks:
            return  # not laid out yet, too small to hold anything, or nothing to show yet
        from workbench.display.tui.render import report  # which needs numpy

        dashed = self.app.no_color or "series-dashes" in self.app.current_theme.variables
        self._lines = report.lines(self._blocks, width - 1, height, dashed)
        self._seek(self.words)
        self.resize_lines()

    def _tell(self) -> None:
        self.border_subtitle = f"{self.search_told} · n N · esc ends" if self.words else self._word

    def on_resize(self, event: events.Resize) -> None:
        """Draw for the new size."""
        self._draw()

    @property
    def count(self) -> int:
        """Lines drawn."""
        return len(self._lines)

    def line(self, index: int, width: int) -> Content:
        """Draw one line, with everything marked that a search has found in it."""
        line = self._lines[index]
        for number, found in enumerate(self._found):
            if found.line == index:
                style = CURRENT if number == self._at else HIT
                line = line.stylize(style, found.start, found.stop)
        return line.pad_left(1)

    def _seek(self, words: str) -> None:
        self._found = find([line.plain for line in self._lines], words) if words else []
        self._at = min(self._at, max(0, len(self._found) - 1))

    def seek(self, words: str) -> None:
        """Find words in the lines as they are drawn; stand at the first from here on."""
        self._seek(words)
        top = self.scroll_offset.y
        self._at = next((n for n, found in enumerate(self._found) if found.line >= top), 0)
        self._stand()

    def step_hit(self, offset: int) -> None:
        """Stand at another place."""
        if self._found:
            self._at = (self._at + offset) % len(self._found)
        self._stand()

    def _stand(self) -> None:
        if self._found:
            self.reveal(self._found[self._at].line)
        self._tell()
        self.repaint()

    @property
    def search_told(self) -> str:
        """Which place of how many."""
        return told(self.words, self._at, len(self._found))
