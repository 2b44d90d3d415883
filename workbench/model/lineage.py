"""A lineage as its journal tells it: its tree, its best, its curve, its state."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.model.calls import Reading
from workbench.model.candidate import Candidate, CandidateId, LineageId
from workbench.model.event import LineageCreated, MoveChosen, ProposalFailed, TurnGiven
from workbench.model.limits import Limits, Spend
from workbench.model.traits import Cycling, Traits

UNABLE = ("model", "command")
"""Why a lineage may have stopped that goes on with the next run: nothing could make its moves."""


class Point(msgspec.Struct, frozen=True, gc=False):
    """One finished step on a reward curve."""

    step: int
    elapsed: float
    usd: float
    evaluations: int
    candidate: CandidateId | None
    """None where the step gave no candidate."""
    reward: float | None
    """This step's own reward; None if it failed or was infeasible."""
    best: float | None
    """Best feasible reward of the lineage up to here."""
    parents: tuple[CandidateId, ...] = ()
    """What the step's move derived from, whatever came of it."""
    operator: str = ""
    """The move's; empty for step 0."""
    odds: float = 1.0
    """What the turn that the step belongs to was given with; see `TurnGiven`."""


class Lineage(msgspec.Struct):
    """One search: its settings, its candidates, and where it stands."""

    created: LineageCreated
    """As it began, but with the proposer it has now."""
    candidates: dict[CandidateId, Candidate]
    """Its own candidates in order of birth, its origin first."""
    digests: dict[str, CandidateId]
    """Digest of files -> candidate: what it has already seen."""
    share: Limits = Limits()
    spent: Spend = Spend()
    step: int = 0
    """Number of the last move chosen; 0 before the first."""
    last_seq: int = 0
    best: CandidateId | None = None
    curve: list[Point] = msgspec.field(default_factory=list)
    pending: MoveChosen | None = None
    """A move whose proposal has not come back."""
    unverified: list[CandidateId] = msgspec.field(default_factory=list)
    """Candidates whose verdict is missing, oldest first."""
    barren: int = 0
    """Steps in a row that gave no new candidate."""
    wanted: str = "run"
    """What people or the engine asked for: ``run`` or ``pause``."""
    settled: bool = False
    """Whether a requested pause has been reached."""
    paused_by: str = ""
    pause_reason: str = ""
    stopped: str | None = None
    stop_detail: str = ""
    fault: ProposalFailed | None = None
    """The last step's reply that could not be used: its next proposal is told, once."""
    pinned: tuple[CandidateId, ...] = ()
    """Candidates that a person wants every move to be shown, first pinned first."""
    reading: Reading = Reading()
    """What its models have read, for the hit rate of their caches."""
    syntaxes: dict[str, CandidateId] = msgspec.field(default_factory=dict)
    """Digest of files but for comments and layout -> candidate."""
    removed: set[str] = msgspec.field(default_factory=set)
    """Marks of the lines that its candidates have removed from their parents."""
    cycling: Cycling = Cycling()
    revision: int = 0
    """Times that a person changed the rank of a candidate: what was made of its curve before
    holds no longer."""
    given: int = 0
    """Steps that an allocator gave it, over all its turns."""
    due: int = 0
    """Number of the step up to which its turns reach."""
    turn: TurnGiven | None = None
    """Its newest turn, where lineages share one budget."""

    @property
    def id(self) -> LineageId:
        """Number of the lineage within its session."""
        return self.created.lineage

    @property
    def name(self) -> str:
        """How people see it: L1, L2 …"""
        return f"L{self.id}"

    @property
    def origin(self) -> Candidate:
        """The candidate the lineage started from."""
        return self.candidates[self.created.origin]

    @property
    def best_candidate(self) -> Candidate | None:
        """Its best feasible candidate, the origin included."""
        return None if self.best is None else self.candidates[self.best]

    @property
    def best_reward(self) -> float | None:
        """Reward of its best feasible candidate."""
        best = self.best_candidate
        return None if best is None else best.reward

    @property
    def last(self) -> Candidate | None:
        """Its newest candidate of its own, if it has made one."""
        newest = next(reversed(self.candidates), None)
        return None if newest in (None, self.created.origin) else self.candidates[newest]

    @property
    def state(self) -> str:
        """One word: running, pausing, paused or stopped."""
        if self.stopped is not None:
            return "stopped"
        if self.wanted == "pause":
            return "paused" if self.settled else "pausing"
        return "running"

    @property
    def in_flight(self) -> bool:
        """Whether a move or a verification has begun and not ended."""
        return self.pending is not None or bool(self.unverified)

    def take_turn(self, turn: TurnGiven) -> None:
        """Let the lineage make further steps, also where it stopped for want of budget."""
        if self.stopped == "budget" and turn.share.above(self.share):
            self.stopped = None
        self.share = turn.share
        self.given += turn.steps
        self.due = max(self.due, self.step) + turn.steps
        self.turn = turn

    def point(
        self, elapsed: float, step: int, candidate: Candidate | None, move: MoveChosen | None
    ) -> Point:
        """Return where its curve goes on with `step`: to `candidate`, or to none by `move`."""
        derived = move if candidate is None else candidate
        if step == 0:
            derived = None  # the origin's own parents are another's
        return Point(
            step=step,
            elapsed=elapsed,
            usd=self.spent.usd,
            evaluations=self.spent.evaluations,
            candidate=None if candidate is None else candidate.id,
            reward=None if candidate is None else candidate.reward,
            best=self.best_reward,
            parents=() if derived is None else derived.parents,
            operator="" if derived is None else derived.operator,
            odds=1.0 if self.turn is None else self.turn.odds,
        )

    def rank_again(self) -> None:
        """Find its best, and the best at each point of its curve, from the rewards as they are.

        Costs a look at every candidate: for when a person changed the rank of one.
        """
        self.revision += 1
        self.best = None
        best: float | None = None
        for at, point in enumerate(self.curve):
            reward = None if point.candidate is None else self.candidates[point.candidate].reward
            if reward is not None and (best is None or reward > best):
                best, self.best = reward, point.candidate
            if (point.reward, point.best) != (reward, best):
                self.curve[at] = msgspec.structs.replace(point, reward=reward, best=best)

    def remember(self, candidate: Candidate) -> None:
        """Take note of what a candidate's text says, to know it again."""
        self.digests.setdefault(candidate.digest, candidate.id)
        traits = candidate.traits
        if traits is not None:
            self.syntaxes.setdefault(traits.syntax, candidate.id)
            self.removed.update(traits.marks())

    def count(self, traits: Traits | None) -> None:
        """Count the lines that a proposal added, whatever came of it."""
        if traits is not None:
            self.cycling += traits

    def improves(self, candidate: Candidate) -> bool:
        """Whether `candidate` is feasible and better than everything before it."""
        reward = candidate.reward
        return reward is not None and (self.best_reward is None or reward > self.best_reward)


def name_of(lineage: LineageId | None) -> str:
    """Return L1, L2 … or ``task`` for what belongs to the session itself."""
    return "task" if lineage is None else f"L{lineage}"


def total_share(lineages: Mapping[LineageId, Lineage]) -> Spend:
    """Sum what all lineages have spent."""
    total = Spend()
    for lineage in lineages.values():
        total += lineage.spent
    return total
