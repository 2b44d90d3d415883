"""Finding words in a diff as it is laid out: in what is shown, on both sides."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from workbench.display.tui.render.diff_draw import Hits
from workbench.display.tui.render.diff_rows import Layout, Row, Side, fold_points
from workbench.display.tui.render.find import CURRENT, HIT, find_in

Line = tuple[int, Side, int]
"""A file, a side, a line number."""


class Place(NamedTuple):
    """Where a search has found its words."""

    row: int
    """Row of the layout."""
    line: Line
    start: int
    stop: int


def places(layout: Layout, words: str) -> list[Place]:
    """Return every place of `words` in the rows, from the top down."""
    found: list[Place] = []
    for number, row in enumerate(layout.rows):
        if row.part or row.kind in ("file", "gap", "hidden"):
            continue
        for side in _sides(row):
            text = layout.text(row, side)
            spans = list(find_in(text, words))
            points = fold_points(text, _width(layout, side)) if layout.look.wrap and spans else (0,)
            line = (row.file, side, row.old if side == "old" else row.new)
            found += [
                Place(number + bisect_right(points, start) - 1, line, start, stop)
                for start, stop in spans
            ]
    return found


def hits(found: Sequence[Place], at: int) -> dict[Line, Hits]:
    """Return what to mark in which line; place `at` is where the search stands."""
    marked: dict[Line, Hits] = {}
    for number, place in enumerate(found):
        hit = (place.start, place.stop, CURRENT if number == at else HIT)
        marked[place.line] = (*marked.get(place.line, ()), hit)
    return marked


def _sides(row: Row) -> list[Side]:
    """Say on which sides of a row a line stands of its own: an unchanged one is counted once."""
    if row.kind == "same":
        return ["new"]
    sides: list[Side] = ["old"] if row.old else []
    return [*sides, "new"] if row.new else sides


def _width(layout: Layout, side: Side) -> int:
    left, right = layout.sides
    return left or right if side == "old" else right
