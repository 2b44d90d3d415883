"""Where values lie on a chart, and the round values that are named there."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from workbench.analysis.report.document import Axis, Figure, Line
from workbench.analysis.scores.table import Array
from workbench.model.words import number

PADDING = 0.06
"""Room left beyond the outermost values, as a share of a linear axis."""
FAR = 4.0
"""How many times the curves' own span a rule may widen the axis; farther ones are left out."""


class Scale(NamedTuple):
    """One axis with its range."""

    low: float
    high: float
    log: bool

    def fraction(self, values: Array | float) -> Array:
        """Return where values lie, 0 at `low` and 1 at `high`."""
        data = np.asarray(values, dtype=np.float64)
        if not self.log:
            return np.asarray((data - self.low) / (self.high - self.low))
        span = math.log10(self.high / self.low)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.log10(np.maximum(data, 1e-300) / self.low) / span)

    def ticks(self, room: int) -> list[tuple[float, str]]:
        """Return at most about `room` round values within the axis, with their labels."""
        if self.log:
            return _powers(self.low, self.high, room)
        step = _step((self.high - self.low) / max(1, room))
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [(at * step, number(at * step)) for at in range(first, last + 1)]


def scales(figure: Figure) -> tuple[Scale, Scale]:
    """Return both axes of a figure, wide enough for its lines and for rules that lie near."""
    across = _values(figure.x, [line.x for line in figure.lines])
    up = _values(figure.y, [y for line in figure.lines for y in _heights(line)])
    low, high = _ends(up)
    for rule in figure.rules:
        wider = max(high, rule.y) - min(low, rule.y)
        usable = not figure.y.log or rule.y > 0
        if usable and (high == low or wider <= FAR * (high - low)):
            low, high = min(low, rule.y), max(high, rule.y)
    return _scale(figure.x, *_ends(across), padding=0.0), _scale(figure.y, low, high, PADDING)


def usable(line: Line, figure: Figure) -> Array:
    """Return which points of a line can be drawn: finite, and above zero on logarithmic axes."""
    kept = np.isfinite(line.x) & np.isfinite(line.y)
    if figure.x.log:
        kept &= line.x > 0
    if figure.y.log:
        kept &= line.y > 0
    return np.asarray(kept)


def _heights(line: Line) -> list[Array]:
    return [line.y] if line.upper is None else [line.y, line.upper]


def _values(axis: Axis, parts: list[Array]) -> Array:
    data = np.concatenate(parts) if parts else np.empty(0)
    data = data[np.isfinite(data)]
    return data[data > 0] if axis.log else data


def _ends(values: Array) -> tuple[float, float]:
    if not len(values):
        return 1.0, 1.0
    return float(values.min()), float(values.max())


def _scale(axis: Axis, low: float, high: float, padding: float) -> Scale:
    if axis.log:
        if high < 2 * low:
            low, high = low / 1.5, high * 1.5
        return Scale(low * 0.85, high * 1.18, True) if padding else Scale(low, high, True)
    if high <= low:
        margin = abs(low) * 0.05 or 1.0
        low, high = low - margin, high + margin
    room = (high - low) * padding
    return Scale(low - room, high + room, False)


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next((f * power for f in (1, 2, 5) if f * power >= least * (1 - 1e-9)), 10 * power)


def _powers(low: float, high: float, room: int) -> list[tuple[float, str]]:
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    inside: list[float] = []
    for factors in ((1, 2, 5), (1, 3), (1,)):
        values = [f * 10.0**n for n in range(first, last + 1) for f in factors]
        inside = [value for value in values if low * 0.999 <= value <= high * 1.001]
        if len(inside) <= room:
            break
    kept = inside[:: max(1, math.ceil(len(inside) / max(1, room)))]
    return [(value, number(value)) for value in kept]
