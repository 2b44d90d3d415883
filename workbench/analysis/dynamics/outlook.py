"""What the next evaluation, or the next dollar, can be expected to gain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.dynamics.fit import Fit, Outcome
from workbench.analysis.dynamics.runs import Run

LEAST = 10
"""Steps that a window holds at least; below, what happened last says nothing of what comes."""


class Outlook(NamedTuple):
    """Expected gains of a run's own best, in reward; NaN where nothing can be said."""

    name: str
    steps: int
    """The last steps that `recent` is taken from: half of the run."""
    improvements: int
    """How many of them gave a new best."""
    recent: float
    """Gain per evaluation over these steps."""
    by_law: float
    """Gain of the next evaluation by the fitted laws of frequency and magnitude."""
    per_usd: float
    """Gain per dollar over these steps; NaN where none was spent."""
    reason: str = ""
    """Why `recent` is not known."""


def outlook(run: Run, often: Outcome | None = None, much: Outcome | None = None) -> Outlook:
    """Return what `run` may gain next; `often` and `much` are laws fitted to its kind of run."""
    window = max(LEAST, run.steps // 2)
    law = _by_law(run, often, much)
    if run.steps < LEAST:
        reason = f"only {run.steps} steps: {LEAST} are needed"
        return Outlook(run.name, run.steps, 0, float("nan"), law, float("nan"), reason)
    gain = float(run.best[-1] - run.best[-1 - window])
    evaluations = float(run.evaluations[-1] - run.evaluations[-1 - window])
    usd = float(run.usd[-1] - run.usd[-1 - window])
    improved = int((run.improvements > run.steps - window).sum())
    return Outlook(
        run.name,
        window,
        improved,
        gain / evaluations if evaluations else float("nan"),
        law,
        gain / usd if usd > 0 else float("nan"),
    )


def outlooks(runs: Sequence[Run], often: Outcome, much: Outcome) -> list[Outlook]:
    """Return the outlook of every run by laws that were fitted to all of them."""
    return [outlook(run, often, much) for run in runs]


def _by_law(run: Run, often: Outcome | None, much: Outcome | None) -> float:
    """Return chance × size of the next improvement, its size by this run's own scale."""
    gains = run.gains
    if not isinstance(often, Fit) or not isinstance(much, Fit) or not len(gains):
        return float("nan")
    k = np.arange(1, len(gains) + 1, dtype=np.float64)
    scale = float((gains * k**much.exponent).mean())
    size = scale * float(len(gains) + 1) ** -much.exponent
    chance = min(1.0, float(often.at(run.steps + 1)))
    steps, evaluations = run.steps, float(run.evaluations[-1] - run.evaluations[0])
    return float(chance * size * steps / evaluations) if evaluations else float("nan")
