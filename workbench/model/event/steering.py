"""Events by which a search is steered: pauses and ends, hints, findings, pins."""

from __future__ import annotations

from workbench.model.candidate import CandidateId, LineageId
from workbench.model.event.base import Event

HintId = int


class PauseRequested(Event, frozen=True, tag="pause_requested"):
    """These lineages are to stop at their next safe point."""

    lineages: tuple[LineageId, ...]
    by: str
    reason: str = ""


class LineagePaused(Event, frozen=True, tag="lineage_paused"):
    """A lineage reached its safe point: nothing of it is in flight."""

    lineage: LineageId


class LineageResumed(Event, frozen=True, tag="lineage_resumed"):
    """These lineages go on."""

    lineages: tuple[LineageId, ...]
    by: str


class LineageStopped(Event, frozen=True, tag="lineage_stopped"):
    """A lineage makes no further move unless its budget changes."""

    lineage: LineageId
    reason: str
    """``budget``, ``barren``, ``target`` or ``person``; ``model`` where none can be asked,
    ``command`` where it cannot be run, ``recording`` where it ends."""
    detail: str = ""


class HintQueued(Event, frozen=True, tag="hint_queued"):
    """A person's message waits for the next move of its lineages."""

    hint: HintId
    text: str
    lineages: tuple[LineageId, ...]
    standing: bool = False
    """Stays with every move until withdrawn, instead of the next one only."""
    author: str = ""


class HintEdited(Event, frozen=True, tag="hint_edited"):
    """The text of a hint changed before all its lineages took it."""

    hint: HintId
    text: str


class HintWithdrawn(Event, frozen=True, tag="hint_withdrawn"):
    """A hint reaches no further move."""

    hint: HintId


class HintTaken(Event, frozen=True, tag="hint_taken"):
    """A lineage's move carries the hint: it is in this step's proposal."""

    hint: HintId
    lineage: LineageId
    step: int


class CandidateJudged(Event, frozen=True, tag="candidate_judged"):
    """A person found a candidate wrong whatever its verdict says, or took that back.

    The verdict stays as it is. A wrong candidate has no rank, and those that follow are told why.
    """

    candidate: CandidateId
    reason: str
    """Why it is wrong; empty takes the judgement back."""
    author: str = ""


class CandidatePinned(Event, frozen=True, tag="candidate_pinned"):
    """A person wants lineages to be shown a candidate in every move, or no longer."""

    candidate: CandidateId
    lineages: tuple[LineageId, ...]
    pinned: bool = True
