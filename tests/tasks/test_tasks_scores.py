import json
import math
import tomllib
from pathlib import Path

import pytest
from bundled import NAMES, TASKS, judge, output_name, run, settings, verify

pytestmark = pytest.mark.parametrize("name", NAMES)


def test_the_initial_program_scores_the_stated_baseline_every_time(
    name: str, tmp_path: Path
) -> None:
    first = run(name, tmp_path / "first")
    assert run(name, tmp_path / "second") == first
    scored = verify(name, tmp_path / "first", tmp_path / "logs")
    assert scored.reward["feasible"] == 1
    assert scored.reward["reward"] == pytest.approx(settings(name)["baseline"], abs=1e-6)


def test_the_reference_comes_close_to_the_best_known_and_not_beyond(
    name: str, tmp_path: Path
) -> None:
    content = run(name, tmp_path / "app", solution=True)
    scored = judge(name, content, tmp_path)
    ours = settings(name)
    assert ours["direction"] == "maximize"
    assert scored.reward["feasible"] == 1
    assert ours["baseline"] < scored.reward["reward"] <= ours["best_known"]
    assert scored.reward["reward"] == pytest.approx(ours["best_known"], rel=0.01)


def test_rewards_are_finite_numbers_and_the_output_is_all_that_counts(
    name: str, tmp_path: Path
) -> None:
    """The verifier sees the declared outputs only: no program, no input file."""
    scored = judge(name, run(name, tmp_path / "whole"), tmp_path)
    assert all(type(value) in (int, float) for value in scored.reward.values())
    assert all(math.isfinite(value) for value in scored.reward.values())
    assert "best known" in scored.feedback


def test_harbor_runs_the_same_commands(name: str, tmp_path: Path) -> None:
    """Harbor executes test.sh; our fast path executes `run` and verify.py of task.toml."""
    ours = settings(name)
    script = (TASKS / name / "tests" / "test.sh").read_text().splitlines()
    assert len(script) == 3
    assert script[1].endswith(" ".join(ours["run"]))
    assert f"rm -rf {output_name(name)} " in script[1]
    assert script[2] == "exec python3 -S /tests/verify.py /app /logs/verifier"
    for path in ("tests/test.sh", "solution/solve.sh"):
        assert (TASKS / name / path).stat().st_mode & 0o111
    shipped = {path.name for path in (TASKS / name / "environment" / "app").iterdir()}
    assert set(ours["editable"]) <= shipped
    assert not set(ours["outputs"]) & shipped


def test_limits_are_stated_and_the_network_is_off(name: str, tmp_path: Path) -> None:
    config = tomllib.loads((TASKS / name / "task.toml").read_text())
    assert config["schema_version"] == "1.4"
    assert config["environment"]["network_mode"] == "no-network"
    assert config["metadata"]["workbench"]["budget"] == {"evaluations": 200}
    assert config["metadata"]["category"] == config["metadata"]["workbench"]["category"]
    assert min(config["verifier"]["timeout_sec"], config["agent"]["timeout_sec"]) > 0


def test_the_instruction_shows_the_output_and_the_goal(name: str, tmp_path: Path) -> None:
    text = (TASKS / name / "instruction.md").read_text()
    content = json.loads(run(name, tmp_path))
    assert all(key in text for key in content)
    assert f"`/app/{output_name(name)}`" in text
    assert f"{settings(name)['baseline']:.4f}" in text
