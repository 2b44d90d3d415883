"""The rows of a diff on the screen: what is folded, what is open, and how long lines wrap."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Literal, NamedTuple

import msgspec
from rich.cells import cell_len, chop_cells

from workbench.display.tui.render.diff import Diff, FileDiff

CONTEXT = 3
"""Unchanged lines shown around each change."""
LEAST = 2
"""Lines from which a stretch of unchanged ones is folded into a gap."""
NARROWEST = 8
"""Cells that a text has at least; what a narrower pane leaves of it is cut off."""

Kind = Literal["file", "hidden", "gap", "same", "del", "add", "pair"]
Side = Literal["old", "new"]
GapId = tuple[str, int]
"""A path, and the number of the first line in the gap, before the change."""


class Row(NamedTuple):
    """One row. Line numbers count from 1; 0 stands for none."""

    kind: Kind
    file: int
    """Place in `Diff.files`; in `Diff.hidden` for ``hidden``."""
    old: int = 0
    """Line number before; of a gap, its first line."""
    new: int = 0
    mate: int = 0
    """Of a line that went or came alone in its row: its counterpart's number."""
    part: int = 0
    """Which row of a line that takes several."""
    hidden: int = 0
    """Lines in a gap."""


class Look(msgspec.Struct, frozen=True):
    """How a person wants to read diffs."""

    split: bool = False
    """Side by side."""
    wrap: bool = False
    """Long lines go on in the next row."""


class Folds(msgspec.Struct):
    """What a person has folded and opened."""

    files: set[str] = msgspec.field(default_factory=set)
    """Paths that show their heading only."""
    gaps: set[GapId] = msgspec.field(default_factory=set)
    """Gaps that show their lines."""


class Layout(msgspec.Struct, frozen=True):
    """A diff laid out for a width."""

    diff: Diff
    look: Look
    rows: tuple[Row, ...]
    stops: tuple[int, ...]
    """Rows that can be opened and closed: headings and gaps."""
    digits: int
    """Cells of a line number."""
    width: int
    """Cells of a whole row."""
    longest: int = 0
    """Cells of the longest text."""

    @property
    def gutter(self) -> int:
        """Cells before the text: line numbers, sign, spaces."""
        return self.digits + 3 if self.look.split else 2 * self.digits + 4

    @property
    def sides(self) -> tuple[int, int]:
        """Cells of the texts on the left and on the right; only the latter without `split`."""
        if not self.look.split:
            return 0, max(NARROWEST, self.width - self.gutter)
        left = (self.width - 1) // 2
        right = self.width - 1 - left
        return max(NARROWEST, left - self.gutter), max(NARROWEST, right - self.gutter)

    @property
    def scrolled_width(self) -> int:
        """Cells a row would need for its longest text."""
        if self.look.wrap:
            return self.width
        return self.width + max(0, self.longest - min(side for side in self.sides if side))

    def text(self, row: Row, side: Side) -> str:
        """Return the text of a row's line on one side."""
        file = self.diff.files[row.file]
        return file.old[row.old - 1] if side == "old" else file.new[row.new - 1]

    def cells(self, row: Row) -> int:
        """Return the cells of a row's longer text."""
        if row.kind in ("file", "gap", "hidden"):
            return 0
        one = cell_len(self.text(row, "old")) if row.old else 0
        return max(one, cell_len(self.text(row, "new"))) if row.new else one

    def place_of(self, row: Row) -> int:
        """Return where a row of another layout of the same diff stands in this one."""
        for place, one in enumerate(self.rows):
            if one.kind == "hidden" or one.file > row.file:
                return place
            if one.file == row.file and (
                (row.old and one.old >= row.old) or (row.new and one.new >= row.new)
            ):
                return place
            if one.file == row.file and not row.old and not row.new:
                return place
        return max(0, len(self.rows) - 1)


def lay_out(diff: Diff, look: Look, folds: Folds, width: int) -> Layout:
    """List the rows of a diff. A few milliseconds for thousands of lines."""
    digits = max(3, len(str(diff.last)))
    bare = Layout(diff, look, (), (), digits, width)
    rows: list[Row] = []
    for number, file in enumerate(diff.files):
        rows.append(Row("file", number))
        if file.path in folds.files:
            continue
        lines = _lines(file, number, look, folds)
        rows += _wrapped(file, lines, bare.sides) if look.wrap else lines
    rows += [Row("hidden", number) for number in range(len(diff.hidden))]
    stops = tuple(place for place, row in enumerate(rows) if row.kind in ("file", "gap"))
    longest = 0 if look.wrap else max(map(bare.cells, rows), default=0)
    return msgspec.structs.replace(bare, rows=tuple(rows), stops=stops, longest=longest)


def _lines(file: FileDiff, number: int, look: Look, folds: Folds) -> Iterator[Row]:
    """List a file's rows, each line on one."""
    x = y = 0
    for change, pairs in zip(file.changes, file.pairs, strict=True):
        yield from _same(file, number, folds, x, y, change.a - x)
        if look.split:
            yield from (Row("pair", number, old, new) for old, new in pairs)
        else:
            yield from (Row("del", number, old, 0, mate) for old, mate in pairs if old)
            yield from (Row("add", number, 0, new, mate) for mate, new in pairs if new)
        x, y = change.b, change.d
    yield from _same(file, number, folds, x, y, len(file.old) - x)


def _same(file: FileDiff, number: int, folds: Folds, x: int, y: int, count: int) -> Iterator[Row]:
    """List unchanged lines from `x` and `y` on, most of them as a gap."""
    above = CONTEXT if x else 0
    below = CONTEXT if x + count < len(file.old) or y + count < len(file.new) else 0
    hidden = count - above - below
    if hidden < LEAST:
        above, hidden = count, 0
    yield from (Row("same", number, x + n + 1, y + n + 1) for n in range(above))
    if not hidden:
        return
    yield Row("gap", number, x + above + 1, y + above + 1, hidden=hidden)
    opened = (file.path, x + above + 1) in folds.gaps
    start = above if opened else above + hidden
    yield from (Row("same", number, x + n + 1, y + n + 1) for n in range(start, count))


def _wrapped(file: FileDiff, lines: Iterator[Row], sides: tuple[int, int]) -> Iterator[Row]:
    """Give every line as many rows as it needs."""
    left, right = sides
    for row in lines:
        yield row
        if row.kind == "gap":
            continue
        needed = 1
        if row.old and (left or not row.new):
            needed = len(fold_points(file.old[row.old - 1], left or right))
        if row.new:
            needed = max(needed, len(fold_points(file.new[row.new - 1], right)))
        yield from (row._replace(part=part) for part in range(1, needed))


def fold_points(text: str, width: int) -> tuple[int, ...]:
    """Return where each row of a text begins that is folded at `width` cells."""
    if text.isascii():
        return tuple(range(0, max(1, len(text)), width))
    parts = chop_cells(text, max(2, width))
    return tuple(accumulate((len(part) for part in parts[:-1]), initial=0))
