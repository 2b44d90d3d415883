"""ShinkaEvolve's directories: the evaluator of its examples, with and without its package."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_support import trial, write

from workbench.formats import load
from workbench.formats.error import TaskError
from workbench.model.task import Task

EVALUATE = """\
import argparse, json, os, runpy

parser = argparse.ArgumentParser()
parser.add_argument("--program_path")
parser.add_argument("--results_dir")
wanted = parser.parse_args()
for name, content in runpy.run_path(wanted.program_path)["left"].items():
    with open(os.path.join(wanted.results_dir, name), "w") as file:
        file.write(content)
"""
SCORED = '{"combined_score": 2.5}'
PROGRAM = f"left = {{'metrics.json': '{SCORED}', 'correct.json': '{{\"correct\": true}}'}}\n"
TASK = {"initial.py": PROGRAM, "evaluate.py": EVALUATE}


def task(directory: Path, **files: str) -> Task:
    changed = {name.replace("_py", ".py"): text for name, text in files.items()}
    return load.load(write(directory / "crane", {**TASK, **changed})).task


def test_a_directory_becomes_a_task(tmp_path: Path) -> None:
    script = 'x = 1\nsearch_task_sys_msg = """You lift things.\nAlways."""\n'
    files = {**TASK, "run_evo.py": script, "data/a.txt": "given"}
    found = load.load(write(tmp_path / "crane", files)).task
    assert (found.name, found.format, found.verification) == ("crane", "shinka", "shared")
    assert found.editable == ("initial.py",)
    assert "You lift things.\nAlways." in found.instruction
    assert set(found.files) == {"initial.py", "data/a.txt"}


def test_a_second_program_is_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"several languages: initial\.cpp, initial\.py"):
        load.load(write(tmp_path, {**TASK, "initial.cpp": "int main() {}"}))


def left(metrics: str | None, correct: str | None) -> str:
    """Return a program whose evaluation leaves these two files."""
    files = {"metrics.json": metrics, "correct.json": correct}
    return f"left = { {k: v for k, v in files.items() if v is not None}!r}\n"


TRUE, FALSE = '{"correct": true, "error": null}', '{"correct": false, "error": "it fell"}'
RESULTS = [
    (SCORED, TRUE, ("scored", 2.5)),
    (SCORED, FALSE, ("infeasible", 2.5)),
    (SCORED, '{"correct": 1}', ("infeasible", 2.5)),
    ('{"combined_score": -1e300}', TRUE, ("scored", -1e300)),
    ('{"combined_score": NaN}', TRUE, ("failed", None)),
    ('{"combined_score": "2"}', TRUE, ("failed", None)),
    ('{"other": 2}', TRUE, ("failed", None)),
    ("[2]", TRUE, ("failed", None)),
    ("[" * 100_000, TRUE, ("failed", None)),
    (SCORED, "{", ("failed", None)),
    (SCORED, None, ("failed", None)),
    (None, TRUE, ("failed", None)),
]


async def test_both_files_decide(tmp_path: Path) -> None:
    async with trial(task(tmp_path)) as tried:
        for metrics, correct, brief in RESULTS:
            found = await tried(left(metrics, correct))
            assert found.brief == brief, (metrics, correct, found)
        found = await tried(left(SCORED, FALSE))
        assert found.feedback.startswith("error: it fell\n")
        found = await tried(left(SCORED, '{"correct": false}'))
        assert "correct.json says that it is not correct" in found.feedback
        found = await tried("raise ValueError('no')\n")
        assert "evaluate.py ended with status 1 and left no metrics.json" in found.verdict.message


async def test_what_is_private_is_shown_to_no_proposer(tmp_path: Path) -> None:
    metrics = (
        '{"combined_score": 1, "public": {"height": 3, "how": "slowly"},'
        ' "private": {"answer": "forty-two"}, "extra_data": "picture", "text_feedback": "Lift!"}'
    )
    async with trial(task(tmp_path)) as tried:
        found = await tried(left(metrics, TRUE))
    assert found.verdict.metrics == {"combined_score": 1.0, "height": 3.0}
    assert "text_feedback: Lift!" in found.feedback
    assert "how: slowly" in found.feedback
    assert "forty-two" not in found.feedback
    assert "picture" not in found.feedback


WITH_THE_PACKAGE = """\
import argparse
from shinka.core import run_shinka_eval

def kwargs(number):
    return {"number": number}

def validate(result):
    return (result >= 0, None if result >= 0 else f"{result} is below 0")

def summed(results):
    return {"combined_score": float(sum(results)), "public": {"runs": len(results)},
            "extra_data": object()}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--program_path")
    parser.add_argument("--results_dir")
    wanted = parser.parse_args()
    run_shinka_eval(wanted.program_path, wanted.results_dir, experiment_fn_name="lift",
                    num_runs=3, get_experiment_kwargs=kwargs, validate_fn=validate,
                    aggregate_metrics_fn=summed)
"""


async def test_an_evaluator_that_uses_shinka_s_own_helper(tmp_path: Path) -> None:
    found = task(tmp_path, evaluate_py=WITH_THE_PACKAGE)
    async with trial(found) as tried:
        said = await tried("def lift(number): return number * 2\n")
        assert said.brief == ("scored", 6.0)
        assert said.verdict.metrics["num_valid_runs"] == said.verdict.metrics["runs"] == 3
        said = await tried("def lift(number): return 1 - number\n")
        assert said.brief == ("infeasible", 0.0)
        assert said.feedback.startswith("error: -1 is below 0\n")
        said = await tried("def lift(number): return 1 / number\n")
        assert said.brief == ("infeasible", 0.0)
        assert "error: ZeroDivisionError: division by zero" in said.feedback
