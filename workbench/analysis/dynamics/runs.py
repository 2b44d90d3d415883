"""A lineage as arrays: what it had reached after each of its steps, and at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.scores.table import Array
from workbench.model.lineage import Lineage, Point
from workbench.model.session import Session

TOLERANCE = 1e-9
"""Share of the best so far by which a reward must pass it to be an improvement."""


class Run(NamedTuple):
    """One search from its first feasible answer on; step 0 is that answer itself.

    All arrays have one entry per finished step, step 0 included. A step that gave nothing feasible,
    or no candidate at all, is a step: it has spent budget.
    """

    name: str
    best: Array
    """Best reward so far; it never falls."""
    rewards: Array
    """Of each step's own candidate; NaN where it has none."""
    evaluations: Array
    """Verifications so far."""
    usd: Array
    """Dollars so far."""
    elapsed: Array
    """Active seconds of the session."""

    @property
    def steps(self) -> int:
        """Finished steps after step 0."""
        return len(self.best) - 1

    @property
    def improvements(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The steps that gave a new best, in order."""
        before = self.best[:-1]
        return np.flatnonzero(self.best[1:] > before + TOLERANCE * np.abs(before)) + 1

    @property
    def gains(self) -> Array:
        """What each of `improvements` added to the best."""
        at = self.improvements
        return np.asarray(self.best[at] - self.best[at - 1], dtype=np.float64)


def run_of(lineage: Lineage) -> Run | None:
    """Return a lineage's run; None as long as it has nothing feasible."""
    return _run(lineage.name, _columns(lineage.curve))


def runs_of(session: Session) -> list[Run]:
    """Return the runs of all lineages that have something feasible."""
    found = (run_of(lineage) for lineage in session.lineages.values())
    return [run for run in found if run is not None]


def whole(session: Session) -> Run | None:
    """Return the session as one run: the steps of all lineages in the order they finished.

    Evaluations and dollars are the session's own, that of the initial files included.
    """
    initial = session.initial
    start = _NAN if initial is None or initial.reward is None else initial.reward
    spent = 0 if initial is None or initial.verdict is None else 1
    parts = [_columns([p for p in x.curve if p.step > 0]) for x in session.lineages.values()]
    parts = [part for part in parts if part.shape[1]]
    for part in parts:  # totals of a lineage become what each of its steps has spent
        part[_EVALUATIONS:_ELAPSED] = np.diff(part[_EVALUATIONS:_ELAPSED], prepend=0.0)
    first = np.array([[start], [start], [spent], [0.0], [0.0]])
    steps = np.concatenate(parts, axis=1) if parts else np.empty((len(first), 0))
    steps = steps[:, np.argsort(steps[_ELAPSED], kind="stable")]
    both = np.concatenate([first, steps], axis=1)
    both[_EVALUATIONS:_ELAPSED] = np.cumsum(both[_EVALUATIONS:_ELAPSED], axis=1)
    both[_BEST] = np.fmax.accumulate(both[_REWARDS])
    return _run("session", both)


def within(run: Run, evaluations: float) -> float:
    """Return the best feasible reward within a budget of evaluations; NaN where there is none.

    Feasible comes first whatever its sign: what has no feasible answer has no reward to compare.
    """
    at = int(np.searchsorted(run.evaluations, evaluations, side="right"))
    return float(run.best[at - 1]) if at else float("nan")


_NAN = float("nan")
_BEST, _REWARDS, _EVALUATIONS, _USD, _ELAPSED = range(5)
"""Rows of the array that a run is made from."""


def _columns(points: Sequence[Point]) -> Array:
    return np.array(
        [
            [_NAN if point.best is None else point.best for point in points],
            [_NAN if point.reward is None else point.reward for point in points],
            [point.evaluations for point in points],
            [point.usd for point in points],
            [point.elapsed for point in points],
        ],
        dtype=np.float64,
    )


def _run(name: str, columns: Array) -> Run | None:
    feasible = np.flatnonzero(~np.isnan(columns[_BEST]))
    return Run(name, *columns[:, feasible[0] :]) if len(feasible) else None
