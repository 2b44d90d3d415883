"""Reward curves as plain columns of numbers, grown point by point from the session."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from typing import Literal

from workbench.model.candidate import LineageId
from workbench.model.lineage import Lineage, Point
from workbench.model.session import Session

XAxis = Literal["step", "time", "evaluations"]
X_AXES: tuple[XAxis, ...] = ("step", "time", "evaluations")
"""What a curve may run over, in the order `c` cycles through."""

_X: dict[XAxis, Callable[[Point], float]] = {
    "step": lambda point: float(point.step),
    "time": lambda point: point.elapsed,
    "evaluations": lambda point: float(point.evaluations),
}


class Series:
    """One lineage's curve: abscissae that never fall, best and raw rewards beside them."""

    def __init__(self, lineage: Lineage, axis: XAxis) -> None:
        """Begin with the origin's reward, at the place where the lineage starts."""
        self.number: LineageId = lineage.id
        self.name = lineage.name
        self.axis = axis
        # On the time axis a fork starts where its origin was made, on the others at zero.
        self.xs: list[float] = [lineage.origin.elapsed if axis == "time" else 0.0]
        self.best: list[float | None] = [lineage.origin.reward]
        self.first: float | None = lineage.origin.reward
        """The first known best, which is also the lowest: a best never falls."""
        self.raw: list[float | None] = [None]
        self.failed: list[float] = []
        """Places of steps that gave no feasible candidate."""
        self._taken = 0

    def absorb(self, lineage: Lineage) -> int:
        """Take in the points that are new; return how many there were."""
        new = lineage.curve[self._taken :]
        for point in new:
            x = max(self.xs[-1], _X[self.axis](point))
            self.xs.append(x)
            self.best.append(point.best)
            self.first = point.best if self.first is None else self.first
            self.raw.append(point.reward)
            if point.reward is None:
                self.failed.append(x)
        self._taken += len(new)
        return len(new)

    def best_at(self, x: float) -> float | None:
        """Return the best reward known at `x`; None before there was one."""
        index = bisect_right(self.xs, x) - 1
        return self.best[index] if index >= 0 else None


class Curves:
    """All curves of a session over one abscissa. `absorb` costs what is new."""

    def __init__(self, axis: XAxis) -> None:
        """Start empty."""
        self.axis = axis
        self.series: dict[LineageId, Series] = {}

    def absorb(self, session: Session) -> int:
        """Take in every new point of every lineage; return how many there were."""
        new = 0
        for number, lineage in session.lineages.items():
            series = self.series.get(number)
            if series is None:
                series = self.series[number] = Series(lineage, self.axis)
            new += series.absorb(lineage)
        return new

    def hint_places(self, session: Session) -> list[tuple[float, LineageId]]:
        """Return where each hint was first taken, by each lineage that took it."""
        places: list[tuple[float, LineageId]] = []
        for hint in session.hints.values():
            for number, taken in hint.taken.items():
                lineage = session.lineages[number]
                index = min(len(lineage.curve), taken.step) - 1
                if index >= 0:
                    places.append((_X[self.axis](lineage.curve[index]), number))
        return places

    @property
    def reach(self) -> float:
        """The furthest abscissa of any curve."""
        return max((series.xs[-1] for series in self.series.values()), default=0.0)

    def bounds(self) -> tuple[float, float] | None:
        """Return the lowest and highest best-so-far reward; None without any."""
        ends = [
            reward
            for series in self.series.values()
            for reward in (series.first, series.best[-1])
            if reward is not None
        ]
        return (min(ends), max(ends)) if ends else None
