"""Events of a step: the move, what was proposed, and the verdict on it."""

from __future__ import annotations

import msgspec

from workbench.model.candidate import CandidateId, LineageId
from workbench.model.event.base import Event
from workbench.model.event.steering import HintId
from workbench.model.limits import Spend
from workbench.model.traits import Traits
from workbench.model.verdict import Verdict


class MoveChosen(Event, frozen=True, tag="move_chosen"):
    """A strategy decided a lineage's next step; its worst-case cost is reserved."""

    lineage: LineageId
    step: int
    basis: int
    """Sequence number of the last event of this lineage that the strategy saw."""
    operator: str
    parents: tuple[CandidateId, ...]
    inspirations: tuple[CandidateId, ...] = ()
    hints: tuple[HintId, ...] = ()
    reserved: Spend = Spend()


class ProposalMade(Event, frozen=True, tag="proposal_made"):
    """A proposal gave a new candidate."""

    candidate: CandidateId
    lineage: LineageId | None
    step: int
    digest: str
    files: dict[str, str]
    parents: tuple[CandidateId, ...]
    operator: str
    proposer: str
    note: str = ""
    hint_note: str = ""
    hints: tuple[HintId, ...] = ()
    detail: dict[str, object] = msgspec.field(default_factory=dict)
    prompt: tuple[str, ...] = ()
    """Blob digests of the prompt's parts, in order."""
    reply: str | None = None
    seconds: float = 0.0
    spend: Spend = Spend()
    traits: Traits | None = None
    """None in journals from before they were taken."""


class CallFailed(Event, frozen=True, tag="call_failed"):
    """A call to a model, or the sandbox of a command, failed; the step goes on unless something
    else says not."""

    lineage: LineageId
    step: int
    model: str
    failure: str
    """What kind of failure, in words: ``rate limit``, ``network`` ..."""
    message: str
    attempt: int
    """Counted from 1 within the step."""
    retry_seconds: float | None = None
    """Until the next attempt; None when there is none."""
    spend: Spend = Spend()
    """What the call is known to cost all the same."""
    prompt: tuple[str, ...] = ()
    reply: str | None = None
    """What had arrived of an answer."""


class ProposalFailed(Event, frozen=True, tag="proposal_failed"):
    """A proposal gave nothing to verify: unusable, a candidate already seen, or never made."""

    lineage: LineageId
    step: int
    reason: str
    """``duplicate`` (of a candidate, or a strategy's filter took it for one), ``unusable``, or
    ``aborted``: nothing was in flight, nothing is charged."""
    message: str
    duplicate_of: CandidateId | None = None
    detail: dict[str, object] = msgspec.field(default_factory=dict)
    hint_note: str = ""
    prompt: tuple[str, ...] = ()
    reply: str | None = None
    seconds: float = 0.0
    spend: Spend = Spend()
    digest: str = ""
    """Of the files of a duplicate; they are kept nowhere."""
    traits: Traits | None = None
    """Of a duplicate."""


class ProposalLost(Event, frozen=True, tag="proposal_lost"):
    """A paid call was cut off mid-flight: its cost is unknown and stays at its reservation."""

    lineage: LineageId
    step: int
    spend: Spend


class VerdictReached(Event, frozen=True, tag="verdict_reached"):
    """A verification ran and said something of a candidate."""

    candidate: CandidateId
    lineage: LineageId | None
    verdict: Verdict
    spend: Spend = Spend(evaluations=1)


class InfrastructureFailed(Event, frozen=True, tag="infrastructure_failed"):
    """A verification could not run for a reason that is not the candidate's."""

    candidate: CandidateId
    lineage: LineageId | None
    attempt: int
    message: str
