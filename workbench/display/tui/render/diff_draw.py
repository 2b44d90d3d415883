"""Rows of a diff as they look: line numbers and signs that stay, texts that scroll beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec
from textual.content import Content, Span

from workbench.display import text
from workbench.display.states import ACCENT, MUTED
from workbench.display.tui.render.diff_rows import Layout, Row, Side, fold_points
from workbench.display.tui.render.diff_words import Marks, marks
from workbench.display.tui.render.syntax import Spans

SIGNS = {"add": "+", "del": "−", "same": " "}

Hits = tuple[tuple[int, int, str], ...]
"""Stretches of a line that a search has found: from, to, style."""


class Piece(NamedTuple):
    """A part of a row."""

    content: Content
    width: int
    """Cells it takes, whatever its content."""
    scrolls: bool = False
    """Whether it moves when the pane is scrolled sideways."""
    tint: str = ""
    """Style of all its cells."""


class Extras(msgspec.Struct, frozen=True):
    """What is drawn over the texts."""

    syntax: Callable[[int, Side], tuple[Spans, ...]] = lambda file, side: ()
    """Colours of a file's lines, before or after; empty while they are not known."""
    hits: Mapping[tuple[int, Side, int], Hits] = {}
    """What a search has found, by file, side and line number."""
    stop: int = -1
    """The row that enter opens or closes; -1 for none."""


def draw(layout: Layout, place: int, extras: Extras, opened: Callable[[Row], bool]) -> list[Piece]:
    """Draw row `place`. `opened` tells whether a heading or a gap shows what it stands for."""
    row = layout.rows[place]
    if row.kind in ("file", "gap", "hidden"):
        return [Piece(_heading(layout, row, place == extras.stop, opened(row)), layout.width)]
    if not layout.look.split:
        return _line(layout, row, extras)
    left, right = _halves(row)
    return [
        *_side(layout, row, left, "old", extras),
        Piece(Content.styled("│", MUTED), 1),
        *_side(layout, row, right, "new", extras),
    ]


def _heading(layout: Layout, row: Row, stop: bool, opened: bool) -> Content:
    """Draw the heading of a file, or a gap; the one that enter acts on says what it does."""
    if row.kind == "hidden":
        words = "differs only in what is not shown: control characters, tabs, ends of lines"
        path = text.one_line(layout.diff.hidden[row.file])
        return Content.styled(f"  {path}  {words}", MUTED)
    does = ("hides them" if opened else "shows them") if row.kind == "gap" else ""
    does = does or ("folds" if opened else "unfolds")
    hint = (f"  ⏎ {does}", f"bold {ACCENT}") if stop else ""
    if row.kind == "gap":
        indent = " " * (layout.gutter - 2)
        return Content.assemble((f"{indent}⋮ {row.hidden} unchanged", MUTED), hint)
    file = layout.diff.files[row.file]
    mark = "▾" if opened else "▸"
    told = f"{mark} {text.one_line(file.path)}  +{file.added} −{file.removed}"
    return Content.assemble((told, f"bold {ACCENT}"), hint)


def _line(layout: Layout, row: Row, extras: Extras) -> list[Piece]:
    """Draw a line of the unified form."""
    digits = layout.digits
    sign = SIGNS[row.kind]
    gutter = f"{row.old or '':>{digits}} {row.new or '':>{digits}} {sign} "
    if row.part:
        gutter = f"{'':>{2 * digits + 1}} {sign} "
    side: Side = "old" if row.kind == "del" else "new"
    tint = "" if row.kind == "same" else f"on $diff-{row.kind}"
    body = _text(layout, row, side, layout.sides[1], extras)
    style = MUTED if row.kind == "same" else "bold"
    return [
        Piece(Content.styled(gutter, style), layout.gutter, tint=tint),
        Piece(body, layout.sides[1], True, tint),
    ]


def _halves(row: Row) -> tuple[str, str]:
    """Say what stands on each side: ``same``, ``del``, ``add``, or nothing."""
    if row.kind == "same":
        return "same", "same"
    return "del" if row.old else "", "add" if row.new else ""


def _side(layout: Layout, row: Row, kind: str, side: Side, extras: Extras) -> list[Piece]:
    """Draw one half of a row that has lines side by side."""
    width = layout.sides[side == "new"]
    if not kind:
        return [Piece(Content.styled("╱" * (layout.gutter + width), MUTED), layout.gutter + width)]
    number = row.old if side == "old" else row.new
    shown = "" if row.part else number
    sign = SIGNS[kind]
    tint = "" if kind == "same" else f"on $diff-{kind}"
    gutter = Content.styled(f"{shown:>{layout.digits}} {sign} ", MUTED if not tint else "bold")
    body = _text(layout, row, side, width, extras)
    return [Piece(gutter, layout.gutter, tint=tint), Piece(body, width, True, tint)]


def _text(layout: Layout, row: Row, side: Side, width: int, extras: Extras) -> Content:
    """Draw the text of a line with its colours, its changed words and what a search found."""
    words = layout.text(row, side)
    number = row.old if side == "old" else row.new
    coloured = extras.syntax(row.file, side)
    spans = [Span(*span) for span in coloured[number - 1]] if number <= len(coloured) else []
    word = f"bold on $diff-{'del' if side == 'old' else 'add'}-word"
    spans += [Span(start, stop, word) for start, stop in _changed(layout, row, side)]
    spans += [Span(*hit) for hit in extras.hits.get((row.file, side, number), ())]
    content = Content(words, spans, strip_control_codes=False)
    if not layout.look.wrap:
        return content
    points = (*fold_points(words, width), len(words))
    if row.part >= len(points) - 1:
        return Content("")
    return content[points[row.part] : points[row.part + 1]]


def _changed(layout: Layout, row: Row, side: Side) -> Marks:
    """Return the words that changed within a line that has a counterpart."""
    if row.kind == "same":
        return ()
    old, new = row.old or row.mate, row.new or row.mate
    if not old or not new:
        return ()
    file = layout.diff.files[row.file]
    return marks(file.old[old - 1], file.new[new - 1])[side == "new"]
