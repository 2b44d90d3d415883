"""The `Proposer` protocol: what carries a move out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from workbench.model.candidate import Candidate
from workbench.model.limits import Limits, Spend
from workbench.model.lineage import Lineage
from workbench.model.move import Move
from workbench.model.task import Task


class Shown(msgspec.Struct, frozen=True):
    """A candidate with its text, as a proposer sees it."""

    candidate: Candidate
    files: dict[str, bytes]
    """Every editable file."""
    feedback: str = ""
    """What the verifier said in words; untrusted text."""
    stderr: str = ""
    """What the candidate's run wrote to stderr (head and tail); untrusted text."""


class Advice(msgspec.Struct, frozen=True):
    """A person's hint that this move must carry."""

    hint: int
    text: str
    author: str
    queued_at: float | None = None
    """Unix time, seconds; None where it is not known."""


class Finding(msgspec.Struct, frozen=True):
    """A person's finding that a candidate of the session is wrong, whatever it scored."""

    candidate: Candidate
    reason: str
    author: str


class Fault(msgspec.Struct, frozen=True):
    """Why the last reply of the lineage gave nothing to verify; shown to the model once."""

    message: str
    reply: str


class Trouble(msgspec.Struct, frozen=True):
    """A call to a model failed, and what is done about it; becomes an event."""

    model: str
    kind: str
    message: str
    attempt: int
    """Counted from 1 within the step."""
    retry_seconds: float | None = None
    """Until the next attempt; None when there is none."""
    spend: Spend = Spend()
    """What the failed call is known to cost."""
    prompt: tuple[bytes, ...] = ()
    reply: bytes | None = None
    """What had arrived of an answer; None where nothing had."""


class Reporter(Protocol):
    """What a proposer tells while it works."""

    def say(self, text: str) -> None:
        """Show text as it arrives; nothing of it is kept."""

    def trouble(self, trouble: Trouble) -> None:
        """Record a failed call. No other begins before its `retry_seconds` have passed.

        Raises `NoFurtherAttempt` where another one is not wanted any more; let it pass.
        """

    def wait(self, why: str, seconds: float | None = None) -> None:
        """Show what the next call waits for, and how long; an empty `why` when it begins.

        While it waits, nothing is in flight: to cut it then costs nothing. Raises
        `NoFurtherAttempt` as `trouble` does.
        """


class Quiet:
    """A reporter that nobody listens to."""

    def say(self, text: str) -> None:
        """Show nothing."""

    def trouble(self, trouble: Trouble) -> None:
        """Record nothing."""

    def wait(self, why: str, seconds: float | None = None) -> None:
        """Show nothing."""


class NoFurtherAttempt(Exception):
    """A reporter's answer to a proposer that would try again: the step ends here.

    Its budget or its time is used up, its target is reached, or a person has paused or stopped
    the lineage. What failed calls cost is recorded already; nothing else is charged.
    """


class Request(msgspec.Struct, frozen=True):
    """Everything one proposal may depend on."""

    task: Task
    lineage: Lineage
    step: int
    seed: int
    """Seed of the session; randomness comes from (seed, lineage, step) alone."""
    move: Move
    parents: tuple[Shown, ...]
    inspirations: tuple[Shown, ...] = ()
    best: Shown | None = None
    """The lineage's best feasible candidate, where it is none of the parents."""
    hints: tuple[Advice, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What people found wrong in the session, oldest first."""
    fault: Fault | None = None
    """Set when the lineage's last step ended in an unusable reply."""
    left: Limits = Limits()
    """What the lineage may still spend: a proposal that can be had for less is made smaller."""


class Proposal(msgspec.Struct, frozen=True):
    """A proposer's answer: the editable files of the new candidate, and how it got there."""

    files: dict[str, bytes]
    note: str
    """What was changed, in one line."""
    hint_note: str = ""
    """What was taken from the hints, in words; empty if there were none."""
    detail: dict[str, object] = {}
    """JSON values by which `observe` can learn from this act again after a resume."""
    prompt: tuple[bytes, ...] = ()
    reply: bytes | None = None
    spend: Spend = Spend(proposals=1)


class ProposalUnusable(Exception):
    """The proposer answered, but there is nothing to verify; the lineage goes on."""

    def __init__(
        self,
        message: str,
        *,
        hint_note: str = "",
        detail: Mapping[str, object] | None = None,
        prompt: tuple[bytes, ...] = (),
        reply: bytes | None = None,
        spend: Spend | None = None,
    ) -> None:
        """Keep why, what was sent and received, and what it cost."""
        super().__init__(message)
        self.message = message
        self.hint_note = hint_note
        self.detail = dict(detail or {})
        self.prompt = prompt
        self.reply = reply
        self.spend = Spend(proposals=1) if spend is None else spend


class ProposerStopped(Exception):
    """No further proposal is possible until a person changes something: a wrong key, say.

    The lineage stops with the message; nothing of the step is charged.
    """

    def __init__(self, message: str, reason: str = "model") -> None:
        """`reason` is why a lineage stops, in one of the words of `LineageStopped`."""
        super().__init__(message)
        self.reason = reason


class Proposer(Protocol):
    """Carries moves out for one lineage. One instance serves one lineage of one session."""

    name: str
    label: str
    """How people see it, e.g. ``mutation (mechanical, no model)``."""
    free: bool
    """Costs nothing and depends on the request alone: a cut-off proposal is simply made again."""

    def reserve(self, request: Request) -> Spend:
        """Return the most this proposal can cost."""

    async def propose(self, request: Request, reporter: Reporter) -> Proposal:
        """Make the proposal, and tell `reporter` of it meanwhile.

        Raises `ProposalUnusable` when there is nothing to verify, and `ProposerStopped` when
        there never will be.
        """

    def observe(self, candidate: Candidate) -> None:
        """Learn from a verdict of this lineage. Called in journal order, also on resume."""
