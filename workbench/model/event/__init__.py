"""The closed union of events: every fact a journal can hold, and nothing else.

Bodies are JSON text tagged by ``kind``. Fields are only ever added, with defaults; `FORMAT` counts
changes that an older workbench could not read.
"""

from __future__ import annotations

import msgspec

from workbench.model.candidate import LineageId
from workbench.model.event.base import Event
from workbench.model.event.replay import ReplayDiffered, ReplayEnded
from workbench.model.event.steering import (
    CandidateJudged,
    CandidatePinned,
    HintEdited,
    HintId,
    HintQueued,
    HintTaken,
    HintWithdrawn,
    LineagePaused,
    LineageResumed,
    LineageStopped,
    PauseRequested,
)
from workbench.model.event.step import (
    CallFailed,
    InfrastructureFailed,
    MoveChosen,
    ProposalFailed,
    ProposalLost,
    ProposalMade,
    VerdictReached,
)
from workbench.model.event.turn import TurnGiven
from workbench.model.event.whole import (
    FORMAT,
    BudgetChanged,
    EngineClosed,
    EngineOpened,
    Heartbeat,
    IsolationTried,
    LineageCreated,
    ProposerChosen,
    Recording,
    SessionCreated,
    SharesAllotted,
)

__all__ = [
    "FORMAT",
    "AnyEvent",
    "BudgetChanged",
    "CallFailed",
    "CandidateJudged",
    "CandidatePinned",
    "EngineClosed",
    "EngineOpened",
    "Event",
    "Heartbeat",
    "HintEdited",
    "HintId",
    "HintQueued",
    "HintTaken",
    "HintWithdrawn",
    "InfrastructureFailed",
    "IsolationTried",
    "LineageCreated",
    "LineagePaused",
    "LineageResumed",
    "LineageStopped",
    "MoveChosen",
    "PauseRequested",
    "ProposalFailed",
    "ProposalLost",
    "ProposalMade",
    "ProposerChosen",
    "Record",
    "Recording",
    "ReplayDiffered",
    "ReplayEnded",
    "SessionCreated",
    "SharesAllotted",
    "TurnGiven",
    "VerdictReached",
    "decode",
    "encode",
    "kind_of",
]

AnyEvent = (
    SessionCreated
    | LineageCreated
    | SharesAllotted
    | BudgetChanged
    | EngineOpened
    | IsolationTried
    | EngineClosed
    | Heartbeat
    | ProposerChosen
    | MoveChosen
    | CallFailed
    | ProposalMade
    | ProposalFailed
    | ProposalLost
    | VerdictReached
    | InfrastructureFailed
    | PauseRequested
    | LineagePaused
    | LineageResumed
    | LineageStopped
    | HintQueued
    | HintEdited
    | HintWithdrawn
    | HintTaken
    | CandidateJudged
    | CandidatePinned
    | ReplayDiffered
    | ReplayEnded
    | TurnGiven
)


class Record(msgspec.Struct, frozen=True, gc=False):
    """An event as the journal holds it."""

    seq: int
    """Position in the journal, 1, 2, 3 … without gaps."""
    at: float
    """Unix time, seconds; for people. Order comes from `seq`."""
    elapsed: float
    """Active session seconds: summed over runs, pauses excluded."""
    event: AnyEvent

    @property
    def lineage(self) -> LineageId | None:
        """The one lineage this event belongs to, if it belongs to one."""
        value = getattr(self.event, "lineage", None)
        return value if isinstance(value, int) else None


_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)


def kind_of(event: Event) -> str:
    """Return the tag that names an event's type."""
    return str(event.__struct_config__.tag)


def encode(event: Event) -> str:
    """Turn an event into the JSON text the journal stores."""
    return _encoder.encode(event).decode()


def decode(body: str | bytes) -> AnyEvent:
    """Turn journal text back into an event. Raises `msgspec.ValidationError`."""
    return _decoder.decode(body)
