"""What stands of a score after it was confirmed, and the records a task's own words allow."""

from __future__ import annotations

import msgspec
import pytest
from verify_scripted import ScriptedBackend, ran, recorded, toy

import sandbox
from sandbox import Execution, Job
from sandbox import Outcome as Ending
from workbench.model.task import Image, Task
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.verify import strict
from workbench.verify.confirm import confirm, settle
from workbench.verify.outcome import Stage
from workbench.verify.places import NONCE
from workbench.verify.verifier import Verification, Verifier


def scored(score: float, direction: Direction = Direction.MAXIMIZE) -> Verification:
    reward = direction.reward(score)
    verdict = Verdict(
        Outcome.SCORED,
        f"number {score:g}",
        score,
        reward,
        {"m": score},
        seconds=1.0,
        cpu_seconds=2.0,
    )
    return Verification(verdict, {f"{score}": b""}, Stage.VERIFIER)


@pytest.mark.parametrize(
    ("scores", "direction", "settled"),
    [
        ([3.0], Direction.MAXIMIZE, 3.0),
        ([3.0, 9.0, 4.0], Direction.MAXIMIZE, 4.0),
        ([4.0, 1.0, 3.0, 2.0], Direction.MAXIMIZE, 2.0),
        ([4.0, 1.0, 3.0, 2.0], Direction.MINIMIZE, 3.0),
        ([5.0, 5.0], Direction.MINIMIZE, 5.0),
    ],
)
def test_the_median_or_the_worse_of_the_middle_two_stands(
    scores: list[float], direction: Direction, settled: float
) -> None:
    found = settle(scored(9.5, direction), [scored(score, direction) for score in scores])
    told = found.verdict
    assert (told.score, told.reward) == (settled, direction.reward(settled))
    assert told.metrics == {"m": settled}  # of the same verification as the score
    assert found.blobs == {f"{settled}": b""}
    assert (told.raw_score, told.confirmations) == (9.5, len(scores))
    assert (told.confirmed_min, told.confirmed_max) == (min(scores), max(scores))
    assert (told.seconds, told.cpu_seconds) == (1.0 + len(scores), 2.0 + 2 * len(scores))
    assert told.message == f"number {settled:g}; before it was confirmed 9.5"


async def confirmed(task: Task, *records: Execution) -> tuple[Verdict, ScriptedBackend]:
    """Confirm a score of 9 where the sandbox answers with `records` in turn."""
    answers = iter(records)
    backend = ScriptedBackend(verifier=lambda job: next(answers))
    found = await confirm(Verifier(task, backend), {"solve.py": b"pass"}, scored(9.0))
    assert [lease.closed for lease in backend.leases.values()] == [True, True]
    return found.verdict, backend


async def test_each_confirmation_starts_from_nothing() -> None:
    task = msgspec.structs.replace(toy(), repeats=2)
    told, backend = await confirmed(task, recorded(b'{"reward": 8}'), recorded(b'{"reward": 7}'))
    assert (told.score, told.raw_score, told.confirmations) == (7.0, 9.0, 2)
    assert [spec.warm for spec in backend.specs.values()] == [False, False]
    assert len(backend.leases["candidate"].jobs) == 2


async def test_one_that_says_otherwise_ends_it_without_a_score() -> None:
    task = msgspec.structs.replace(toy(), repeats=3)
    infeasible = recorded(b'{"reward": 8, "feasible": 0}')
    told, _ = await confirmed(task, recorded(b'{"reward": 8}'), infeasible)
    assert told.outcome is Outcome.INVALID
    assert (told.score, told.reward, told.raw_score, told.confirmations) == (None, None, 9.0, 2)
    assert (told.confirmed_min, told.confirmed_max) == (None, None)
    assert told.message == (
        "it scored 9 once, but confirmation 2 says infeasible: a hard constraint is broken"
    )


async def test_a_machine_that_fails_says_nothing_of_the_candidate() -> None:
    told, _ = await confirmed(toy(), ran(Ending.sandbox_error, detail="no space"))
    assert told.outcome is Outcome.INFRASTRUCTURE
    backend = ScriptedBackend()
    backend.refuse = "candidate"
    found = await confirm(Verifier(toy(), backend), {"solve.py": b""}, scored(9.0))
    assert found.verdict.outcome is Outcome.INFRASTRUCTURE
    assert "no user namespaces here" in found.verdict.message


async def verdict(task: Task, record: bytes) -> Verdict:
    async with Verifier(task, ScriptedBackend(verifier=recorded(record))) as verifier:
        return (await verifier.verify({"solve.py": b"pass"})).verdict


async def test_only_declared_metrics_are_taken() -> None:
    task = msgspec.structs.replace(toy(), metrics=("gap",))
    assert (await verdict(task, b'{"reward": 1, "gap": 2}')).metrics == {"gap": 2.0}
    assert (await verdict(task, b'{"reward": 1}')).outcome is Outcome.SCORED
    told = await verdict(task, b'{"reward": 1, "pag": 2}')
    assert told.outcome is Outcome.INVALID
    assert 'has the metric "pag", which task.toml does not declare' in told.message


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        (b'{"reward": 0}', Outcome.SCORED),
        (b'{"reward": 10}', Outcome.SCORED),
        (b'{"reward": 10.01}', Outcome.INVALID),
        (b'{"reward": -0.01}', Outcome.INVALID),
        (b'{"reward": -5, "feasible": 0}', Outcome.INFEASIBLE),
    ],
)
async def test_a_score_that_no_candidate_can_have_is_none(record: bytes, outcome: Outcome) -> None:
    task = msgspec.structs.replace(toy(), score_range=(0.0, 10.0))
    told = await verdict(task, record)
    assert told.outcome is outcome
    if outcome is Outcome.INVALID:
        assert "which no feasible candidate can score (score_range is 0 to 10)" in told.message
        assert told.score is None


async def test_a_record_with_the_nonce_of_another_run_is_refused() -> None:
    def honest(job: Job) -> Execution:
        return recorded(b'{"reward": 1, "nonce": "%s"}' % job.files[NONCE])

    async with Verifier(toy(), ScriptedBackend(verifier=honest)) as verifier:
        assert (await verifier.verify({"solve.py": b""})).verdict.score == 1.0
    told = await verdict(toy(), b'{"reward": 1, "nonce": "of yesterday"}')
    assert told.outcome is Outcome.INVALID
    assert 'is of another run: its "nonce"' in told.message


@pytest.mark.parametrize("nonce", [b"1", b"null", b'"x"', b"true", b'""'])
def test_a_nonce_is_the_very_word_or_none(nonce: bytes) -> None:
    with pytest.raises(strict.BadRecord, match="of another run"):
        strict.parse(b'{"reward": 1, "nonce": %s}' % nonce, nonce="1")


async def test_a_task_s_image_is_what_its_sandboxes_are_made_from() -> None:
    backend = ScriptedBackend()
    task = msgspec.structs.replace(toy(), image=Image("python:3.12"))
    async with Verifier(task, backend):
        pass
    assert [x.image for x in backend.specs.values()] == [sandbox.Image("python:3.12")] * 2


def test_an_unknown_way_of_verifying_is_refused() -> None:
    with pytest.raises(ValueError, match="'trust'"):
        Verifier(msgspec.structs.replace(toy(), verification="trust"), ScriptedBackend())
