"""Every bundled task in the real sandbox, by the code that a search runs."""

import msgspec
import pytest
from bundled import NAMES, each, figures_differ, initial, reference, settings, verified_by

import sandbox
from workbench.formats.load import load
from workbench.model.task import Task
from workbench.model.verdict import Outcome, Verdict
from workbench.verify.preflight import preflight
from workbench.verify.verifier import Verifier

EXACT = 1e-9


@pytest.mark.parametrize("name", each(NAMES))
async def test_the_initial_files_and_the_reference_score_as_stated(
    backend: sandbox.Backend, name: str
) -> None:
    loaded, ours = load(name), settings(name)
    assert [str(warning) for warning in loaded.warnings if "bound" not in str(warning)] == []
    async with Verifier(loaded.task, backend) as verifier:
        tried = await preflight(loaded.task, verifier)
        assert tried.fault == "none", tried.message
        assert tried.verdict is not None
        again = (await verifier.verify(initial(name))).verdict
        assert again.score == tried.verdict.score
        assert again.metrics == tried.verdict.metrics
        best = (await verifier.verify(reference(name))).verdict
    assert best.outcome is Outcome.SCORED, best.message
    assert best.score is not None
    assert again.score is not None
    assert gain(name, best.score, again.score) > 1e-3
    if reason := figures_differ(name):
        pytest.skip(reason)
    assert tried.warnings == ()
    assert again.score == pytest.approx(ours["baseline"], rel=EXACT)
    assert gain(name, ours["best_known"], best.score) >= -EXACT


def gain(name: str, score: float, over: float) -> float:
    """How much better `score` is, relative to the other one."""
    sign = 1 if settings(name)["direction"] == "maximize" else -1
    return sign * (score - over) / max(1e-9, abs(over))


EMPTY_HANDED = {
    "nothing": b"",
    "an early end": b"raise SystemExit(0)\n",
    "a sudden end": b"import os\nos._exit(0)\n",
    "no syntax": b"def (:\n",
}


@pytest.mark.parametrize("name", each(verified_by("call")))
@pytest.mark.parametrize("case", EMPTY_HANDED)
async def test_a_candidate_without_functions_is_not_scored(
    backend: sandbox.Backend, name: str, case: str
) -> None:
    verdict = await first_file(load(name).task, backend, EMPTY_HANDED[case])
    assert not verdict.feasible
    assert verdict.reward is None
    assert verdict.message


async def first_file(task: Task, backend: sandbox.Backend, content: bytes) -> Verdict:
    """Verify the task with `content` in the place of its first editable file."""
    resources = msgspec.structs.replace(task.resources, candidate_seconds=5.0)
    made = msgspec.structs.replace(task, resources=resources)
    async with Verifier(made, backend) as verifier:
        return (await verifier.verify({task.editable[0]: content})).verdict
