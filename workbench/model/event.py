"""The closed union of events: every fact a journal can hold, and nothing else.

Bodies are JSON text tagged by ``kind``. Fields are only ever added, with defaults; `FORMAT` counts
changes that an older workbench could not read.
"""

from __future__ import annotations

import msgspec

from workbench.model.candidate import CandidateId, LineageId
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Direction, Verdict

FORMAT = 1

HintId = int


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", gc=False):
    """Base of all events; never instantiated itself.

    Events hold no cycles, so the garbage collector need not look at them: a journal of 30,000
    is read in about two thirds of the time.
    """


class Recording(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a session replays before, or instead of, a search of its own."""

    session: str
    """Name of the session that was recorded."""
    digest: str
    """Blob that holds the records to re-enact (`workbench.model.recording`)."""
    until: int | None = None
    """Step of each lineage up to which is replayed; None replays all, and then the lineages end."""
    limits: Limits | None = None
    """Limits from there on."""
    proposer: str = ""
    """Proposer of all lineages from there on; empty leaves them the recorded ones."""
    options: dict[str, object] = {}


class SessionCreated(Event, frozen=True, tag="session_created"):
    """The session exists: what is searched, from which seed, within which limits."""

    format: int
    version: str
    task: str
    title: str
    task_digest: str
    task_files: dict[str, str]
    """The task bundle: path -> blob digest."""
    verifier_digest: str
    direction: Direction
    seed: int
    limits: Limits
    score_name: str = "score"
    unit: str = ""
    baseline: float | None = None
    best_known: float | None = None
    bound: float | None = None
    score_tolerance: float | None = None
    verification: str = "output"
    sandbox: str = "auto"
    """Sandbox backend asked for when the session was begun."""
    target: float | None = None
    """Raw score at which the session stops."""
    allocation: str = "uniform"
    recording: Recording | None = None
    task_format: str = "harbor"
    """Which reader the task bundle is for."""


class LineageCreated(Event, frozen=True, tag="lineage_created"):
    """A lineage exists, from the start or as a fork of another's candidate."""

    lineage: LineageId
    strategy: str
    proposer: str
    seed: int
    origin: CandidateId
    forked_from: LineageId | None = None
    max_barren: int = 50
    """Steps in a row without a new candidate after which the lineage stops."""
    options: dict[str, object] = msgspec.field(default_factory=dict)
    """What the proposer was set up with (JSON values): its models, say; never a key."""


class ProposerChosen(Event, frozen=True, tag="proposer_chosen"):
    """A person gave these lineages another proposer, or set theirs up otherwise."""

    lineages: tuple[LineageId, ...]
    proposer: str
    options: dict[str, object] = msgspec.field(default_factory=dict)


class SharesAllotted(Event, frozen=True, tag="shares_allotted"):
    """What each lineage may spend from now on, in total; replaces earlier shares."""

    shares: dict[LineageId, Limits]
    reason: str


class BudgetChanged(Event, frozen=True, tag="budget_changed"):
    """A person changed the session's limits or its target."""

    limits: Limits
    target: float | None = None


class EngineOpened(Event, frozen=True, tag="engine_opened"):
    """An engine took the session: one run begins."""

    pid: int
    host: str
    version: str
    isolation: str
    """The isolation line as probed at the start of this run."""
    tier: str


class IsolationTried(Event, frozen=True, tag="isolation_tried"):
    """Every limit was tried while the run went on, and not all hold as they were announced."""

    isolation: str
    """The isolation line as tried."""


class EngineClosed(Event, frozen=True, tag="engine_closed"):
    """An engine let the session go at a clean checkpoint."""

    reason: str
    """``finished`` or ``interrupted``."""
    detail: str = ""


class Heartbeat(Event, frozen=True, tag="heartbeat"):
    """Nothing but time went by: keeps the active wall time honest across a crash."""


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
    """``duplicate``, ``unusable``, or ``aborted``: nothing was in flight, nothing is charged."""
    message: str
    duplicate_of: CandidateId | None = None
    detail: dict[str, object] = msgspec.field(default_factory=dict)
    hint_note: str = ""
    prompt: tuple[str, ...] = ()
    reply: str | None = None
    seconds: float = 0.0
    spend: Spend = Spend()


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
    | ReplayDiffered
    | ReplayEnded
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
