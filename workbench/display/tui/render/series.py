"""Reward curves as plain columns of numbers, grown point by point from the session."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from workbench.model.candidate import LineageId
from workbench.model.lineage import Lineage, Point
from workbench.model.session import Session

XAxis = Literal["step", "evaluations", "usd", "time"]
X_AXES: tuple[XAxis, ...] = ("step", "evaluations", "usd", "time")
"""What a curve may run over, in the order `c` cycles through."""

_X: dict[XAxis, Callable[[Point], float]] = {
    "step": lambda point: float(point.step),
    "evaluations": lambda point: float(point.evaluations),
    "usd": lambda point: point.usd,
    "time": lambda point: point.elapsed,
}


def axes(session: Session) -> tuple[XAxis, ...]:
    """Return what the curves of a session may run over: dollars only where some are known."""
    return tuple(axis for axis in X_AXES if axis != "usd" or session.spent.usd > 0)


class Rise(NamedTuple):
    """Where the best of the whole session rose."""

    lineage: LineageId
    x: float
    reward: float


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

    def absorb(self, lineage: Lineage) -> list[tuple[float, Point]]:
        """Take in the points that are new; return them with their abscissae."""
        new = lineage.curve[self._taken :]
        placed: list[tuple[float, Point]] = []
        for point in new:
            x = max(self.xs[-1], _X[self.axis](point))
            self.xs.append(x)
            self.best.append(point.best)
            self.first = point.best if self.first is None else self.first
            self.raw.append(point.reward)
            if point.reward is None:
                self.failed.append(x)
            placed.append((x, point))
        self._taken += len(new)
        return placed

    @property
    def least(self) -> float | None:
        """The first abscissa above zero, where a logarithmic axis may begin; None without any."""
        index = bisect_right(self.xs, 0.0)
        return self.xs[index] if index < len(self.xs) else None

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
        self.rises: list[Rise] = []
        """Where the session's best rose, in the order in which it did."""
        self._top: float | None = None

    def absorb(self, session: Session) -> int:
        """Take in every new point of every lineage; return how many there were."""
        new: list[tuple[float, LineageId, float, Point]] = []
        for number, lineage in session.lineages.items():
            series = self.series.get(number)
            if series is None:
                series = self.series[number] = Series(lineage, self.axis)
            new += [(point.elapsed, number, x, point) for x, point in series.absorb(lineage)]
        for _, number, x, point in sorted(new, key=lambda item: item[:2]):
            if point.best is not None and (self._top is None or point.best > self._top):
                self._top = point.best
                if point.step > 0:  # what a lineage starts from is no rise
                    self.rises.append(Rise(number, x, point.best))
        return len(new)

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


def reach(shown: Iterable[Series]) -> float:
    """Return the furthest abscissa of any of these curves."""
    return max((series.xs[-1] for series in shown), default=0.0)


def bounds(shown: Iterable[Series]) -> tuple[float, float] | None:
    """Return the lowest and highest best-so-far reward of these curves; None without any."""
    ends = [
        reward
        for series in shown
        for reward in (series.first, series.best[-1])
        if reward is not None
    ]
    return (min(ends), max(ends)) if ends else None
