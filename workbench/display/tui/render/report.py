"""A report's blocks as lines for a pane: tables as wide as they need, or row by row."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from workbench.analysis.report.document import Block, Figure, Paragraph, Table
from workbench.analysis.report.values import shown
from workbench.display.states import MUTED
from workbench.display.text import one_line
from workbench.display.tui.render import chart

GAP = "  "
WIDEST = 44
"""Cells that a column of words takes at most."""
LEAST_HEIGHT, MOST_HEIGHT = 10, 22
"""Rows of a chart."""


def lines(blocks: Sequence[Block], width: int, height: int, dashed: bool) -> list[Content]:
    """Draw blocks one below the other for a pane of `width` × `height` cells."""
    found: list[Content] = []
    for block in blocks:
        if found:
            found.append(Content(""))
        if isinstance(block, Figure):
            rows = min(MOST_HEIGHT, max(LEAST_HEIGHT, height - 3))
            found += chart.rows(block, width, rows, dashed)
            found += wrapped(f"{block.note} {block.source}", width, MUTED)
        elif isinstance(block, Table):
            found += table(block, width)
        elif isinstance(block, Paragraph):
            found += wrapped(block.text, width, "")
    return found


def wrapped(words: str, width: int, style: str) -> list[Content]:
    """Return a text in lines of at most `width` cells."""
    said = one_line(words)
    return list(Content.styled(said, style).wrap(max(1, width))) if said else []


def table(told: Table, width: int) -> list[Content]:
    """Draw a table; one that is too wide row by row, each value after its column's name."""
    cells = [
        [shown(value, column.form) for column, value in zip(told.columns, row, strict=True)]
        for row in told.rows
    ]
    heads = [one_line(column.name) for column in told.columns]
    sizes = [min(WIDEST, max(map(len, column))) for column in zip(heads, *cells, strict=True)]
    found = [Content.styled(one_line(told.title), "bold")]
    if sum(sizes) + len(GAP) * (len(sizes) - 1) <= width:
        found.append(Content.styled(_aligned(heads, sizes, told), MUTED))
        found += [Content(_aligned(row, sizes, told)) for row in cells]
    else:
        for row in cells:
            found += _row(heads, row, width)
    return found + wrapped(told.note, width, MUTED)


def _aligned(cells: Sequence[str], sizes: Sequence[int], told: Table) -> str:
    parts = []
    for cell, size, column in zip(cells, sizes, told.columns, strict=True):
        cut = cell if len(cell) <= size else f"{cell[: size - 1]}…"
        parts.append(f"{cut:>{size}}" if column.figures else f"{cut:<{size}}")
    return GAP.join(parts).rstrip()


def _row(heads: Sequence[str], cells: Sequence[str], width: int) -> list[Content]:
    """Draw one row as its first value, then the others by name, wrapped."""
    parts: list[tuple[str, str]] = [(cells[0], "bold")]
    for head, cell in zip(heads[1:], cells[1:], strict=True):
        if cell:
            parts += [(f"{GAP}{head} " if head else GAP, MUTED), (cell, "")]
    return list(Content.assemble(*parts).wrap(max(1, width)))
