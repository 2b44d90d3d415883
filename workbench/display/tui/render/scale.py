"""Axes: from values to a fraction of the axis and back, with round tick values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple, Protocol

from workbench.display.text import number


class Tick(NamedTuple):
    """A labelled place on an axis."""

    value: float
    label: str


Spell = Callable[[float], str]
"""Writes a value as it stands on an axis."""


class Scale(Protocol):
    """One axis. `low` lies at fraction 0 and `high` at 1."""

    low: float
    high: float

    def fraction(self, value: float) -> float:
        """Where `value` lies; outside 0..1 if it is off the axis."""

    def value(self, fraction: float) -> float:
        """What lies there: `fraction` the other way round."""

    def ticks(self, room: int) -> list[Tick]:
        """Return at most about `room` round values within the axis."""


def nice_step(span: float, room: int) -> float:
    """Return the smallest of 1, 2, 5 × 10ⁿ that cuts `span` into at most `room` parts."""
    if span <= 0:
        return 1.0
    raw = span / max(1, room)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1, 2, 5, 10):
        if factor * power >= raw * (1 - 1e-9):
            return factor * power
    return 10 * power


def _multiples(low: float, high: float, step: float) -> list[float]:
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [index * step for index in range(first, last + 1)]


class Linear:
    """An axis on which equal differences have equal lengths."""

    def __init__(self, low: float, high: float) -> None:
        """Span `low` to `high`; an empty span is widened around its value."""
        if not high > low:
            margin = abs(low) * 0.05 or 1.0
            low, high = low - margin, high + margin
        self.low, self.high = low, high

    def fraction(self, value: float) -> float:
        """Where `value` lies."""
        return (value - self.low) / (self.high - self.low)

    def value(self, fraction: float) -> float:
        """What lies there."""
        return self.low + fraction * (self.high - self.low)

    def ticks(self, room: int) -> list[Tick]:
        """Return round values, all written with the decimals that their distance needs."""
        step = nice_step(self.high - self.low, room)
        decimals = max(0, -math.floor(math.log10(step) + 1e-9))
        if decimals > 6 or step >= 1e6:
            return [Tick(value, number(value)) for value in _multiples(self.low, self.high, step)]
        return [
            Tick(value, f"{value:.{decimals}f}".replace("-", "−"))
            for value in _multiples(self.low, self.high, step)
        ]


_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400)


class Seconds(Linear):
    """A linear axis of time, with ticks that people tell time by."""

    def ticks(self, room: int) -> list[Tick]:
        """Return round times: ``30 s``, ``5 min``, ``2 h``."""
        raw = (self.high - self.low) / max(1, room)
        step = next((s for s in _TIME_STEPS if s >= raw), nice_step(self.high - self.low, room))
        size, unit = next(((n, u) for n, u in ((3600, "h"), (60, "min")) if step >= n), (1, "s"))
        return [
            Tick(value, f"{number(value / size)} {unit}" if value else "0")
            for value in _multiples(self.low, self.high, float(step))
        ]


class Dollars(Linear):
    """A linear axis of money."""

    def ticks(self, room: int) -> list[Tick]:
        """Return round amounts: ``$0.50``."""
        return [Tick(tick.value, dollars(tick.label)) for tick in super().ticks(room)]


def dollars(amount: str | float) -> str:
    """Write an amount on an axis."""
    return f"${amount if isinstance(amount, str) else number(amount)}"


def seconds(value: float) -> str:
    """Write a time on an axis without round times."""
    return f"{number(value)} s"


class Log:
    """An axis on which equal ratios have equal lengths; values below `low` lie on it."""

    def __init__(self, low: float, high: float, spell: Spell = number) -> None:
        """Span `low` to `high`, both above 0; spans of less than a factor 2 are widened.

        `spell` writes a value on the axis.
        """
        self._spell = spell
        if high < low * 2:
            low, high = low / 2, high * 2
        self.low, self.high = low, high
        self._base = math.log10(low)
        self._span = math.log10(high) - self._base

    def fraction(self, value: float) -> float:
        """Where `value` lies."""
        return (math.log10(max(value, self.low)) - self._base) / self._span

    def value(self, fraction: float) -> float:
        """What lies there."""
        return float(10.0 ** (self._base + fraction * self._span))

    def ticks(self, room: int) -> list[Tick]:
        """Return powers of ten, with 2 and 5 between them where there is room."""
        first, last = math.floor(self._base), math.ceil(self._base + self._span)
        for factors in ((1, 2, 5), (1, 3), (1,)):
            values = [f * 10.0**n for n in range(first, last + 1) for f in factors]
            inside = [v for v in values if self.low * 0.999 <= v <= self.high * 1.001]
            if len(inside) <= max(2, room):
                return [Tick(value, self._spell(value)) for value in inside]
        keep = math.ceil(len(inside) / max(1, room))
        return [Tick(value, self._spell(value)) for value in inside[::keep]]
