"""A candidate: one version of the editable files, and how it came to be."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from workbench.model.limits import Spend
from workbench.model.traits import Traits
from workbench.model.verdict import Verdict

CandidateId = int
LineageId = int

INITIAL: CandidateId = 1
"""The candidate every session starts with: the task's initial files."""


def digest_of(data: bytes) -> str:
    """Return the SHA-256 of `data` in hex: the key of a blob."""
    return hashlib.sha256(data).hexdigest()


def digest_of_files(files: Mapping[str, str]) -> str:
    """Return one digest for a set of files, given ``path -> digest of content``."""
    summary = hashlib.sha256()
    for path in sorted(files):
        summary.update(f"{path}\0{files[path]}\n".encode())
    return summary.hexdigest()


class Judgement(msgspec.Struct, frozen=True):
    """A person's finding that a candidate is wrong, whatever its verdict says."""

    reason: str
    author: str = ""


class Candidate(msgspec.Struct):
    """One node of a lineage's tree. What changes after creation is `verdict`, once, and
    `judgement`."""

    id: CandidateId
    lineage: LineageId | None
    """None for the task's initial files, which belong to the session."""
    step: int
    parents: tuple[CandidateId, ...]
    digest: str
    files: dict[str, str]
    """Editable path -> digest of its content."""
    operator: str
    proposer: str
    note: str = ""
    """What was changed, in one line, by the proposer's own account."""
    hint_note: str = ""
    """What the proposer took from a hint; empty if it saw none."""
    hints: tuple[int, ...] = ()
    elapsed: float = 0.0
    """Active session seconds when the proposal was made."""
    detail: dict[str, object] = msgspec.field(default_factory=dict)
    """The proposer's own record of the act (JSON values), read back by its `observe`."""
    prompt: tuple[str, ...] = ()
    reply: str | None = None
    spend: Spend = Spend()
    """What its proposal cost."""
    traits: Traits | None = None
    """None where it was made before they were taken."""
    verdict: Verdict | None = None
    judgement: Judgement | None = None
    """Set where a person found it wrong."""

    @property
    def feasible(self) -> bool:
        """Whether a verdict is in and says so."""
        return self.verdict is not None and self.verdict.feasible

    @property
    def reward(self) -> float | None:
        """The reward of a feasible candidate, else None: an infeasible one has no rank, and
        neither has one that a person found wrong."""
        if self.verdict is None or not self.verdict.feasible or self.judgement is not None:
            return None
        return self.verdict.reward
