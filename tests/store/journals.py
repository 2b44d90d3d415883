"""Journals for the tests of the store: a small fixed one, and random ones of any length."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from workbench.model import event as ev
from workbench.model.candidate import digest_of
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.store import create

TEXT = b"def solve(n):\n    return [0.5] * n\n"


def created(**changes: object) -> ev.SessionCreated:
    settings: dict[str, object] = {
        "format": ev.FORMAT,
        "version": "0.1.0",
        "task": "circle-packing",
        "title": "Circle packing",
        "task_digest": "d" * 64,
        "task_files": {},
        "verifier_digest": "e" * 64,
        "direction": Direction.MINIMIZE,
        "seed": 7,
        "limits": Limits(evaluations=100, usd=2.0),
    }
    return ev.SessionCreated(**(settings | changes))


def opening(lineages: int = 1) -> list[ev.AnyEvent]:
    """A session with its initial candidate scored and some lineages."""
    return [
        created(),
        proposal(1, None, 0, parents=()),
        verdict(1, None, -1.0),
        *(lineage(number) for number in range(1, lineages + 1)),
    ]


def lineage(number: int, origin: int = 1, source: int | None = None) -> ev.LineageCreated:
    return ev.LineageCreated(number, "greedy", "mutation", 7, origin, forked_from=source)


def proposal(
    candidate: int, number: int | None, step: int, parents: tuple[int, ...] = (1,)
) -> ev.ProposalMade:
    digest = digest_of(b"%d" % candidate)
    return ev.ProposalMade(
        candidate,
        number,
        step,
        digest,
        {"solve.py": digest},
        parents,
        "mutate",
        "mutation",
        spend=Spend(proposals=1),
    )


def verdict(candidate: int, number: int | None, reward: float | None) -> ev.VerdictReached:
    if reward is None:
        return ev.VerdictReached(candidate, number, Verdict(Outcome.INFEASIBLE, "overlap", 3.0))
    return ev.VerdictReached(
        candidate, number, Verdict(Outcome.SCORED, "feasible", -reward, reward)
    )


def opened() -> ev.EngineOpened:
    return ev.EngineOpened(1, "host", "0.1.0", "namespaces", "namespaces")


async def make(directory: Path, lineages: int = 1) -> Path:
    """Create the session of `opening` and return its directory."""
    await create(directory, opening(lineages), [TEXT])
    return directory


class RandomJournal:
    """A valid journal made of chance: every kind of event, in any order that makes sense."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.lineages: list[int] = []
        self.candidates = [1]
        self.steps: dict[int, int] = {}
        self.pending: set[int] = set()
        self.unverified: list[tuple[int, int]] = []
        self.hints = 0

    def events(self, count: int) -> Iterator[ev.AnyEvent]:
        yield from opening(0)
        yield self._lineage_created()
        makers = [getattr(self, name) for name in dir(self) if name.startswith("_make_")]
        made = 0
        while made < count:
            event = self.chance.choice(makers)()
            if event is not None:
                made += 1
                yield event

    def _lineage_created(self) -> ev.AnyEvent:
        number = len(self.lineages) + 1
        self.lineages.append(number)
        self.steps[number] = 0
        return lineage(number, self.chance.choice(self.candidates))

    def _some(self) -> tuple[int, ...]:
        return tuple(self.chance.sample(self.lineages, self.chance.randint(1, len(self.lineages))))

    def _one(self) -> int:
        return self.chance.choice(self.lineages)

    def _make_fork(self) -> ev.AnyEvent | None:
        return self._lineage_created() if len(self.lineages) < 6 else None

    def _make_move(self) -> ev.AnyEvent | None:
        number = self._one()
        if number in self.pending:
            return None
        self.pending.add(number)
        self.steps[number] += 1
        return ev.MoveChosen(number, self.steps[number], 0, "mutate", (1,))

    def _make_answer(self) -> ev.AnyEvent | None:
        if not self.pending:
            return None
        number = self.chance.choice(sorted(self.pending))
        self.pending.remove(number)
        step = self.steps[number]
        fate = self.chance.random()
        if fate < 0.1:
            return ev.ProposalLost(number, step, Spend(proposals=1, usd=0.01, unknown=1))
        if fate < 0.25:
            reason = self.chance.choice(["duplicate", "unusable", "aborted"])
            return ev.ProposalFailed(number, step, reason, "no", spend=Spend(proposals=1))
        return self._proposal(number, step)

    def _make_injection(self) -> ev.AnyEvent | None:
        if self.chance.random() < 0.8:
            return None
        number = self._one()
        if number in self.pending:
            return None
        self.steps[number] += 1
        return self._proposal(number, self.steps[number])

    def _proposal(self, number: int, step: int) -> ev.AnyEvent:
        candidate = len(self.candidates) + 1
        self.candidates.append(candidate)
        self.unverified.append((candidate, number))
        return proposal(candidate, number, step)

    def _make_verdict(self) -> ev.AnyEvent | None:
        if not self.unverified:
            return None
        candidate, number = self.unverified.pop(self.chance.randrange(len(self.unverified)))
        reward = None if self.chance.random() < 0.3 else self.chance.uniform(-5, 5)
        return verdict(candidate, number, reward)

    def _make_pause(self) -> ev.AnyEvent:
        return ev.PauseRequested(self._some(), "person")

    def _make_settled(self) -> ev.AnyEvent:
        return ev.LineagePaused(self._one())

    def _make_resumed(self) -> ev.AnyEvent:
        return ev.LineageResumed(self._some(), "person")

    def _make_stopped(self) -> ev.AnyEvent:
        reason = self.chance.choice(["budget", "barren", "target", "person"])
        return ev.LineageStopped(self._one(), reason)

    def _make_budget(self) -> ev.AnyEvent:
        return ev.BudgetChanged(Limits(evaluations=self.chance.randint(1, 999)))

    def _make_shares(self) -> ev.AnyEvent:
        return ev.SharesAllotted({n: Limits(evaluations=n) for n in self._some()}, "uniform")

    def _make_hint(self) -> ev.AnyEvent:
        self.hints += 1
        return ev.HintQueued(self.hints, "try circles", self._some(), self.chance.random() < 0.3)

    def _make_hint_change(self) -> ev.AnyEvent | None:
        if not self.hints:
            return None
        hint = self.chance.randint(1, self.hints)
        return self.chance.choice(
            [
                ev.HintEdited(hint, "try hexagons"),
                ev.HintWithdrawn(hint),
                ev.HintTaken(hint, self._one(), 1),
            ]
        )

    def _make_run(self) -> ev.AnyEvent:
        tried = ev.IsolationTried("namespaces · memory absent")
        return self.chance.choice([opened(), tried, ev.EngineClosed("interrupted"), ev.Heartbeat()])

    def _make_trouble(self) -> ev.AnyEvent:
        number = self._one()
        charged = Spend(tokens=9, usd=0.01, unpriced=1)
        return self.chance.choice(
            [
                ev.InfrastructureFailed(1, None, 1, "no space"),
                ev.CallFailed(number, 1, "openai:x", "network", "no route", 1, 4.0, charged),
            ]
        )

    def _make_proposer(self) -> ev.AnyEvent:
        return ev.ProposerChosen(self._some(), "openai:x", {"models": ["openai:x"]})
