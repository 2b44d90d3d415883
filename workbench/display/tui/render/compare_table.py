"""The table of compared candidates: as many columns as can be read, what differs first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from workbench.display import states
from workbench.display.states import ACCENT, MUTED
from workbench.display.tui.render.compare import Column, Row
from workbench.model.lineage import name_of

LEAST_CELL = 26
"""Cells that a column needs to be shown beside two others."""
GAP = 2


def fitting(width: int, count: int) -> int:
    """Return how many of `count` columns can be read: two always, more where there is room."""
    return min(count, max(2, (width - _label(width)) // (LEAST_CELL + GAP)))


def _label(width: int) -> int:
    return 11 if width < 60 else 15 if width < 120 else 24


def _cell_width(width: int, count: int) -> int:
    return max(4, (width - _label(width)) // count - GAP)


def heading(columns: Sequence[Column], width: int) -> Content:
    """Name the columns: mark, lineage, number."""
    room = _cell_width(width, len(columns))
    cells = [Content(" " * _label(width))]
    for place, (sign, candidate, _) in enumerate(columns):
        lineage = name_of(candidate.lineage)
        style = states.series(candidate.lineage) if candidate.lineage else ""
        letter = "ab"[place] if place < 2 else ""
        name = Content.assemble(
            (f"{sign} ", f"bold {ACCENT}"), (f"{lineage} #{candidate.id}", f"bold {style}")
        )
        told = Content.assemble(name, (f"  {letter}", MUTED))
        cells.append(told.truncate(room, ellipsis=True, pad=True).pad_right(GAP))
    return Content("").join(cells)


def lines(rows: Sequence[Row], count: int, width: int) -> list[Content]:
    """Draw the rows: those that differ, then what is the same in all, said once."""
    differing = [row for row in rows if row.differs]
    same = [row for row in rows if not row.differs]
    drawn = [line for row in differing for line in _row(row, width, count)]
    if same:
        title = "the same in all" if count > 2 else "the same in both"
        drawn += [Content(""), Content.styled(title, f"bold {ACCENT}")]
        drawn += [line for row in same for line in _row(row._replace(cells=row.cells[:1]), width)]
    return drawn


def _row(row: Row, width: int, count: int = 1) -> Iterator[Content]:
    """Draw a row, as high as its longest cell."""
    label, room = _label(width), _cell_width(width, count)
    folded = [cell.content.wrap(room) or [Content("")] for cell in row.cells]
    for line in range(max(map(len, folded))):
        name = row.name if line == 0 else ""
        parts = [Content.styled(name, MUTED).truncate(label - 1, ellipsis=True, pad=True)]
        for cell in folded:
            content = cell[line] if line < len(cell) else Content("")
            parts.append(content.truncate(room, pad=True).pad_right(GAP - 1))
        yield Content(" ").join(parts)
