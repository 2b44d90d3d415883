"""How a task says that it is verified, and what is refused of that."""

from __future__ import annotations

import math

import pytest
from test_harbor import GOOD, bundle, refusal

from workbench.formats import harbor
from workbench.model.task import Image, Task

OURS = "[metadata.workbench] "
RUN = 'run = ["python3", "-S", "solve.py"]\n'
OUTPUTS = 'outputs = ["answer.json"]\n'


def parsed(*replaced: tuple[str, str], **files: bytes | None) -> tuple[Task, list[str]]:
    toml = GOOD
    for old, new in replaced:
        assert toml.count(old) == 1
        toml = toml.replace(old, new)
    return harbor.parse(bundle(toml, **files))


def with_key(line: str) -> tuple[str, str]:
    return ('category = "operations research"\n', f"{line}\n")


def mode(word: str) -> tuple[str, str]:
    return ('verification = "output"', f'verification = "{word}"')


def test_what_a_task_leaves_out_is_as_before() -> None:
    task, _ = parsed()
    assert (task.repeats, task.metrics, task.score_range, task.image) == (1, None, None, None)
    assert not task.needs_image
    assert not task.confirms


def test_call_needs_neither_run_nor_outputs() -> None:
    task, warnings = parsed(mode("call"), (RUN, ""), (OUTPUTS, ""))
    assert warnings == []
    assert (task.verification, task.run, task.outputs) == ("call", (), ())
    assert task.verify == ("python3", "-S", "/tests/verify.py", "/app", "/logs/verifier")
    task, warnings = parsed(mode("call"))
    assert task.run == ("python3", "-S", "solve.py")
    assert warnings == [f'task.toml: {OURS}outputs: has no effect with verification = "call"']


def test_call_without_run_needs_python_to_serve() -> None:
    lines = (mode("call"), (RUN, ""), (OUTPUTS, ""), ('["solve.py"]', '["solve.c"]'))
    toml = GOOD
    for old, new in lines[1:3] + lines[:1]:
        toml = toml.replace(old, new)
    toml = toml.replace('editable = ["solve.py"]', 'editable = ["solve.c"]')
    error = refusal(bundle(toml, **{"environment/app/solve.c": b""}))
    [problem] = error.problems
    assert problem.key == OURS + "run"
    assert "no Python" in problem.wrong


def test_shared_needs_the_verifier_alone() -> None:
    task, warnings = parsed(mode("shared"), (RUN, ""), (OUTPUTS, ""))
    assert warnings == []
    assert (task.verification, task.run, task.outputs) == ("shared", (), ())
    assert task.confirms
    task, warnings = parsed(mode("shared"))
    assert [warning.split(": ")[1] for warning in warnings] == [OURS + "run", OURS + "outputs"]
    assert (task.run, task.outputs) == ((), ())


def test_a_foreign_shared_task_is_scored_by_its_own_script() -> None:
    task, _ = parsed(mode("shared"), (RUN, ""), (OUTPUTS, ""), **{"tests/verify.py": None})
    assert task.verify == ("bash", "/tests/test.sh")


def test_repeats_metrics_and_the_range_of_scores_are_read() -> None:
    lines = 'repeats = 3\nmetrics = ["gap", "p 95/ms"]\nscore_range = [0, inf]'
    task, warnings = parsed(with_key(lines))
    assert warnings == []
    assert (task.repeats, task.metrics) == (3, ("gap", "p 95/ms"))
    assert task.score_range == (0.0, math.inf)
    assert task.confirms
    assert parsed(with_key("metrics = []"))[0].metrics == ()


IMAGE = 'network_mode = "no-network"\n'


def test_a_container_is_asked_for_by_image_or_by_build() -> None:
    named = (IMAGE, IMAGE + 'docker_image = "python:3.12-slim"\n')
    task, warnings = parsed(named)
    assert warnings == []
    assert task.image == Image("python:3.12-slim")
    assert task.needs_image
    built = with_key("container = true")
    task, _ = parsed(built)
    assert task.image == Image(
        context={
            "Dockerfile": b"FROM python:3.11\n",
            "app/solve.py": b"print(1)\n",
            "app/data/cities.json": b"[]",
        }
    )
    assert parsed(built, named)[0].image == Image("python:3.12-slim")
    assert parsed(with_key("container = false"), named)[0].image is None


def test_a_build_without_a_dockerfile_is_refused() -> None:
    toml = GOOD.replace(*with_key("container = true"))
    [problem] = refusal(bundle(toml, **{"environment/Dockerfile": None})).problems
    assert (problem.file, problem.wrong) == ("environment/Dockerfile", "is missing")


def test_a_session_reads_the_same_task_again() -> None:
    lines = 'repeats = 3\nmetrics = ["gap"]\nscore_range = [0, 9]\ncontainer = true'
    task, _ = parsed(mode("call"), (RUN, ""), (OUTPUTS, ""), with_key(lines))
    again, _ = harbor.parse(task.bundle)
    assert again == task


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("repeats = 0", "is 0"),
        ("repeats = 100", "is 100"),
        ("repeats = 1.5", "is a number"),
        ('metrics = "gap"', "is a string"),
        ('metrics = ["reward"]', "is reserved"),
        ('metrics = ["9"]', "cannot name a metric"),
        ('metrics = ["a", "a"]', "is there twice"),
        ("score_range = 3", "is an integer"),
        ("score_range = [1]", "holds 1 values, not 2"),
        ("score_range = [1, true]", "holds a boolean"),
        ("score_range = [2, 1]", "holds no range"),
        ("score_range = [nan, 1]", "holds no range"),
        (f"score_range = [0, {10**400}]", "holds no range"),
        ('container = "yes"', "is a string"),
    ],
)
def test_each_fault_is_laid_to_its_key(line: str, wrong: str) -> None:
    [problem] = refusal(bundle(GOOD.replace(*with_key(line)))).problems
    assert problem.key == OURS + line.split(" ")[0]
    assert wrong in problem.wrong
    assert problem.mend


def test_a_name_that_is_no_image_is_refused() -> None:
    toml = GOOD.replace(IMAGE, IMAGE + 'docker_image = "two words"\n')
    [problem] = refusal(bundle(toml)).problems
    assert problem.key == "[environment] docker_image"
