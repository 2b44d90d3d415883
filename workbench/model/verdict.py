"""A verdict: what the verifier said of a candidate."""

from __future__ import annotations

import enum
import re

import msgspec

METRIC_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/ -]{0,63}")
"""What a metric may be called."""
INSTANCE = "instance/"
"""With this a metric's name begins that is the score of one instance among several."""
RECORD_KEYS = ("reward", "feasible", "nonce")
"""Keys of a verifier's ``reward.json`` that are no metrics."""


class Outcome(enum.StrEnum):
    """How a verification ended. `INFRASTRUCTURE` is never shown to a search as a bad score."""

    SCORED = "scored"
    """The verifier measured a feasible candidate."""
    INFEASIBLE = "infeasible"
    """The verifier ran and found a hard constraint broken."""
    INVALID = "invalid"
    """The verifier's record or the candidate's output could not be accepted."""
    FAILED = "failed"
    """The candidate ended with an error or was killed by a signal."""
    TIMEOUT = "timeout"
    """The candidate ran past its wall or CPU time."""
    RESOURCE = "resource"
    """The candidate ran past memory, processes, disk or output limits."""
    INFRASTRUCTURE = "infrastructure"
    """Our fault or the machine's: says nothing about the candidate."""


class Direction(enum.StrEnum):
    """Whether larger or smaller raw scores are better."""

    MAXIMIZE = "maximize"
    MINIMIZE = "minimize"

    def reward(self, score: float) -> float:
        """Turn a raw score into the reward, which is always maximised."""
        return score if self is Direction.MAXIMIZE else -score

    def score(self, reward: float) -> float:
        """Turn a reward back into the raw score."""
        return reward if self is Direction.MAXIMIZE else -reward


class Verdict(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the verifier said of one candidate, with what it cost and where it ran."""

    outcome: Outcome
    message: str
    """One line for a person: why this outcome."""
    score: float | None = None
    """The raw score in the task's own sign and unit; None unless scored or infeasible."""
    reward: float | None = None
    """The score with the direction applied; larger is better."""
    metrics: dict[str, float] = msgspec.field(default_factory=dict)
    feedback: str | None = None
    """Blob digest of the verifier's feedback text, shown to proposers and people."""
    stdout: str | None = None
    """Blob digest of what the candidate printed (head and tail)."""
    stderr: str | None = None
    artifacts: dict[str, str] = msgspec.field(default_factory=dict)
    """Name -> blob digest of files the verifier left for people."""
    seconds: float = 0.0
    """Wall time of the whole verification."""
    cpu_seconds: float = 0.0
    max_rss: int = 0
    """Largest resident set of the candidate's processes, bytes."""
    verifier: str = ""
    """Digest of the verifier's files."""
    verification: str = "output"
    """How candidate and verifier were kept apart: output, call or shared."""
    tier: str = ""
    """Isolation tier it ran under: container, namespaces, landlock or none."""
    raw_score: float | None = None
    """The score before it was confirmed; None where no confirmation was asked for."""
    confirmations: int = 0
    """How many further verifications, each in fresh sandboxes, stand behind `score`: their median
    (of an even number the worse of the middle two). They count as no evaluation of their own."""
    confirmed_min: float | None = None
    """Lowest score among the confirmations."""
    confirmed_max: float | None = None
    """Highest score among the confirmations."""

    @property
    def instances(self) -> dict[str, float]:
        """The scores of single instances, where the verifier told them: in the task's own sign."""
        return {
            name.removeprefix(INSTANCE): value
            for name, value in self.metrics.items()
            if name.startswith(INSTANCE)
        }

    @property
    def feasible(self) -> bool:
        """Whether this verdict can win: scored, with a reward."""
        return self.outcome is Outcome.SCORED and self.reward is not None
