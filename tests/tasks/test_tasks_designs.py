"""What holds for every task of optics, communications, physical sciences and design."""

import json
from pathlib import Path

import pytest
from bundled import TASKS, judge, settings, verify
from perturbed import Place, answer_of, assert_infeasible, judged, output, replaced

LISTS: dict[str, Place] = {
    "battery-fast-charging": ("mild", 1),
    "diffraction-orders": ("binary-7", "transitions"),
    "power-allocation": ("launch_dbm",),
    "reaction-yield": ("isomer", "temperatures"),
    "spectrum-packing": ("ring-10",),
    "topology-optimisation": ("densities", 7),
    "truss-10-bar": ("areas",),
    "truss-25-bar": ("areas",),
}
"""Where a list of an answer stands that has one right length, or no more entries than two."""


@pytest.mark.parametrize("name", LISTS)
def test_text_and_feedback_name_the_figures_of_task_toml(name: str, tmp_path: Path) -> None:
    text = (TASKS / name / "instruction.md").read_text()
    ours = settings(name)
    baseline, best = f"{ours['baseline']:.4f}", f"{ours['best_known']:.4f}"
    assert baseline in text
    assert best in text or f"{ours['best_known']:.2f}" in text  # as published
    begun = judge(name, output(name), tmp_path)
    assert baseline in begun.feedback
    assert best in begun.feedback
    assert len(begun.feedback.splitlines()) <= 8
    known = judge(name, output(name, solution=True), tmp_path)
    assert known.reward["reward"] == pytest.approx(ours["best_known"], rel=1e-9)
    assert len(known.feedback) < 1500


@pytest.mark.parametrize("name", LISTS)
def test_what_nobody_asked_for_is_refused(name: str, tmp_path: Path) -> None:
    """A score, a target or a better limit of the candidate's own is no part of an answer."""
    answer = answer_of(name)
    for key in ("reward", "limits"):
        assert_infeasible(judged(name, answer | {key: 1e9}, tmp_path), "unknown", key)


@pytest.mark.parametrize("name", LISTS)
def test_lists_of_another_length_are_refused(name: str, tmp_path: Path) -> None:
    content, place = output(name), LISTS[name]
    given = json.loads(content)
    for step in place:
        given = given[step]
    for entries in ([], given[:-1], given + given[:1], given * 3000):
        assert_infeasible(judge(name, replaced(content, place, json.dumps(entries)), tmp_path))


@pytest.mark.parametrize("name", LISTS)
def test_what_is_shipped_twice_is_the_same(name: str, tmp_path: Path) -> None:
    """A candidate's helpers are copies of the verifier's, which does not look at the former."""
    tests, app = TASKS / name / "tests", TASKS / name / "environment" / "app"
    made = tmp_path / "app"
    made.mkdir()
    for shown in app.iterdir():
        if shown.name not in settings(name)["editable"]:
            assert shown.read_bytes() == (tests / shown.name).read_bytes()
            (made / shown.name).write_text("raise SystemExit\n")
    (made / settings(name)["outputs"][0]).write_bytes(output(name))
    scored = verify(name, made, tmp_path / "logs")
    assert scored.reward["reward"] == pytest.approx(settings(name)["baseline"], rel=1e-9)
