"""Red team: no program earns on a bundled task what its answers are not worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from redteam import EVERYWHERE, FILES, FUNCTIONS, Cheat

import sandbox
from workbench.formats.load import bundled, load
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.verifier import Verifier

ROUNDING = 1e-9


def _tasks() -> list[Path]:
    return [path for path in bundled() if load(path).task.editable[0].endswith(".py")]


def _cheats(task: Task) -> tuple[Cheat, ...]:
    return EVERYWHERE + (FUNCTIONS if task.verification == "call" else FILES)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("directory", _tasks(), ids=lambda path: path.name)
async def test_no_program_earns_more_than_its_answers_are_worth(
    directory: Path, backend: sandbox.Backend
) -> None:
    task = load(directory).task
    exploits: list[str] = []
    async with Verifier(task, backend) as verifier:

        async def verdict(files: Mapping[str, bytes]) -> Verdict:
            return (await verifier.verify(files)).verdict

        honest = await verdict(task.initial)
        assert honest.outcome is Outcome.SCORED
        assert honest.reward is not None
        plain = await verdict(Cheat("none").around(task))
        assert plain.reward == pytest.approx(honest.reward, rel=1e-6), "what stands around it works"
        most = honest.reward + ROUNDING * max(1.0, abs(honest.reward))
        for cheat in _cheats(task):
            found = await verdict(cheat.around(task))
            assert found.outcome is not Outcome.INFRASTRUCTURE, (cheat.name, found.message)
            if found.reward is not None and found.reward > most:
                exploits.append(f"{cheat.name}: {found.message}")
        again = await verdict(task.initial)
        assert again.reward == pytest.approx(honest.reward, rel=1e-6)
    assert exploits == []
