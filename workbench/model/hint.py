"""A hint's life, as the journal tells it: queued, edited, taken at a step, or withdrawn."""

from __future__ import annotations

import msgspec

from workbench.model.candidate import LineageId
from workbench.model.event import HintId

EFFECT_STEPS = 5
"""How many steps after a hint was taken count towards its effect."""


class Taken(msgspec.Struct):
    """A hint in one lineage's move."""

    step: int
    before: float | None
    """The lineage's best reward when the hint was taken."""
    after: float | None
    """The lineage's best reward `steps` steps later."""
    steps: int = 0
    """Steps finished since, up to `EFFECT_STEPS`."""

    @property
    def gain(self) -> float | None:
        """Reward gained in the steps that followed, or None while either end is unknown."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


class Hint(msgspec.Struct):
    """A person's message to one, several or all lineages."""

    id: HintId
    text: str
    lineages: tuple[LineageId, ...]
    standing: bool
    author: str
    queued_at: float
    """Unix time, seconds."""
    withdrawn: bool = False
    taken: dict[LineageId, Taken] = msgspec.field(default_factory=dict)
    """The first move of each lineage that carried it."""

    def waits_for(self, lineage: LineageId) -> bool:
        """Whether the next move of `lineage` must carry this hint."""
        if self.withdrawn or lineage not in self.lineages:
            return False
        return self.standing or lineage not in self.taken

    @property
    def editable(self) -> bool:
        """Whether its text may still change: some lineage has yet to take it."""
        return any(self.waits_for(lineage) for lineage in self.lineages)

    @property
    def status(self) -> str:
        """One word for lists: queued, taken, standing or withdrawn."""
        if self.withdrawn:
            return "withdrawn"
        if self.standing:
            return "standing"
        return "queued" if self.editable else "taken"
