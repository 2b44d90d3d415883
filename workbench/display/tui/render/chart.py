"""A report's figure in braille: points, lines and their names, on linear or logarithmic axes."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from workbench.analysis.report.axes import Scale, scales, usable
from workbench.analysis.report.document import Figure, Line
from workbench.display import states
from workbench.display.states import MUTED
from workbench.display.text import one_line
from workbench.display.tui.render.canvas import Canvas
from workbench.display.tui.render.curve import Cell, join

_DASHES = ("11", "111100", "10", "11110100", "110", "1000", "111010", "1100")
"""Dots of each series style, so that lines differ without colour; ``dashes`` are the third."""
_SAMPLES = {"line": "──", "steps": "─┐", "dashes": "╌╌", "dots": "··", "marks": "••", "band": "▒▒"}


def rows(figure: Figure, width: int, height: int, dashed: bool = False) -> list[Content]:
    """Draw a figure into `width` × `height` cells, its title and the names of its lines included.

    `dashed` tells lines apart by dashes, for screens without hues.
    """
    x, y = scales(figure)
    named = _names(figure)
    high = max(3, height - 3 - len(named))
    labels = dict(_places(y, high))
    gutter = max((len(label) for label in labels.values()), default=0) + 1
    wide = max(8, width - gutter - 1)
    canvas = Canvas(wide, high)
    for number, line in enumerate(figure.lines, 1):
        _draw(canvas, figure, line, number, (x, y), dashed)
    drawn = [Content.assemble((one_line(figure.title), "bold"))]
    for row in range(high):
        label = labels.get(row, "")
        edge = "┤" if label else "│"
        cells: list[Cell] = [(sign, MUTED) for sign in f"{label:>{gutter - 1}}{edge}"]
        cells += [(sign, _style(figure, pen)) for sign, pen in canvas.cells(row)]
        drawn.append(join(cells))
    drawn.append(Content.styled(_axis(x, figure.x.label, gutter, wide), MUTED))
    return [*drawn, *named, Content.styled(_units(figure), MUTED)]


def _style(figure: Figure, pen: int) -> str:
    return _colour(figure.lines[pen - 1]) if pen else ""


def _colour(line: Line) -> str:
    return states.series(line.series) if line.series else MUTED


def _units(figure: Figure) -> str:
    axes = [
        f"{one_line(axis.label)}{' (log)' if axis.log else ''}" for axis in (figure.y, figure.x)
    ]
    return f"{axes[0]} over {axes[1]}"


def _names(figure: Figure) -> list[Content]:
    parts: list[tuple[str, str]] = []
    for line in figure.lines:
        if line.name and line.shape not in ("dots", "band"):
            parts += [(f"{_SAMPLES[line.shape]} {one_line(line.name)}  ", _colour(line))]
    return [Content.assemble(*parts)] if parts else []


def _places(y: Scale, high: int) -> list[tuple[int, str]]:
    found = []
    for value, label in y.ticks(max(2, high // 3)):
        row = round((1 - float(y.fraction(value))) * (high * 4 - 1)) // 4
        if 0 <= row < high:
            found.append((row, label))
    return found


def _axis(x: Scale, label: str, gutter: int, wide: int) -> str:
    line, end = list("─" * wide), -1
    for value, word in x.ticks(max(2, wide // 10)):
        at = round(float(x.fraction(value)) * (wide - 1))
        start = min(max(0, at - len(word) // 2), wide - len(word))
        if start > end and start >= 0:
            line[start : start + len(word)] = word
            end = start + len(word)
    return " " * (gutter - 1) + "└" + "".join(line)


def _draw(
    canvas: Canvas,
    figure: Figure,
    line: Line,
    pen: int,
    axes: tuple[Scale, Scale],
    dashed: bool,
) -> None:
    kept = np.flatnonzero(usable(line, figure))
    if not len(kept) or line.shape == "band":
        return
    across = axes[0].fraction(line.x[kept]) * (canvas.dots_wide - 1)
    down = (1 - np.clip(axes[1].fraction(line.y[kept]), 0, 1)) * (canvas.dots_high - 1)
    if line.shape in ("dots", "marks"):
        thick = range(2) if line.shape == "marks" else range(1)
        # Many points fall on one dot of the canvas; each dot is set once.
        places = across.round().astype(int) * canvas.dots_high + down.round().astype(int)
        for a, b in (divmod(place, canvas.dots_high) for place in np.unique(places).tolist()):
            for right in thick:
                for below in thick:
                    canvas.dot(a + right, b + below, pen, 2 * len(thick) - 2)
        return
    pattern = _DASHES[(line.series - 1) % len(_DASHES) if dashed and line.series else 0]
    pattern = _DASHES[2] if line.shape == "dashes" else pattern
    columns = np.arange(round(float(across[0])), round(float(across[-1])) + 1)
    if line.shape == "steps":
        heights = down[np.maximum(0, np.searchsorted(across, columns, side="right") - 1)]
    else:
        heights = np.interp(columns, across, down)
    before: int | None = None
    for column, height in zip(columns.tolist(), heights.round().astype(int).tolist(), strict=True):
        if pattern[column % len(pattern)] == "1":
            canvas.column(column, height if before is None else before, height, pen, 1)
        before = height
