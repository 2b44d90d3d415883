"""Events of a replay, beside those that it re-enacts."""

from __future__ import annotations

from workbench.model.candidate import LineageId
from workbench.model.event.base import Event


class ReplayDiffered(Event, frozen=True, tag="replay_differed"):
    """A replayed step came to something else than was recorded; what was recorded stands."""

    lineage: LineageId | None
    step: int
    what: str
    """``move``, ``proposal`` or ``verdict``; of a verdict, what was found this time stands."""
    message: str


class ReplayEnded(Event, frozen=True, tag="replay_ended"):
    """The recording is re-enacted: the search goes on by itself, or is over."""

    steps: int
    candidates: int
    differing: int
    """Steps that came to something else than was recorded."""
