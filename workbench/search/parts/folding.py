"""What follows from a lineage's finished steps, kept up to date step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from workbench.model.lineage import Lineage, Point


class Fold(Protocol):
    """Something that is made of a lineage's steps, one by one."""

    def take(self, lineage: Lineage, point: Point) -> None:
        """Take in the next finished step: its place in the curve, in order, each once."""


T = TypeVar("T", bound=Fold)


class Folding(Generic[T]):
    """Keeps one lineage's `Fold`, so that a move costs no look at the whole tree.

    It holds nothing that the lineage could not give again: where the lineage is another one, or a
    person changed the rank of a candidate, it begins anew and comes to the same as if it had
    always known. Verdicts come in one order, which the curve keeps, so the order of folding is the
    same after a resume.
    """

    def __init__(self, begin: Callable[[Lineage], T]) -> None:
        """`begin` makes what the fold is before the first step, the origin's."""
        self._begin = begin
        self._lineage: Lineage | None = None
        self._revision = 0
        self._taken = 0
        self._fold: T

    def of(self, lineage: Lineage) -> T:
        """Return the fold of all finished steps of `lineage`."""
        if lineage is not self._lineage or lineage.revision != self._revision:
            self._lineage, self._revision, self._taken = lineage, lineage.revision, 0
            self._fold = self._begin(lineage)
        for point in lineage.curve[self._taken :]:
            self._fold.take(lineage, point)
        self._taken = len(lineage.curve)
        return self._fold
