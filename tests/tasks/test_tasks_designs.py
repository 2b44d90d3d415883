"""What holds for every task of optics, communications, physical sciences and design."""

import json
import sysconfig
from pathlib import Path

import pytest
from bundled import TASKS, judge, run, settings, verify
from perturbed import WRONG_NUMBERS, Place, assert_infeasible, changed, replaced

from workbench.verify import answers

PLACES: dict[str, Place] = {
    "truss-10-bar": ("areas", 3),
    "truss-25-bar": ("areas", 7),
    "diffraction-orders": ("binary-7", "transitions", 1),
    "power-allocation": ("launch_dbm", 59),
}
"""Where one number of an answer stands."""


@pytest.fixture(autouse=True)
def _numpy_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs run without site-packages; a task that needs numpy finds it on this path."""
    monkeypatch.setenv("PYTHONPATH", sysconfig.get_path("purelib"))


@pytest.mark.parametrize("name", PLACES)
def test_the_initial_program_scores_the_baseline_and_says_so(name: str, tmp_path: Path) -> None:
    content = run(name, tmp_path / "app")
    assert run(name, tmp_path / "again") == content
    scored = verify(name, tmp_path / "app", tmp_path / "logs")
    assert scored.reward["feasible"] == 1
    assert scored.reward["reward"] == pytest.approx(settings(name)["baseline"], rel=1e-9)
    assert f"{settings(name)['baseline']:.4f}" in scored.feedback
    assert f"{settings(name)['baseline']:.4f}" in (TASKS / name / "instruction.md").read_text()
    assert len(scored.feedback) < 1500
    assert len(scored.feedback.splitlines()) <= 8


@pytest.mark.parametrize("name", PLACES)
def test_the_reference_is_the_best_known_and_better(name: str, tmp_path: Path) -> None:
    scored = judge(name, run(name, tmp_path / "made", solution=True), tmp_path)
    ours = settings(name)
    assert scored.reward["feasible"] == 1
    assert scored.reward["reward"] == pytest.approx(ours["best_known"], rel=1e-9)
    sign = 1 if ours["direction"] == "maximize" else -1
    assert sign * scored.reward["reward"] > sign * ours["baseline"]
    assert set(scored.reward) <= {"reward", "feasible", *ours["metrics"]}
    assert len(scored.feedback) < 1500


@pytest.mark.parametrize("name", PLACES)
@pytest.mark.parametrize("case", WRONG_NUMBERS)
def test_one_wrong_number_has_no_score(name: str, case: str, tmp_path: Path) -> None:
    text, reason = WRONG_NUMBERS[case]
    content = replaced(run(name, tmp_path / "made"), PLACES[name], text)
    assert_infeasible(judge(name, content, tmp_path), reason)


@pytest.mark.parametrize("name", PLACES)
def test_what_nobody_asked_for_is_refused(name: str, tmp_path: Path) -> None:
    """A score, a target or a better limit of the candidate's own is no part of an answer."""
    content = run(name, tmp_path / "made")
    for key in ("reward", "score", "limits", "target"):
        scored = judge(name, changed(content, **{key: 1e9}), tmp_path)
        assert_infeasible(scored, "unknown", key)
    twice = content.rstrip()[:-1] + b", " + content.lstrip()[1:]
    assert_infeasible(judge(name, twice, tmp_path), "repeats a key")


@pytest.mark.parametrize("name", PLACES)
def test_lists_of_another_length_are_refused(name: str, tmp_path: Path) -> None:
    content = run(name, tmp_path / "made")
    *path, _ = PLACES[name]
    given = json.loads(content)
    for step in path:
        given = given[step]
    for entries in ([], given[:-1], given + given[:1], given * 3000):
        text = json.dumps(entries)
        assert_infeasible(judge(name, replaced(content, path, text), tmp_path))


@pytest.mark.parametrize("name", PLACES)
def test_what_is_shipped_twice_is_the_same(name: str) -> None:
    """A candidate's helpers and the verifier's are copies; `answers` is the workbench's own."""
    tests, app = TASKS / name / "tests", TASKS / name / "environment" / "app"
    assert (tests / "answers.py").read_bytes() == Path(answers.__file__).read_bytes()
    for shown in app.iterdir():
        if shown.name not in settings(name)["editable"]:
            assert shown.read_bytes() == (tests / shown.name).read_bytes()
