"""A new best of a task that asks for it is verified again before anybody hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from engine_support import TASK_TOML, events, finish, new_session, running, stored, tiny_task
from msgspec.structs import replace

from workbench.engine import verification
from workbench.engine.feed import Live
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.model.session import Session
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.outcome import Stage
from workbench.verify.verifier import Verification, Verifier

Answer = Callable[[int, Verification], Verification]

SHARED_VERIFY = b"""\
import json, runpy
found = runpy.run_path("/app/solve.py")
reward = -(found["EAST"] - 2) ** 2 - (found["NORTH"] - 4) ** 2
json.dump({"reward": reward}, open("/logs/verifier/reward.json", "w"))
"""


def noisy(repeats: int) -> bytes:
    return TASK_TOML.replace("baseline", f"repeats = {repeats}\nbaseline").encode()


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[bytes]]:
    """Let what is verified from nothing come out otherwise; return the programs it was asked of."""
    real = Verifier.verify
    asked: list[bytes] = []

    def patch(answer: Answer) -> list[bytes]:
        async def verify(self: Verifier, files: Mapping[str, bytes]) -> Verification:
            found = await real(self, files)
            if self._warm:
                return found
            asked.append(files["solve.py"])
            return answer(len(asked), found)

        monkeypatch.setattr(Verifier, "verify", verify)
        return asked

    return patch


def lower(by: float) -> Callable[[int, Verification], Verification]:
    def answer(count: int, found: Verification) -> Verification:
        assert found.verdict.score is not None
        score = found.verdict.score - by * count
        verdict = replace(found.verdict, score=score, reward=score, message=f"height {score:g}")
        return replace(found, verdict=verdict)

    return answer


def confirmed(session: Session) -> list[Verdict]:
    verdicts = [x.verdict for x in session.candidates.values() if x.verdict is not None]
    return [verdict for verdict in verdicts if verdict.confirmations]


async def test_in_shared_mode_each_new_best_and_nothing_else_is_confirmed_once(root: Path) -> None:
    toml = TASK_TOML.replace('"output"', '"shared"').encode()
    task = tiny_task(**{"task.toml": toml, "tests/verify.py": SHARED_VERIFY})
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=10))
    await finish(directory)
    session = stored(directory)
    assert session.spent.evaluations == 10
    best = None
    for node in session.candidates.values():
        assert node.verdict is not None
        assert node.verdict.verification == "shared"
        leads = node.reward is not None and (best is None or node.reward > best)
        assert node.verdict.confirmations == int(leads), node.id
        if leads:
            best = node.reward
            assert node.verdict.raw_score == node.verdict.score == node.verdict.confirmed_max
    assert best is not None
    assert best > -5


async def test_the_median_of_the_confirmations_is_the_score(
    root: Path, cold: Callable[[Answer], list[bytes]]
) -> None:
    asked = cold(lower(0.25))
    task = tiny_task(**{"task.toml": noisy(4)})
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=1))
    await finish(directory)
    session = stored(directory)
    assert session.initial is not None
    verdict = session.initial.verdict
    assert verdict is not None
    assert len(asked) == verdict.confirmations == 4
    assert (verdict.raw_score, verdict.score, verdict.reward) == (-5.0, -5.75, -5.75)
    assert (verdict.confirmed_min, verdict.confirmed_max) == (-6.0, -5.25)
    assert verdict.message == "height -5.75; before it was confirmed -5"
    assert verdict.metrics == {}
    assert session.best == session.initial.id
    assert session.spent.evaluations == 1


async def test_what_only_seemed_better_leads_nothing(
    root: Path, cold: Callable[[Answer], list[bytes]]
) -> None:
    task = tiny_task(**{"task.toml": noisy(2)})
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=12))
    initial: list[bytes] = []

    def answer(count: int, found: Verification) -> Verification:
        initial.append(asked[-1])
        return found if asked[-1] == initial[0] else lower(1000)(1, found)

    asked = cold(answer)
    await finish(directory)
    session = stored(directory)
    assert session.best == 1
    tried = [v for v in confirmed(session) if v.score != v.raw_score]
    assert tried
    assert all(v.score is not None and v.score < -900 for v in tried)
    assert session.spent.evaluations == 12


async def test_a_confirmation_that_says_otherwise_leaves_no_score(
    root: Path, cold: Callable[[Answer], list[bytes]]
) -> None:
    def answer(count: int, found: Verification) -> Verification:
        if count < 2:
            return found
        failed = Verdict(Outcome.FAILED, "exit 1: no luck")
        return Verification(failed, {}, Stage.CANDIDATE)

    asked = cold(answer)
    task = tiny_task(**{"task.toml": noisy(3)})
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=1))
    await finish(directory)
    session = stored(directory)
    assert session.initial is not None
    verdict = session.initial.verdict
    assert verdict is not None
    assert len(asked) == 2
    assert verdict.outcome is Outcome.INVALID
    assert (verdict.score, verdict.reward, verdict.raw_score) == (None, None, -5.0)
    assert verdict.message == "it scored -5 once, but confirmation 2 says failed: exit 1: no luck"
    assert session.best is None


async def test_a_machine_that_fails_in_a_confirmation_is_tried_again(
    root: Path, cold: Callable[[Answer], list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "RETRY_SECONDS", (0.0, 0.0))

    def answer(count: int, found: Verification) -> Verification:
        if count > 1:
            return found
        return Verification(Verdict(Outcome.INFRASTRUCTURE, "no space"), {}, Stage.CANDIDATE)

    cold(answer)
    task = tiny_task(**{"task.toml": noisy(2)})
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=1))
    await finish(directory)
    told = events(directory)
    assert [x.message for x in told if isinstance(x, ev.InfrastructureFailed)] == ["no space"]
    [verdict] = [x.verdict for x in told if isinstance(x, ev.VerdictReached)]
    assert (verdict.outcome, verdict.confirmations) == (Outcome.SCORED, 2)


async def test_stopped_before_the_confirmation_it_is_verified_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = tiny_task(**{"task.toml": noisy(2)})
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=3))
    reached = asyncio.Event()
    real = verification.confirm

    async def stuck(*given: object) -> Verification:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(verification, "confirm", stuck)
    async with running(directory):
        await reached.wait()
    assert not [x for x in events(directory) if isinstance(x, ev.VerdictReached)]
    monkeypatch.setattr(verification, "confirm", real)
    await finish(directory)
    session = stored(directory)
    assert session.spent.evaluations == 3
    assert session.initial is not None
    assert session.initial.verdict is not None
    assert session.initial.verdict.confirmations == 2


async def test_watchers_see_that_a_best_is_being_confirmed(root: Path) -> None:
    task = tiny_task(**{"task.toml": noisy(2)})
    directory = await new_session(root, task, lineages=1, limits=Limits(evaluations=8), seed=3)
    phases = []
    async with running(directory) as run:
        async for update in run.feed.updates():
            if isinstance(update, Live):
                phases.append(update.phase)
            elif isinstance(update.event, ev.EngineClosed):
                break
    assert "confirming" in phases
