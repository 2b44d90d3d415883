"""Run every attack in one mode on one backend, and judge what it got.

As a script it prints the rows as JSON, so that an ordinary user can run it too.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import NamedTuple

from attack_acts import PROGRAMS, SLOW, SLOW_SECONDS
from attack_programs import Attack
from attack_tasks import INPUTS, program, task

import sandbox
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.verifier import Verifier

HONEST = PROGRAMS[0]


class Row(NamedTuple):
    """What one program got."""

    name: str
    outcome: str
    score: float | None
    earned: float
    verification: str
    seconds: float | None
    """How long the answers took, by the verifier's clock, where it has one."""
    message: str

    @property
    def cheated(self) -> bool:
        """Whether it got what it had not earned: a better score, or a shorter time."""
        if self.outcome == Outcome.SCORED and (self.score or 0.0) > self.earned:
            return True
        quick = self.seconds is not None and self.seconds < SLOW_SECONDS * len(INPUTS)
        return self.name == SLOW and quick

    @property
    def problem(self) -> str | None:
        """What must not be, in words; None if all is well."""
        if self.verification != "shared" and self.cheated:
            return f"{self.name}: scored {self.score} in {self.seconds} s: {self.message}"
        if self.outcome == Outcome.INFRASTRUCTURE:
            return f"{self.name}: broke the sandbox: {self.message}"
        if self.name == HONEST.name and self.score != self.earned:
            return f"{self.name}: {self.outcome}, {self.score}: {self.message}"
        return None


async def matrix(
    mode: str, backend: sandbox.Backend, warm: bool, attacks: Sequence[Attack] = PROGRAMS
) -> list[Row]:
    """Verify every program in one slot, and the honest one once more at the end."""
    rows = []
    async with Verifier(task(mode), backend, warm=warm) as verifier:
        for attack in (*attacks, HONEST):
            found = await verifier.verify({"solve.py": program(mode, attack.source)})
            rows.append(_row(attack, found.verdict))
    return rows


def _row(attack: Attack, verdict: Verdict) -> Row:
    return Row(
        attack.name,
        verdict.outcome,
        verdict.score,
        attack.earned,
        verdict.verification,
        verdict.metrics.get("seconds"),
        verdict.message,
    )


if __name__ == "__main__":
    rows = asyncio.run(matrix(sys.argv[1], sandbox.backend(sys.argv[2]), sys.argv[3] == "warm"))
    print(json.dumps({"rows": rows}))
