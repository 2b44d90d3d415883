"""Reading `--budget evaluations=200,usd=1,wall=10m`."""

from __future__ import annotations

import math
from collections.abc import Iterable

from workbench.cli import UsageError
from workbench.model.limits import Limits

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WHOLE = ("evaluations", "proposals", "tokens")


def read_limits(texts: Iterable[str]) -> Limits:
    """Turn budget texts into limits. Raises `UsageError` naming what is wrong and what is known."""
    found: dict[str, float] = {}
    for part in (part.strip() for text in texts for part in text.split(",")):
        key, sign, value = part.partition("=")
        if not sign:
            raise UsageError(f"--budget {part!r}: write KEY=VALUE, e.g. evaluations=200")
        if key == "wall":
            found["seconds"] = _seconds(value)
        elif key in _WHOLE or key == "usd":
            found[key] = _amount(key, value)
        else:
            known = ", ".join((*_WHOLE, "usd", "wall"))
            raise UsageError(f"--budget {key!r} is unknown; there are {known}")
    whole = {key: int(value) for key, value in found.items() if key in _WHOLE}
    return Limits(**whole, usd=found.get("usd"), seconds=found.get("seconds"))


def _amount(key: str, text: str) -> float:
    try:
        value = float(text) if key == "usd" else float(int(text))
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"--budget {key}={text}: not a positive number")
    return value


def _seconds(text: str) -> float:
    """Read 90, 90s, 10m, 2h or 1d."""
    unit = _UNITS.get(text[-1:])
    try:
        value = float(text[:-1]) * unit if unit is not None else float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"--budget wall={text}: write seconds, or a number with s, m, h or d")
    return value
