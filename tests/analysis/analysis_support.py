"""Journals with known content: lineages from lists of rewards, hints, texts of candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from workbench.model import event as ev
from workbench.model.candidate import digest_of, digest_of_files
from workbench.model.event import AnyEvent, Record
from workbench.model.limits import Limits, Spend
from workbench.model.session import Session
from workbench.model.verdict import Direction, Outcome, Verdict

FILE = "solve.py"
FAILED, DUPLICATE = "failed", "duplicate"
"""In place of a reward: an infeasible candidate, a step without one."""
Step = float | str

VERIFIER = "5a" * 32


class Told:
    """A journal written by hand."""

    def __init__(self, start: float | None = 0.0, **facts: object) -> None:
        self.records: list[Record] = []
        self.texts: dict[str, str] = {}
        self.numbers = 0
        self.clock = 0.0
        settings: dict[str, object] = {
            "format": 1,
            "version": "0",
            "task": "hill",
            "title": "Hill",
            "task_digest": "7a" * 32,
            "task_files": {},
            "verifier_digest": VERIFIER,
            "direction": Direction.MAXIMIZE,
            "seed": 0,
            "limits": Limits(evaluations=100),
            "score_name": "height",
            "baseline": 0.0,
        }
        self.facts = ev.SessionCreated(**{**settings, **facts})  # type: ignore[arg-type]
        self.add(self.facts)
        self.candidate(None, 0, (), start, "HEIGHT = 0.0\n")

    def add(self, event: AnyEvent) -> None:
        self.clock += 1.0
        self.records.append(Record(len(self.records) + 1, self.clock, self.clock, event))

    def lineage(self, number: int, proposer: str = "mutation", strategy: str = "chain") -> None:
        self.add(ev.LineageCreated(number, strategy, proposer, 0, 1))

    def candidate(
        self,
        lineage: int | None,
        step: int,
        parents: tuple[int, ...],
        score: float | None,
        text: str,
        outcome: Outcome = Outcome.INFEASIBLE,
        message: str = "2 of 7 overlap by 0.25",
        usd: float = 0.0,
        **verdict: object,
    ) -> int:
        self.numbers += 1
        digest = digest_of(text.encode())
        self.texts[digest] = text
        files = {FILE: digest}
        self.add(
            ev.ProposalMade(
                self.numbers, lineage, step, digest_of_files(files), files, parents,
                "refine", "mutation", spend=Spend(proposals=1, usd=usd),
            )
        )  # fmt: skip
        if score is None:
            said = Verdict(outcome, message, verifier=VERIFIER)
        else:
            reward = self.facts.direction.reward(score)
            scored = Outcome.SCORED
            said = Verdict(scored, "fine", score, reward, verifier=VERIFIER, **verdict)  # type: ignore[arg-type]
        self.add(ev.VerdictReached(self.numbers, lineage, said))
        return self.numbers

    def step(
        self, lineage: int, step: int, outcome: Step, parent: int = 1, usd: float = 0.0
    ) -> None:
        """One step: a score, `FAILED` or `DUPLICATE`."""
        self.add(ev.MoveChosen(lineage, step, 0, "refine", (parent,)))
        if outcome == DUPLICATE:
            message = "the same files as #1"
            failed = ev.ProposalFailed(lineage, step, DUPLICATE, message, spend=Spend(proposals=1))
            self.add(failed)
            return
        score = None if isinstance(outcome, str) else outcome
        self.candidate(lineage, step, (parent,), score, f"HEIGHT = {self.numbers}.5\n", usd=usd)

    @property
    def session(self) -> Session:
        return Session(self.records)


def told(curves: Mapping[int, Sequence[Step]], start: float = 0.0, **facts: object) -> Told:
    """A journal whose lineages take turns, step by step."""
    journal = Told(start, **facts)
    for number in curves:
        journal.lineage(number)
    for step in range(max(map(len, curves.values()), default=0)):
        for number, curve in curves.items():
            if step < len(curve):
                journal.step(number, step + 1, curve[step])
    return journal


def by_law(
    runs: int, steps: int, level: float, falls: float, shrinks: float, seed: int, noise: bool = True
) -> Session:
    """A session whose t-th steps improve with chance min(1, level·t^−falls), the k-th improvement
    by k^−shrinks (times an exponential draw where there is noise)."""
    chance = np.random.default_rng(seed)
    curves: dict[int, list[Step]] = {}
    for number in range(1, runs + 1):
        best, k, curve = 0.0, 0, list[Step]()
        for t in range(1, steps + 1):
            if chance.random() < min(1.0, level * t**-falls):
                k += 1
                best += k**-shrinks * (chance.exponential() if noise else 1.0)
                curve.append(best)
            else:
                curve.append(FAILED if chance.random() < 0.2 else best - 1.0)
        curves[number] = curve
    return told(curves).session
