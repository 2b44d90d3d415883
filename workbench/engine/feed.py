"""What front ends see: a session brought up to date, then updates as they happen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from workbench.model.candidate import CandidateId, LineageId
from workbench.model.event import Record
from workbench.model.session import Session


class Live(msgspec.Struct, frozen=True, omit_defaults=True):
    """Progress that is not a fact of the search: shown while it lasts, never stored."""

    lineage: LineageId
    phase: str
    """``idle``, ``proposing``, ``waiting`` (with its next call to a model), ``queued`` (for a
    slot), ``verifying``, ``confirming`` (a new best, again), ``retrying``."""
    step: int = 0
    candidate: CandidateId | None = None
    since: float = 0.0
    """Unix time at which the phase began."""
    text: str = ""
    """Newest piece of streamed model text; replaces nothing, appends."""
    why: str = ""
    """What a ``waiting`` lineage waits for, e.g. ``rate limit``."""
    until: float = 0.0
    """Unix time at which it tries again; 0 where nobody knows."""


Update = Record | Live


class Feed(Protocol):
    """A view of one session. `session` is folded before an update is handed out."""

    session: Session
    live: bool
    """Whether an engine stands behind it; False when only the file is read."""

    def updates(self) -> AsyncIterator[Update]:
        """Yield each update once, in order, until the engine closes the session."""

    async def blob(self, digest: str) -> bytes:
        """Return stored content. Raises `KeyError` if the session has none such."""
