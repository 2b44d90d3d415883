"""Values as readers see them, and as spreadsheets read them."""

from __future__ import annotations

import math

from workbench.analysis.report.document import Form, Value
from workbench.model.words import number, one_line

NOTHING = "–"
_FORMULA = ("=", "+", "-", "@")


def shown(value: Value, form: Form = "plain") -> str:
    """Return a value for people, numbers in a column's form; a dash where there is none."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NOTHING
    if isinstance(value, str):
        return one_line(value)
    if form == "share":
        return f"{value:.1%}"
    if isinstance(value, int):
        return str(value)
    return number(float(f"{value:.3g}") if form == "brief" else value)


def stored(value: Value) -> str:
    """Return a value for a file of comma-separated values, with every digit.

    A text that a spreadsheet would run as a formula is told apart by an apostrophe.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        text = one_line(value)
        return f"'{text}" if text.startswith(_FORMULA) else text
    return repr(value)


def percent(share: float) -> str:
    """Return a share as a percentage; a dash where there is none."""
    return NOTHING if math.isnan(share) else f"{share:.1%}"


def plus_minus(value: float, error: float) -> str:
    """Return a figure with its standard error, digits as the error warrants."""
    digits = 2 if error >= 0.095 or error == 0 else 3
    return f"{value:.{digits}f} ± {error:.{digits}f}".replace("-", "−")


def ranged(value: float, low: float, high: float) -> str:
    """Return a figure with its interval, if it has one."""
    if math.isnan(value):
        return NOTHING
    if math.isnan(low) or math.isnan(high):
        return _brief(value)
    return f"{_brief(value)} [{_brief(low)}, {_brief(high)}]"


def _brief(value: float) -> str:
    return number(float(f"{value:.4g}"))


def chance(p: float) -> str:
    """Return a p-value; a dash where no test was made."""
    if math.isnan(p):
        return NOTHING
    return f"{p:.3f}" if p >= 0.001 else "<0.001"
