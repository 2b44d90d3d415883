"""A lineage made by hand, event by event, as a journal would tell it."""

from __future__ import annotations

import random

from workbench.model import event as ev
from workbench.model.candidate import INITIAL, digest_of
from workbench.model.event import Record
from workbench.model.limits import Limits
from workbench.model.lineage import Lineage
from workbench.model.move import Move, rng_for
from workbench.model.session import Session
from workbench.model.traits import Traits
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.search.registry import strategy
from workbench.search.strategy import Strategy

SEED = 5


class Grown:
    """One lineage from an origin, candidate 1. None for a reward makes what is infeasible."""

    def __init__(self, origin: float | None = 0.0) -> None:
        self.records: list[Record] = []
        self.session = Session()
        created = ev.SessionCreated(
            format=ev.FORMAT,
            version="0",
            task="t",
            title="",
            task_digest="",
            task_files={},
            verifier_digest="",
            direction=Direction.MAXIMIZE,
            seed=SEED,
            limits=Limits(),
        )
        initial = ev.ProposalMade(INITIAL, None, 0, "d1", {}, (), "initial", "task")
        self.apply(created, initial)
        self.judge(INITIAL, origin, lineage=None)
        self.apply(ev.LineageCreated(1, "chain", "mutation", SEED, INITIAL))

    @property
    def lineage(self) -> Lineage:
        return self.session.lineages[1]

    def apply(self, *events: ev.AnyEvent) -> None:
        for event in events:
            self.records.append(Record(len(self.records) + 1, 0.0, 0.0, event))
            self.session.apply(self.records[-1])

    def judge(
        self,
        number: int,
        reward: float | None,
        lineage: int | None = 1,
        **metrics: float,
    ) -> None:
        outcome = Outcome.INFEASIBLE if reward is None else Outcome.SCORED
        told = {name.replace("__", "/"): value for name, value in metrics.items()}
        verdict = Verdict(outcome, "", reward, reward, told)
        self.apply(ev.VerdictReached(number, lineage, verdict))

    def add(
        self,
        parent: int | tuple[int, ...],
        reward: float | None,
        operator: str = "refine",
        traits: Traits | None = None,
        **metrics: float,
    ) -> int:
        """One step that gives a candidate; return its number."""
        parents = parent if isinstance(parent, tuple) else (parent,)
        step, number = self.lineage.step + 1, len(self.session.candidates) + 1
        text = digest_of(b"%d" % number)
        self.apply(
            ev.MoveChosen(1, step, 0, operator, parents),
            ev.ProposalMade(
                number, 1, step, text, {}, parents, operator, "mutation", traits=traits
            ),
        )
        self.judge(number, reward, **metrics)
        return number

    def fail(self, parent: int, operator: str = "refine") -> None:
        """One step that gives none."""
        step = self.lineage.step + 1
        self.apply(
            ev.MoveChosen(1, step, 0, operator, (parent,)),
            ev.ProposalFailed(1, step, "duplicate", ""),
        )

    def find_wrong(self, number: int, reason: str = "wrong") -> None:
        self.apply(ev.CandidateJudged(number, reason))

    def again(self) -> Lineage:
        """The same lineage, read from its journal anew."""
        return Session(self.records).lineages[1]

    def next(self, chosen: Strategy, lineage: Lineage | None = None) -> Move:
        """The next move, with the randomness of its step."""
        at = lineage or self.lineage
        return chosen.next_move(at, rng_for(SEED, 1, at.step + 1, "move"))

    def walk(self, chosen: Strategy, steps: int, chance: random.Random) -> None:
        """Let a strategy make steps."""
        for _ in range(steps):
            self.take(self.next(chosen), chance)

    def take(self, move: Move, chance: random.Random, instances: int = 4) -> None:
        """Make a move of a random walk: a tenth gives no candidate, a fifth an infeasible one."""
        if chance.random() < 0.1:
            self.fail(move.parents[0], move.operator)
            return
        before = self.session.candidates[move.parents[0]].reward or 0.0
        reward = None if chance.random() < 0.2 else before + chance.gauss(0.0, 1.0)
        size = chance.randint(100, 900)
        traits = Traits(size, size // 20, f"{chance.getrandbits(127):x}", str(size))
        told = {f"instance__{n}": float(chance.randint(0, 5)) for n in range(instances)}
        self.add(move.parents, reward, move.operator, traits, **told)


def moves(grown: Grown, name: str, count: int, **options: object) -> list[Move]:
    """Moves of the next step over `count` different draws."""
    chosen = strategy(name, options)
    return [chosen.next_move(grown.lineage, random.Random(x)) for x in range(count)]
