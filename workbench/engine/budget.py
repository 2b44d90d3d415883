"""Budgets as people write them: ``evaluations=200,usd=1,wall=10m``."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec.structs import asdict, replace

from workbench.engine.create import PROPOSALS_PER_EVALUATION
from workbench.model.limits import Limits
from workbench.model.session import Session

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_WHOLE = ("evaluations", "proposals", "tokens")
_MOST = 10**15
"""Beyond every real budget, and well within what a session file can hold."""


def read(texts: Iterable[str]) -> Limits:
    """Turn budget texts into limits. Raises `ValueError`: what is wrong, and what is known."""
    found: dict[str, float] = {}
    for part in (part.strip() for text in texts for part in text.split(",")):
        key, sign, value = part.partition("=")
        if not sign:
            raise ValueError(f"{part!r}: write KEY=VALUE, e.g. evaluations=200")
        if key == "wall":
            found["seconds"] = _seconds(value)
        elif key in _WHOLE or key == "usd":
            found[key] = _amount(key, value)
        else:
            known = ", ".join((*_WHOLE, "usd", "wall"))
            raise ValueError(f"{key!r} is unknown; there are {known}")
    whole = {key: int(value) for key, value in found.items() if key in _WHOLE}
    return Limits(**whole, usd=found.get("usd"), seconds=found.get("seconds"))


def written(limits: Limits) -> str:
    """Return the text that gives these limits."""
    parts = [f"{key}={getattr(limits, key)}" for key in _WHOLE if getattr(limits, key) is not None]
    parts += [f"usd={limits.usd:g}"] if limits.usd is not None else []
    parts += [f"wall={limits.seconds:g}"] if limits.seconds is not None else []
    return ",".join(parts)


def raised(session: Session, given: Limits) -> Limits:
    """Return the session's limits with the `given` ones in their place.

    The proposals cap follows the evaluations unless it is given itself. Raises `ValueError` if
    more than that is spent already.
    """
    named = {key: value for key, value in asdict(given).items() if value is not None}
    limits = replace(session.limits, **named)
    if given.evaluations is not None and given.proposals is None:
        limits = replace(limits, proposals=PROPOSALS_PER_EVALUATION * given.evaluations)
    over = limits.exceeded_by(session.spent)
    if over is not None:
        spent = getattr(session.spent, over)
        raise ValueError(f"{over}: {spent:g} are spent already; give a larger total")
    return limits


def _amount(key: str, text: str) -> float:
    try:
        value = float(text) if key == "usd" else float(int(text))
    except (ValueError, OverflowError):
        value = math.nan
    if not 0 < value <= _MOST:
        raise ValueError(f"{key}={text[:40]}: not a positive number up to {_MOST:g}")
    return value


def _seconds(text: str) -> float:
    """Read 90, 90s, 10m, 2h or 1d."""
    unit = _UNITS.get(text[-1:])
    try:
        value = float(text[:-1]) * unit if unit is not None else float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= _MOST:
        raise ValueError(f"wall={text[:40]}: write seconds, or a number with s, m, h or d")
    return value
