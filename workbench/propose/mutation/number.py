"""Numbers as text: how a literal's value is moved, and how the new one is written.

A positive or negative number moves by a factor, so its sign stays and its scale does not matter;
a number whose sign is open (zero, or one seen on both sides of it) moves by a term.
"""

from __future__ import annotations

import math

Number = int | float

LARGEST = 1e15
"""Beyond this a number is hardly a quantity (a mask, a hash, an infinity); it is left alone."""
_SMALLEST = 1e-12


def moved(value: Number, step: float, scale: float | None) -> Number:
    """Return `value` moved by `step`: by the factor e**step, or by the term step × scale.

    `scale` is None where the sign must stay. Integers stay integers and move by 1 at least.
    """
    raw = value * math.exp(step) if scale is None else value + step * scale
    raw = max(-LARGEST, min(LARGEST, raw))
    if isinstance(value, float):
        return raw
    whole = round(raw)
    if whole == value:
        away = 1 if (step > 0) == (value > 0 or scale is not None) else -1
        whole = value + away
    if scale is None and whole * value <= 0:
        return value
    return whole


def distance(before: Number, after: Number, scale: float | None) -> float:
    """Return the step that leads from `before` to `after`: the inverse of `moved`."""
    if scale is None and before * after > 0:
        return math.log(after / before)
    return (after - before) / (scale or max(abs(before), abs(after), _SMALLEST))


def written(value: Number, before: Number) -> str:
    """Return short text for `value` that still tells it from `before`.

    Two more digits than the change itself needs, so that a small step is not lost in rounding.
    """
    if isinstance(value, int):
        return str(value)
    if value == 0:
        return "0.0"
    relative = min(1.0, abs(value - before) / abs(value))
    digits = 17 if relative == 0 else min(17, 2 + math.ceil(-math.log10(max(relative, 1e-15))))
    text = f"{value:.{max(3, digits)}g}"
    if float(text) == before:
        text = repr(value)
    return text if any(mark in text for mark in ".e") else text + ".0"


def is_quantity(value: object) -> bool:
    """Whether `value` is a number worth moving: finite, no bool, of ordinary size."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) <= LARGEST
