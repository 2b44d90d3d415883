"""OpenEvolve's directories: what its configuration says, and its evaluators in a real sandbox."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from foreign_support import trial, write

from workbench.formats import load
from workbench.formats.error import TaskError
from workbench.model.task import Task

CONFIG = """\
max_iterations: 40
llm: {primary_model: none, api_base: nowhere}
prompt:
  system_message: |
    You lift things.
database:
  feature_dimensions: [height, complexity]
evaluator:
  timeout: 7
  cascade_evaluation: %s
  cascade_thresholds: [0.5, 2]
"""
PLAIN = CONFIG % "false"
PROGRAM = "def result():\n    return {'combined_score': 1.5, 'height': 2}\n"
EVALUATE = """\
import runpy
from helper import scaled

def evaluate(program_path):
    return scaled(runpy.run_path(program_path)["result"]())
"""
TASK = {
    "config.yaml": PLAIN,
    "initial_program.py": PROGRAM,
    "evaluator.py": EVALUATE,
    "helper.py": "def scaled(found): return found\n",
    "README.md": "of the example\n",
}


def task(directory: Path, **files: str) -> Task:
    changed = {name.replace("_py", ".py").replace("_yaml", ".yaml"): v for name, v in files.items()}
    return load.load(write(directory / "crane", {**TASK, **changed})).task


def problems(directory: Path, config: str) -> str:
    with pytest.raises(TaskError) as caught:
        task(directory, config_yaml=config)
    return str(caught.value)


def test_the_configuration_describes_the_task(tmp_path: Path) -> None:
    found = task(tmp_path)
    assert (found.name, found.format, found.verification) == ("crane", "openevolve", "shared")
    assert found.editable == ("initial_program.py",)
    assert found.features == ("height", "complexity")
    assert found.budget.evaluations == 40
    assert found.resources.candidate_seconds == 7
    assert "You lift things." in found.instruction
    assert "evaluator.py" not in found.files
    assert "helper.py" in found.files


def test_without_a_configuration_openevolve_s_own_settings_hold(tmp_path: Path) -> None:
    files = {k: v for k, v in TASK.items() if k != "config.yaml"}
    loaded = load.load(write(tmp_path, {**files, "config_phase_1.yaml": PLAIN}))
    assert loaded.task.resources.candidate_seconds == 300
    [warning] = [text for text in loaded.warnings if "config.yaml" in text]
    assert "config_phase_1.yaml is not read" in warning


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("evaluator: {timeout: soon}", "Expected `float`, got `str` - at `$.evaluator.timeout`"),
        ("evaluator: {timeout: 0}", "evaluator.timeout: is not above 0"),
        ("max_iterations: 0", "max_iterations: is not above 0"),
        ("a: [1", "config.yaml: cannot be read: while parsing a flow sequence"),
        ("- a\n- b", "config.yaml: cannot be read: Expected `object`, got `array`"),
        ("x: !!python/object/apply:os.system [true]", "could not determine a constructor"),
    ],
)
def test_a_bad_configuration_is_named(tmp_path: Path, config: str, said: str) -> None:
    assert said in problems(tmp_path, config)


def test_two_languages_are_one_too_many(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"several languages: initial_program\.py, initial_pro"):
        load.load(write(tmp_path, {**TASK, "initial_program.rs": "fn main() {}\n"}))


RESULTS = [
    ("{'combined_score': 1.5, 'height': 2}", ("scored", 1.5)),
    ("{'combined_score': True}", ("scored", 1.0)),
    ("{'a': 1, 'b': 3, 'height': 100}", ("scored", 2.0)),
    ("{'height': 100}", ("scored", 100.0)),
    ("{'combined_score': 0.0, 'error': 'it fell'}", ("infeasible", 0.0)),
    ("{'combined_score': float('nan')}", ("failed", None)),
    ("{'error': 'it fell'}", ("failed", None)),
    ("{'__evaluation_failed__': True, 'combined_score': 3}", ("failed", None)),
    ("{}", ("failed", None)),
    ("7", ("failed", None)),
    ("__import__('sys').exit(0)", ("failed", None)),
    ("__import__('os')._exit(0)", ("invalid", None)),
]


async def test_results_are_read_as_openevolve_reads_them(tmp_path: Path) -> None:
    async with trial(task(tmp_path)) as tried:
        for result, brief in RESULTS:
            found = await tried(f"def result():\n    return {result}\n")
            assert found.brief == brief, (result, found)
        found = await tried("def result():\n    return {'error': 'it fell'}\n")
        assert "the evaluation failed: it fell" in found.verdict.message
        found = await tried("raise ValueError('of the program')\n")
        assert "the evaluation failed: ValueError: of the program" in found.verdict.message


async def test_artifacts_and_texts_are_told(tmp_path: Path) -> None:
    evaluator = """\
from openevolve.evaluation_result import EvaluationResult

def evaluate(program_path):
    metrics = {"combined_score": 4, "note": "a text", "parts": 3}
    return EvaluationResult(metrics=metrics, artifacts={"trace": "up\\ndown", "raw": b"12345"})
"""
    async with trial(task(tmp_path, evaluator_py=evaluator)) as tried:
        found = await tried("")
    assert found.verdict.metrics == {"combined_score": 4.0, "parts": 3.0}
    assert "trace: \nup\ndown" in found.feedback
    assert "raw: (5 bytes)" in found.feedback
    assert "note: a text" in found.feedback


CASCADE = """\
import runpy

def evaluate(program_path):
    raise AssertionError("not in a cascade")

def said(program_path, number):
    found = runpy.run_path(program_path)["stages"][number - 1]
    if isinstance(found, str):
        raise ValueError(found)
    return found

def evaluate_stage1(program_path):
    return said(program_path, 1)

def evaluate_stage2(program_path):
    return said(program_path, 2)

def evaluate_stage3(program_path):
    return said(program_path, 3)
"""
STAGES = [
    # Later stages win; each is asked only when what is known so far reaches the threshold.
    ("[{'combined_score': 0.4}, 'no', 'no']", ("scored", 0.4), 1),
    ("[{'combined_score': 0.5, 'a': 1}, {'combined_score': 1.9}, 'no']", ("scored", 1.9), 2),
    ("[{'combined_score': 1}, {'combined_score': 2}, {'combined_score': 3}]", ("scored", 3.0), 3),
    ("[{'a': 1.0}, {'b': 3.0}, {'c': 5.0}]", ("scored", 3.0), 3),
    ("[{'combined_score': 1}, 'broke', 'no']", ("scored", 1.0), 1),
]


async def test_a_cascade_goes_as_far_as_its_thresholds_let_it(tmp_path: Path) -> None:
    found = task(tmp_path, config_yaml=CONFIG % "true", evaluator_py=CASCADE)
    assert found.resources.candidate_seconds == 21
    async with trial(found) as tried:
        for stages, brief, reached in STAGES:
            said = await tried(f"stages = {stages}\n")
            assert (said.brief, said.verdict.metrics["stages"]) == (brief, reached), stages
        said = await tried("stages = ['broke at once']\n")
        assert said.brief == ("failed", None)
        said = await tried("stages = [{'combined_score': 1}, 'broke', 'no']\n")
        assert "stage 2 failed: ValueError: broke" in said.feedback


async def test_a_program_in_another_language(tmp_path: Path) -> None:
    if shutil.which("gcc") is None:
        pytest.skip("no gcc here")
    evaluator = """\
import subprocess, tempfile

def evaluate(program_path):
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run(["gcc", "-o", f"{folder}/a", program_path], capture_output=True)
        if made.returncode:
            return {"combined_score": 0.0, "error": made.stderr.decode()}
        return {"combined_score": float(subprocess.run([f"{folder}/a"], stdout=-1).stdout)}
"""
    files = {k: v for k, v in TASK.items() if not k.startswith("initial")}
    program = '#include <stdio.h>\nint main(void) { printf("6.5"); return 0; }\n'
    directory = write(tmp_path, {**files, "evaluator.py": evaluator, "initial_program.c": program})
    found = load.load(directory).task
    assert found.editable == ("initial_program.c",)
    async with trial(found) as tried:
        assert (await tried(program)).brief == ("scored", 6.5)
        said = await tried("int main(void) { return x; }\n")
        assert said.brief == ("infeasible", 0.0)
        assert "undeclared" in said.feedback
