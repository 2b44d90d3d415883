"""The event by which a lineage gets its turn, where lineages share one budget."""

from __future__ import annotations

from workbench.model.candidate import LineageId
from workbench.model.event.base import Event
from workbench.model.limits import Limits


class TurnGiven(Event, frozen=True, tag="turn_given"):
    """The allocator gave a lineage further steps out of what the session has left."""

    lineage: LineageId
    turn: int
    """Counted from 1 over the whole session."""
    steps: int
    share: Limits
    """What the lineage may spend from now on, in total; replaces its earlier share."""
    reason: str
    """Why this lineage, in one line."""
    odds: float = 1.0
    """What the allocator divides the turn's outcome by: how likely it was to choose so."""
