"""Events of a session as a whole: that it and its lineages are, its limits, its runs."""

from __future__ import annotations

import msgspec

from workbench.model.candidate import CandidateId, LineageId
from workbench.model.event.base import Event
from workbench.model.limits import Limits
from workbench.model.verdict import Direction

FORMAT = 1


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
    python: str = ""
    """Version of the interpreter of the person's own that ran the programs at first, if any did."""


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
    strategy_options: dict[str, object] = msgspec.field(default_factory=dict)
    """What the strategy was set up with (JSON values); what is missing has its default."""


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
