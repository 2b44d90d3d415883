"""What lists show: one row per candidate, lineage and session, as the derived tables hold it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from workbench.model.candidate import CandidateId, LineageId
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Direction, Outcome
from workbench.store.lock import Holder


class CandidateRow(msgspec.Struct, frozen=True):
    """A candidate as lists show it. Its verdict's fields are None until one is in."""

    id: CandidateId
    lineage: LineageId | None
    step: int
    parents: tuple[CandidateId, ...]
    digest: str
    operator: str
    proposer: str
    note: str
    elapsed: float
    outcome: Outcome | None
    message: str | None
    score: float | None
    reward: float | None


class LineageRow(msgspec.Struct, frozen=True):
    """A lineage as lists show it."""

    id: LineageId
    strategy: str
    proposer: str
    origin: CandidateId
    forked_from: LineageId | None
    state: str
    stopped: str | None
    step: int
    candidates: int
    """Its own, without its origin."""
    best: CandidateId | None
    best_reward: float | None
    spent: Spend
    share: Limits


class SessionSummary(msgspec.Struct, frozen=True):
    """A session as lists show it. Of a broken one, only `id`, `path` and `problem` are known."""

    id: str
    path: Path
    problem: str = ""
    """Why the session cannot be read; empty if it can."""
    task: str = ""
    title: str = ""
    created: float = 0.0
    """Unix time, seconds."""
    updated: float = 0.0
    elapsed: float = 0.0
    """Active seconds."""
    state: str = "broken"
    """As journalled: running, pausing, paused, finished or interrupted. From `list_sessions` also
    ``interrupted (crashed)``: a run is open in the journal and no engine lives."""
    run_open: bool = False
    """Whether the journal ends inside a run."""
    seq: int = 0
    lineages: int = 0
    candidates: int = 0
    direction: Direction = Direction.MAXIMIZE
    score_name: str = "score"
    unit: str = ""
    best: CandidateId | None = None
    best_score: float | None = None
    best_reward: float | None = None
    spent: Spend = Spend()
    limits: Limits = Limits()
    holder: Holder | None = None
    """The engine that runs it now; filled in by `list_sessions`."""


_OWN = ("id", "path", "problem", "holder")
SUMMARY_COLUMNS = tuple(x for x in SessionSummary.__struct_fields__ if x not in _OWN)
"""The columns of the summary table that a `SessionSummary` shows, in its order."""

_parents = msgspec.json.Decoder(tuple[CandidateId, ...])
_spend = msgspec.json.Decoder(Spend)
_limits = msgspec.json.Decoder(Limits)


def candidate_from(row: tuple[Any, ...]) -> CandidateRow:
    """Read a row of the candidate table. Raises `ValueError`."""
    named = dict(zip(CandidateRow.__struct_fields__, row, strict=True))
    named["parents"] = _parents.decode(named["parents"])
    if named["outcome"] is not None:
        named["outcome"] = Outcome(named["outcome"])
    return CandidateRow(**named)


def lineage_from(row: tuple[Any, ...]) -> LineageRow:
    """Read a row of the lineage table. Raises `ValueError`."""
    named = dict(zip(LineageRow.__struct_fields__, row, strict=True))
    named["spent"] = _spend.decode(named["spent"])
    named["share"] = _limits.decode(named["share"])
    return LineageRow(**named)


def summary_from(name: str, file: Path, row: tuple[Any, ...]) -> SessionSummary:
    """Read the `SUMMARY_COLUMNS` of a session. Raises `ValueError`."""
    named = dict(zip(SUMMARY_COLUMNS, row, strict=True))
    named["run_open"] = bool(named["run_open"])
    named["direction"] = Direction(named["direction"])
    named["spent"] = _spend.decode(named["spent"])
    named["limits"] = _limits.decode(named["limits"])
    return SessionSummary(id=name, path=file, **named)
