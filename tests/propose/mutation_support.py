"""A lineage in memory, with a verifier that is one function."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from workbench.model.candidate import Candidate, digest_of, digest_of_files
from workbench.model.event import LineageCreated
from workbench.model.lineage import Lineage
from workbench.model.move import Move
from workbench.model.task import Task
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.propose.mutation.proposer import Mutation
from workbench.propose.proposer import Advice, Proposal, Quiet, Request, Shown

Files = dict[str, bytes]
Reward = Callable[[Files], float | None]

PROGRAM = b"""\
import math

WIDTH = 0.5
DEPTH = 0.25  # metres
TILT = 0.0
RINGS = 3
UNUSED = 7.5
WEIGHTS = [1.0, -2.0]


def area(scale):
    total = 0.0
    for k in range(RINGS):
        total += WIDTH * DEPTH * math.cos(TILT * k) * scale
    if total > 10:
        total = 10
    return total * 0.5
"""


def settings(files: Files) -> dict[str, float]:
    """Read the scalar constants of a program without running it."""
    found = re.findall(rb"^(\w+) = (-?[\d.e+-]+)", files["solve.py"], re.MULTILINE)
    return {name.decode(): float(value) for name, value in found}


def bowl(files: Files) -> float | None:
    """A smooth reward with its top at WIDTH 0.8, DEPTH 0.1, TILT 0.3, RINGS 5."""
    at = settings(files)
    if not {"WIDTH", "DEPTH", "TILT", "RINGS"} <= at.keys() or at["RINGS"] > 9:
        return None
    return -(
        (at["WIDTH"] - 0.8) ** 2
        + 4 * (at["DEPTH"] - 0.1) ** 2
        + (at["TILT"] - 0.3) ** 2
        + 0.02 * abs(at["RINGS"] - 5)
    )


def valley(files: Files) -> float | None:
    """A narrow, slanted ridge that moves along single constants do not climb."""
    at = settings(files)
    if not {"WIDTH", "DEPTH", "TILT"} <= at.keys():
        return None
    x, y, z = at["WIDTH"] - 0.8, at["DEPTH"] - 0.6, at["TILT"] - 0.4
    return -(((x + y + z) / 3) ** 2 + 1e4 * ((x - y) ** 2 + (y - z) ** 2))


class Playground:
    """One lineage and its proposer: `step` proposes, verifies and observes."""

    def __init__(self, files: Files, reward: Reward = bowl, *, seed: int = 7) -> None:
        self.reward = reward
        self.seed = seed
        self.texts = {1: files}
        origin = self._candidate(1, files, 0)
        origin.verdict = self._verdict(files)
        created = LineageCreated(1, "chain", "mutation", seed, 1)
        self.lineage = Lineage(created, {1: origin}, {origin.digest: 1})
        self.lineage.best = 1 if origin.feasible else None
        self.mutation = Mutation(seed, 1)
        self.requests: list[Request] = []

    def request(
        self, operator: str = "refine", hints: tuple[str, ...] = (), parent: int | None = None
    ) -> Request:
        self.lineage.step += 1
        parent = parent or (self.lineage.best or 1 if operator == "refine" else 1)
        shown = Shown(self.lineage.candidates[parent], self.texts[parent])
        files = self.texts[1]
        task = Task("t", "t", "", files, tuple(files), (), (), {}, (), Direction.MAXIMIZE)
        return Request(
            task,
            self.lineage,
            self.lineage.step,
            self.seed,
            Move(operator, (parent,)),
            (shown,),
            hints=tuple(Advice(n, text, "ann") for n, text in enumerate(hints, 1)),
        )

    async def propose(self, operator: str = "refine", *hints: str) -> Proposal:
        return await self.mutation.propose(self.request(operator, hints), Quiet())

    async def step(self, operator: str = "refine", *hints: str) -> Candidate:
        return self.take(await self.propose(operator, *hints), operator)

    def take(self, proposal: Proposal, operator: str = "refine") -> Candidate:
        made = self._candidate(len(self.texts) + 1, proposal.files, self.lineage.step)
        made.operator, made.note = operator, proposal.note
        # As after a resume: what is learned has been through the journal's JSON.
        made.detail = json.loads(json.dumps(proposal.detail, allow_nan=False))
        made.verdict = self._verdict(proposal.files)
        self.lineage.best = made.id if self.lineage.improves(made) else self.lineage.best
        self.lineage.candidates[made.id] = made
        self.lineage.digests[made.digest] = made.id
        self.texts[made.id] = proposal.files
        self.mutation.observe(made)
        return made

    def _candidate(self, number: int, files: Files, step: int) -> Candidate:
        digests = {path: digest_of(data) for path, data in files.items()}
        return Candidate(
            number, 1, step, (), digest_of_files(digests), digests, "", "mutation" if step else ""
        )

    def _verdict(self, files: Files) -> Verdict:
        reward = self.reward(files)
        if reward is None:
            return Verdict(Outcome.INFEASIBLE, "no")
        return Verdict(Outcome.SCORED, "", score=reward, reward=reward)
