"""What every bundled task promises of its scores, and what its directory has to hold."""

import ast
import json
import math
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bundled import (
    NAMES,
    TASKS,
    Scored,
    config,
    each,
    figures_differ,
    honest,
    judge,
    run,
    settings,
    verified_by,
    verify,
)

from workbench.verify import answers, calls

CATEGORIES = {
    "computing and mathematics",
    "operations research",
    "robotics and control",
    "optics and communications",
    "physical sciences and design",
}
EXACT = 1e-9  # relative; the verifiers are deterministic, libm differs between machines

every = pytest.mark.parametrize("name", NAMES)
by_output = pytest.mark.parametrize("name", each(verified_by("output")))


def assert_plain(name: str, scored: Scored) -> None:
    """Numbers only, finite, none that task.toml does not declare."""
    assert all(type(value) in (int, float) for value in scored.reward.values())
    assert all(math.isfinite(value) for value in scored.reward.values())
    assert set(scored.reward) <= {"reward", "feasible", *settings(name)["metrics"]}


def at_least_as_good(name: str, score: float, other: float) -> bool:
    """Whether `score` is no worse than `other`, but for rounding."""
    sign = 1 if settings(name)["direction"] == "maximize" else -1
    return sign * (score - other) >= -EXACT * max(1.0, abs(other))


@by_output
def test_the_initial_program_scores_the_stated_baseline_every_time(
    name: str, tmp_path: Path
) -> None:
    first = run(name, tmp_path / "first")
    assert run(name, tmp_path / "second") == first
    scored = verify(name, tmp_path / "first", tmp_path / "logs")
    assert scored.reward["feasible"] == 1
    assert 0 < len(scored.feedback) < 1500
    assert verify(name, tmp_path / "first", tmp_path / "logs") == scored
    if reason := figures_differ(name):
        pytest.skip(reason)
    assert scored.reward["reward"] == pytest.approx(settings(name)["baseline"], rel=EXACT)


@by_output
def test_the_verifier_needs_the_outputs_alone(name: str, tmp_path: Path) -> None:
    """No program and no input file: what the candidate could change beside them counts nothing."""
    scored = judge(name, honest(name), tmp_path / "alone")
    assert_plain(name, scored)
    run(name, tmp_path / "whole")
    assert verify(name, tmp_path / "whole", tmp_path / "logs") == scored


@by_output
def test_the_reference_is_better_and_within_what_is_known(name: str, tmp_path: Path) -> None:
    ours = settings(name)
    run(name, tmp_path / "app", solution=True)
    scored = verify(name, tmp_path / "app", tmp_path / "logs")
    assert scored.reward["feasible"] == 1
    assert_plain(name, scored)
    score = scored.reward["reward"]
    assert at_least_as_good(name, score, ours["baseline"])
    assert score != pytest.approx(ours["baseline"], rel=1e-3)
    if reason := figures_differ(name):
        pytest.skip(reason)
    assert at_least_as_good(name, ours["best_known"], score)
    assert at_least_as_good(name, ours.get("bound", ours["best_known"]), ours["best_known"])


@every
def test_harbor_runs_the_same_commands(name: str) -> None:
    """Harbor executes test.sh; our fast path executes `run` and verify.py of task.toml."""
    ours = settings(name)
    *_, script = (TASKS / name / "tests" / "test.sh").read_text().partition("#!/bin/bash\n")
    *first, last = script.splitlines()
    assert last in (
        "exec python3 -S /tests/verify.py /app /logs/verifier",
        "exec python3 /tests/verify.py /app /logs/verifier",
    )
    shipped = {path.name for path in (TASKS / name / "environment" / "app").iterdir()}
    assert set(ours["editable"]) <= shipped
    if ours.get("verification", "output") == "output":
        assert len(first) == 1
        assert first[0].endswith(" ".join(ours["run"]))
        made = [path for path in ours["outputs"] if path not in ours["editable"]]
        assert not made or f"rm -rf {' '.join(made)} " in first[0]
        assert not set(made) & shipped
    for path in ("tests/test.sh", "solution/solve.sh"):
        assert (TASKS / name / path).stat().st_mode & 0o111


@every
def test_harbor_s_own_checks_find_nothing(name: str) -> None:
    """What `harbor lint` asks of a task, and itself where there is one."""
    whole = config(name)
    assert whole["artifacts"] == [f"/app/{path}" for path in settings(name)["editable"]]
    assert whole["verifier"]["environment_mode"] == "separate"
    dockerfile = (TASKS / name / "environment" / "Dockerfile").read_text()
    for line in dockerfile.splitlines():
        if "pip install" in line:
            packages = [word for word in line.split("install")[1].split() if word[0] != "-"]
            assert all("==" in word for word in packages), line
    lint = shutil.which("harbor")
    if lint is not None:
        done = subprocess.run([lint, "lint", TASKS / name], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@every
def test_what_a_verifier_shares_with_the_workbench_is_the_same(name: str) -> None:
    """A task that runs elsewhere ships copies; they are not to drift apart."""
    tests = TASKS / name / "tests"
    assert (tests / "answers.py").read_bytes() == Path(answers.__file__).read_bytes()
    assert settings(name).get("verification", "output") in ("output", "call")
    if name in verified_by("call") or (tests / "calls.py").exists():
        assert (tests / "calls.py").read_bytes() == Path(calls.__file__).read_bytes()


@every
def test_limits_are_stated_and_the_network_is_off(name: str) -> None:
    whole, ours = config(name), settings(name)
    assert whole["schema_version"] == "1.4"
    assert whole["environment"]["network_mode"] == "no-network"
    assert whole["metadata"]["category"] == ours["category"]
    assert ours["category"] in CATEGORIES
    assert ours["budget"]["evaluations"] > 0
    assert 5 <= ours["evaluate_timeout_sec"] <= 10
    assert whole["verifier"]["timeout_sec"] == 30
    assert ours["best_known_source"]
    assert not {"reward", "feasible"} & set(ours["metrics"])


@every
def test_metrics_of_a_broken_constraint_are_declared(name: str) -> None:
    """Else the record of an infeasible answer is refused, and with it the reason."""
    tree = ast.parse((TASKS / name / "tests" / "verify.py").read_text())
    called = {node.func.id for node in ast.walk(tree) if _is_plain_call(node)}
    if "broken" in called:
        assert {"violations", "worst_violation"} <= set(settings(name)["metrics"])


def _is_plain_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


@every
def test_the_instruction_is_short_and_names_the_files(name: str) -> None:
    text = (TASKS / name / "instruction.md").read_text()
    assert len(text.splitlines()) <= 80
    ours = settings(name)
    assert all(f"/app/{path}" in text for path in ours["editable"])
    assert all(f"/app/{path}" in text for path in ours.get("outputs", ()))


@by_output
def test_the_instruction_names_every_field_of_the_output(name: str) -> None:
    text = (TASKS / name / "instruction.md").read_text()
    for path, content in honest(name).items():
        if path.endswith(".json"):
            found = json.loads(content)
            fields = [key for key in found if key.isalpha()] if isinstance(found, dict) else []
            assert all(field in text for field in fields)


@every
def test_its_programs_are_short_and_its_container_has_what_they_import(name: str) -> None:
    for path in (TASKS / name).rglob("*.py"):
        lines = len(path.read_text().splitlines())
        assert lines <= 400, f"{path}: {lines} lines"
    docker = (TASKS / name / "environment" / "Dockerfile").read_text()
    for package in settings(name).get("python_packages", ()):
        assert re.search(rf"^RUN pip install .*\b{re.escape(package)}\b", docker, re.MULTILINE)
