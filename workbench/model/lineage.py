"""A lineage as its journal tells it: its tree, its best, its curve, its state."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.model.calls import Reading
from workbench.model.candidate import Candidate, CandidateId, LineageId
from workbench.model.event import LineageCreated, MoveChosen, ProposalFailed, TurnGiven
from workbench.model.limits import Limits, Spend

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
    given: int = 0
    """Steps that an allocator gave it, over all its turns."""
    due: int = 0
    """Number of the step up to which its turns reach."""
    turn: TurnGiven | None = None
    """Its newest turn, where lineages share one budget."""
    ranked: int = 0
    """How often the ranks of its candidates were changed by a person."""

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

    def rank_again(self) -> None:
        """Find its best, and the best at each point of its curve, from the rewards as they are.

        Costs a look at every candidate: for when a person changed the rank of one.
        """
        self.ranked += 1
        self.best = None
        best: float | None = None
        for at, point in enumerate(self.curve):
            reward = None if point.candidate is None else self.candidates[point.candidate].reward
            if reward is not None and (best is None or reward > best):
                best, self.best = reward, point.candidate
            if (point.reward, point.best) != (reward, best):
                self.curve[at] = msgspec.structs.replace(point, reward=reward, best=best)

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
