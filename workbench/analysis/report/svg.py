"""Figures as SVG, written here: small, without scripts, in the colours of the page around them."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator

import numpy as np

from workbench.analysis.report.axes import Scale, scales, usable
from workbench.analysis.report.document import Figure, Line
from workbench.analysis.report.style import CHART, PALETTE
from workbench.analysis.scores.table import Array
from workbench.model.words import one_line

Places = np.ndarray[tuple[int], np.dtype[np.int64]]

WIDTH, HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 132, 16, 46
MOST_POINTS = 900
"""Points of a line that are drawn: more lie closer together than a screen can show."""
_LABEL = 15
"""Height of a line's label."""
_CHARACTERS = 100
"""Of a line of words below a chart that stands alone."""
_NAME = 16
"""Letters of a name that fit beside the chart."""


def inline(figure: Figure) -> str:
    """Return a figure for a page that holds the styles of `style.CHART`."""
    named = html.escape(one_line(figure.title), quote=True)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{named}">'
        f"{''.join(_parts(figure))}</svg>"
    )


def standalone(figure: Figure) -> str:
    """Return a figure as a file of its own, its source written below it."""
    said = filter(None, [figure.title, figure.note, figure.source])
    below = [line for text in said for line in textwrap.wrap(one_line(text), _CHARACTERS)]
    texts = "".join(
        f'<text class="source" x="{_LEFT}" y="{HEIGHT + 14 + 15 * at}">{_text(line)}</text>'
        for at, line in enumerate(below)
    )
    height = HEIGHT + 10 + 15 * len(below)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}"><style>{PALETTE}{CHART}</style>'
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
        f"{''.join(_parts(figure))}{texts}</svg>\n"
    )


def _parts(figure: Figure) -> Iterator[str]:
    x, y = scales(figure)
    yield from _grid(figure, x, y)
    for rule in figure.rules:
        if 0 <= float(y.fraction(rule.y)) <= 1:
            at = _down(y, rule.y)
            yield f'<line class="rule" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{at}" y2="{at}"/>'
            yield f'<text class="named" x="{_LEFT + 6}" y="{at - 4}">{_text(rule.name)}</text>'
    for line in figure.lines:
        yield from _line(figure, line, x, y)
    yield from _labels(figure, x, y)


def _grid(figure: Figure, x: Scale, y: Scale) -> Iterator[str]:
    bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
    for value, label in y.ticks(6):
        at = _down(y, value)
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{at}" y2="{at}"/>'
        yield f'<text class="tick" x="{_LEFT - 8}" y="{at + 4}" text-anchor="end">{label}</text>'
    for value, label in x.ticks(8):
        at = _along(x, value)
        yield f'<line class="grid" x1="{at}" x2="{at}" y1="{_TOP}" y2="{bottom}"/>'
        yield f'<text class="tick" x="{at}" y="{bottom + 17}" text-anchor="middle">{label}</text>'
    yield f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>'
    middle = (_LEFT + right) / 2
    across = _text(figure.x.label + (", logarithmic" if figure.x.log else ""))
    up = _text(figure.y.label + (", logarithmic" if figure.y.log else ""))
    yield f'<text class="label" x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">{across}</text>'
    turned = f"rotate(-90 14 {(_TOP + bottom) / 2})"
    yield (
        f'<text class="label" x="14" y="{(_TOP + bottom) / 2}" text-anchor="middle" '
        f'transform="{turned}">{up}</text>'
    )


def _line(figure: Figure, line: Line, x: Scale, y: Scale) -> Iterator[str]:
    kept = _thinned(np.flatnonzero(usable(line, figure)))
    if not len(kept):
        return
    xs, ys = _along_all(x, line.x[kept]), _down_all(y, line.y[kept])
    title = f"<title>{_text(line.name)}</title>"
    style = f"s{(line.series - 1) % 8 + 1}" if line.series else "s0"
    if line.shape in ("dots", "marks"):
        marks = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(xs, ys, strict=True))
        yield f'<path class="{line.shape} {style}" d="{marks}">{title}</path>'
        return
    if line.shape == "band" and line.upper is not None:
        tops = _down_all(y, line.upper[kept])
        edge = [*zip(xs, ys, strict=True), *reversed(list(zip(xs, tops, strict=True)))]
        points = "L".join(f"{a:.1f} {b:.1f}" for a, b in edge)
        yield f'<path class="band {style}" d="M{points}Z">{title}</path>'
        return
    if line.shape == "steps":
        path = f"M{xs[0]:.1f} {ys[0]:.1f}" + "".join(
            f"H{a:.1f}V{b:.1f}" for a, b in zip(xs[1:], ys[1:], strict=True)
        )
    else:
        path = "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(xs, ys, strict=True))
    dashed = " dashes" if line.shape == "dashes" else ""
    yield f'<path class="line{dashed} {style}" d="{path}">{title}</path>'


def _thinned(places: Places) -> Places:
    """Return at most `MOST_POINTS` of the places, evenly spaced, the last one always."""
    if len(places) <= MOST_POINTS:
        return places
    chosen: Places = places[np.linspace(0, len(places) - 1, MOST_POINTS).round().astype(int)]
    return chosen


def _labels(figure: Figure, x: Scale, y: Scale) -> Iterator[str]:
    """Write each line's name where it ends, moved apart where names would lie on each other."""
    wanted = []
    for line in figure.lines:
        places = np.flatnonzero(usable(line, figure))
        if line.name and line.shape not in ("dots", "marks", "band") and len(places):
            wanted.append((_down(y, float(line.y[places[-1]])), line))
    wanted.sort(key=lambda item: item[0])
    room = HEIGHT - _BOTTOM - _TOP
    gap = min(_LABEL, room / max(1, len(wanted)))
    heights = [height for height, _ in wanted]
    for at in range(1, len(heights)):
        heights[at] = max(heights[at], heights[at - 1] + gap)
    floor = HEIGHT - _BOTTOM
    for at in range(len(heights) - 1, -1, -1):
        heights[at] = min(heights[at], floor - gap * (len(heights) - 1 - at))
    for height, (_, line) in zip(heights, wanted, strict=True):
        name = one_line(line.name)
        short = name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"
        style = f"s{(line.series - 1) % 8 + 1}" if line.series else "s0"
        yield (
            f'<text class="end {style}" x="{WIDTH - _RIGHT + 8}" y="{height + 4:.1f}">'
            f"{html.escape(short)}<title>{html.escape(name)}</title></text>"
        )


def _along(x: Scale, value: float) -> float:
    return round(float(_along_all(x, np.array([value]))[0]), 1)


def _down(y: Scale, value: float) -> float:
    return round(float(_down_all(y, np.array([value]))[0]), 1)


def _along_all(x: Scale, values: Array) -> Array:
    return np.asarray(_LEFT + x.fraction(values) * (WIDTH - _LEFT - _RIGHT))


def _down_all(y: Scale, values: Array) -> Array:
    room = HEIGHT - _TOP - _BOTTOM
    return np.asarray(_TOP + (1 - np.clip(y.fraction(values), 0, 1)) * room)


def _text(words: str) -> str:
    return html.escape(one_line(words))
