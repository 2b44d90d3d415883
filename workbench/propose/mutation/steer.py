"""What hints ask of one move, in terms of the program at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from workbench.propose.mutation.literals import Literal
from workbench.propose.mutation.number import Number


class Lines(NamedTuple):
    """Lines of one file, both ends included."""

    path: str
    first: int
    last: int


@dataclass(frozen=True)
class Steer:
    """A reading of the hints; without hints it asks nothing."""

    only: frozenset[str] | None = None
    """Keys of the literals to choose from; None means all."""
    frozen: frozenset[str] = frozenset()
    """Keys of literals to leave alone."""
    starts: Mapping[str, Number] = field(default_factory=dict)
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    directions: Mapping[str, int] = field(default_factory=dict)
    """Key -> +1 for up, -1 for down."""
    lines: tuple[Lines, ...] = ()
    """Where structural edits may happen; empty means anywhere."""
    off: tuple[Lines, ...] = ()
    """Where no structural edit may happen."""
    family: str = ""
    """``constants`` or ``structure`` if the words of the hints chose one."""
    note: str = ""
    """For people: what was taken, and what was not understood."""

    @property
    def asks(self) -> bool:
        """Whether any of it constrains the move."""
        return self.only is not None or bool(self.frozen or self.lines or self.off or self.family)

    def chooses(self, literal: Literal) -> bool:
        """Whether `literal` may be changed."""
        key = literal.key
        return key not in self.frozen and (self.only is None or key in self.only)

    def reaches(self, path: str, first: int, last: int) -> bool:
        """Whether a structural edit of these lines is wanted."""
        if any(off.path == path and first <= off.last and off.first <= last for off in self.off):
            return False
        return not self.lines or any(
            lines.path == path and lines.first <= first and last <= lines.last
            for lines in self.lines
        )
