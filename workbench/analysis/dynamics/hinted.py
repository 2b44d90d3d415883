"""What hints were worth: the gain after each against matched steps without one.

Gains fall as a search goes on, so a hint at step t is compared with stretches of as many steps that
begin near t, in any lineage, and carry no hint.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from workbench.analysis.scores.table import Array
from workbench.analysis.uncertainty.bootstrap import Interval, of_mean
from workbench.model.hint import EFFECT_STEPS
from workbench.model.lineage import Lineage
from workbench.model.session import Session

NEAR = 1.25
"""A stretch matches that begins within this factor of the hint's step."""


class Hinted(NamedTuple):
    """One hint in one lineage."""

    hint: int
    lineage: str
    step: int
    gain: float
    """Gain of the lineage's best in the `EFFECT_STEPS` steps from the hint's on; NaN while they are
    not all done, or nothing was feasible before."""
    matched: float
    """Mean gain of the stretches it is compared with; NaN without any."""
    stretches: int


class HintEffect(NamedTuple):
    """All hints of a session, and what they came to together."""

    each: tuple[Hinted, ...]
    difference: Interval
    """Mean gain beyond the matched stretches; NaN without any hint that can be compared."""
    reason: str = ""
    """Why there is no difference."""


class _Curve(NamedTuple):
    lineage: Lineage
    steps: Array
    gains: Array
    """At each place, what the stretch that begins there added to the best before it."""
    clear: Array
    """The same where no hint was taken near the stretch; NaN elsewhere."""


def hint_effect(session: Session) -> HintEffect:
    """Return what the hints of a session were worth."""
    curves = {number: _curve(session, lineage) for number, lineage in session.lineages.items()}
    each: list[Hinted] = []
    for hint in session.hints.values():
        for number, taken in hint.taken.items():
            each.append(_hinted(hint.id, curves[number], taken.step, list(curves.values())))
    compared = [x for x in each if np.isfinite(x.gain) and np.isfinite(x.matched)]
    reason = ""
    if not each:
        reason = "no hint was taken"
    elif not compared:
        reason = f"no hint has {EFFECT_STEPS} steps after it and matched steps without a hint"
    return HintEffect(tuple(each), of_mean([x.gain - x.matched for x in compared]), reason)


def _curve(session: Session, lineage: Lineage) -> _Curve:
    nan = float("nan")
    steps = np.array([point.step for point in lineage.curve], dtype=np.float64)
    best = np.array([nan if p.best is None else p.best for p in lineage.curve], dtype=np.float64)
    gains = np.full(len(best), nan)
    if len(best) > EFFECT_STEPS:
        gains[1 : len(best) - EFFECT_STEPS + 1] = best[EFFECT_STEPS:] - best[:-EFFECT_STEPS]
    clear = gains.copy()
    for hint in session.hints.values():
        taken = hint.taken.get(lineage.id)
        if taken is not None:
            at = int(np.searchsorted(steps, taken.step))
            clear[max(0, at - EFFECT_STEPS + 1) : at + EFFECT_STEPS] = nan
    return _Curve(lineage, steps, gains, clear)


def _hinted(hint: int, curve: _Curve, step: int, curves: list[_Curve]) -> Hinted:
    at = int(np.searchsorted(curve.steps, step))
    gain = float(curve.gains[at]) if at < len(curve.gains) else float("nan")
    low, high = max(1, math.ceil(at / NEAR)), int(at * NEAR)
    near = np.concatenate([other.clear[low : high + 1] for other in curves])
    seen = near[np.isfinite(near)]
    matched = float(seen.mean()) if len(seen) else float("nan")
    return Hinted(hint, curve.lineage.name, step, gain, matched, len(seen))
