"""The table of compared candidates."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from workbench.display.tui.render import compare_table
from workbench.display.tui.render.compare import Column, Row
from workbench.display.tui.widgets.virtual import Virtual


class CompareTable(Virtual):
    """Rows of what differs and of what does not; the names of the candidates stay on top."""

    def __init__(self, *, id: str | None = None) -> None:
        """Begin empty."""
        super().__init__(id=id)
        self._columns: Sequence[Column] = ()
        self._lines: list[Content] = []

    def show(self, columns: Sequence[Column], rows: Sequence[Row]) -> None:
        """Show `rows` with a cell for each of `columns`."""
        self._columns = columns
        self._lines = compare_table.lines(rows, len(columns), self.width)
        self.resize_lines()

    @property
    def header(self) -> Content | None:
        """The names of the candidates."""
        if not self._columns:
            return None
        return compare_table.heading(self._columns, self.width)

    @property
    def has_header(self) -> bool:
        """Whether there are names."""
        return bool(self._columns)

    @property
    def count(self) -> int:
        """Lines of the table."""
        return len(self._lines)

    def line(self, index: int, width: int) -> Content:
        """Draw one line."""
        return self._lines[index]
