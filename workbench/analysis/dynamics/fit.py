"""A power law y = scale · x^−exponent fitted to data, or the reason why it is not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.analysis.scores.table import Array

LEAST = 8
"""Points below which no law is fitted."""
WIDEST = 0.5
"""Standard error of an exponent from which on the fit says nothing."""
SPAN = 3.0
"""Factor that the abscissae must span: within less, every smooth curve is a power law."""


class Fit(NamedTuple):
    """A fitted law."""

    method: str
    exponent: float
    """How fast it falls: 1 is the law of 1/x."""
    error: float
    """Standard error of the exponent."""
    scale: float
    """The law's value at x = 1."""
    r2: float
    """Share of the variance of log y over the points that the law explains; below 0 where a level
    line explains more."""
    points: int
    """What the fit rests on: bins or gains for log-log, improvements for likelihood."""

    def at(self, x: Array | float) -> Array:
        """Return the law's value at `x`."""
        return np.asarray(self.scale * np.asarray(x, dtype=np.float64) ** -self.exponent)


class Refused(NamedTuple):
    """A fit that was not made."""

    method: str
    reason: str


Outcome = Fit | Refused


def too_few(method: str, count: int, what: str) -> Refused | None:
    """Refuse below `LEAST` points."""
    if count >= LEAST:
        return None
    return Refused(method, f"only {count} {what}: {LEAST} are needed")


def too_narrow(method: str, x: Array, what: str) -> Refused | None:
    """Refuse abscissae that span less than a factor of `SPAN`."""
    low, high = float(x.min()), float(x.max())
    if high >= SPAN * low:
        return None
    return Refused(method, f"{what} {low:g} to {high:g} span less than a factor of {SPAN:g}")


def accepted(fit: Fit) -> Outcome:
    """Refuse a fit whose exponent is not known well enough to mean anything."""
    if np.isfinite(fit.error) and fit.error <= WIDEST:
        return fit
    wide = f"the exponent is {fit.exponent:.2f} ± {fit.error:.2f}"
    return Refused(fit.method, f"the data do not carry it: {wide}")


def log_log(x: Array, y: Array, method: str = "log-log") -> Outcome:
    """Fit by ordinary least squares on logarithms; every value must lie above zero."""
    refused = too_few(method, len(x), "points") or too_narrow(method, x, "abscissae")
    if refused is not None:
        return refused
    across, up = np.log(x), np.log(y)
    slope, error = slope_of(across - across.mean(), up - up.mean(), len(x) - 2)
    scale = float(np.exp(up.mean() - slope * across.mean()))
    fit = Fit(method, -slope, error, scale, 0.0, len(x))
    return accepted(fit._replace(r2=r2(up, np.log(fit.at(x)))))


def slope_of(across: Array, up: Array, free: int) -> tuple[float, float]:
    """Return the least-squares slope of centred data and its standard error.

    `free` is what is left of the number of points after all that was estimated.
    """
    square = float((across**2).sum())
    slope = float((across * up).sum()) / square
    rest = float(((up - slope * across) ** 2).sum())
    return slope, float(np.sqrt(rest / max(1, free) / square))


def r2(seen: Array, told: Array) -> float:
    """Return the share of the variance of `seen` that `told` explains."""
    total = float(((seen - seen.mean()) ** 2).sum())
    if total == 0:
        return 1.0 if np.allclose(seen, told) else float("nan")
    return 1.0 - float(((seen - told) ** 2).sum()) / total
