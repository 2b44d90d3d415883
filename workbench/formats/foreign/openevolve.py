"""OpenEvolve's task directories: ``initial_program.*``, ``evaluator.py``, ``config.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import yaml

from workbench.formats.error import Report, TaskError
from workbench.formats.foreign import shared, tuning
from workbench.model.limits import Limits
from workbench.model.task import Task
from workbench.model.verdict import Direction

EVALUATOR = "evaluator.py"
STEM = "initial_program"
CONFIGS = ("config.yaml", "config.yml")
THRESHOLDS = (0.5, 0.75, 0.9)
"""OpenEvolve's own, where its configuration names none."""


class _Prompt(msgspec.Struct):
    system_message: str | None = None


class _Evaluator(msgspec.Struct):
    timeout: float = shared.DEFAULT_SECONDS
    cascade_evaluation: bool = True
    cascade_thresholds: list[float] = msgspec.field(default_factory=lambda: list(THRESHOLDS))
    evaluator_args: dict[str, Any] | None = None
    use_llm_feedback: bool = False


class _Database(msgspec.Struct):
    feature_dimensions: list[str] | dict[str, Any] = msgspec.field(default_factory=list)


class _Config(msgspec.Struct):
    """Of OpenEvolve's configuration, what says something of the task."""

    max_iterations: int | None = None
    prompt: _Prompt = msgspec.field(default_factory=_Prompt)
    evaluator: _Evaluator = msgspec.field(default_factory=_Evaluator)
    database: _Database = msgspec.field(default_factory=_Database)
    evaluator_args: dict[str, Any] | None = None


def is_one(bundle: Mapping[str, bytes]) -> bool:
    """Whether these files look like such a task."""
    return EVALUATOR in bundle and any(path.startswith(f"{STEM}.") for path in bundle)


def parse(bundle: Mapping[str, bytes], name: str) -> tuple[Task, list[str]]:
    """Turn the directory's files into a task, and warnings. Raises `TaskError`."""
    report = Report(EVALUATOR)
    config = _config(bundle, report)
    program = shared.initial_program(bundle, STEM, report)
    tuned = tuning.read(bundle, report)
    if report.problems:
        raise TaskError(report.problems, name)
    evaluator = config.evaluator
    if evaluator.use_llm_feedback:
        report.warn("evaluator.use_llm_feedback", "no model judges candidates here")
    features = list(config.database.feature_dimensions)
    settings = {
        "program": program,
        "evaluator": EVALUATOR,
        "cascade": evaluator.cascade_evaluation,
        "thresholds": evaluator.cascade_thresholds,
        "features": features,
        "arguments": config.evaluator_args or evaluator.evaluator_args or {},
    }
    files = {path: data for path, data in bundle.items() if path not in (EVALUATOR, *CONFIGS)}
    stages = 1 + 2 * (evaluator.cascade_evaluation and b"def evaluate_stage2" in bundle[EVALUATOR])
    task = Task(
        name=shared.named(name),
        title=name,
        format="openevolve",
        instruction=_instruction(config, program, name),
        files=files,
        editable=(program,),
        run=(),
        outputs=(),
        verifier=shared.beside(
            "openevolve_evaluator",
            settings,
            {"openevolve.evaluation_result": "openevolve_package"},
            bundle,
        ),
        verify=("python3", "-S", "/tests/verify.py", "/app", "/logs/verifier"),
        direction=Direction.MAXIMIZE,
        score_name="combined_score",
        verification="shared",
        features=tuple(features),
        resources=shared.resources(evaluator.timeout * stages),
        budget=Limits(evaluations=config.max_iterations),
        python_packages=shared.packages(dict(bundle), report, ("openevolve",)),
        bundle=dict(bundle),
    )
    return tuning.applied(task, tuned), report.warnings


def _config(bundle: Mapping[str, bytes], report: Report) -> _Config:
    path = next((path for path in CONFIGS if path in bundle), None)
    if path is None:
        others = sorted(p for p in bundle if "/" not in p and p.endswith((".yaml", ".yml")))
        told = f"; {', '.join(others)} is not read" if others else ""
        report.warn(CONFIGS[0], f"is missing: OpenEvolve's own settings hold{told}")
        return _Config()
    try:
        found = yaml.safe_load(bundle[path]) or {}
        config = msgspec.convert(found, _Config, strict=False)
    except (yaml.YAMLError, msgspec.ValidationError, ValueError, RecursionError) as error:
        said = " ".join(str(error).split())
        report.problem("", f"cannot be read: {said}", "mend it there", path)
        return _Config()
    if not config.evaluator.timeout > 0:
        report.problem("evaluator.timeout", "is not above 0", "write seconds", path)
    if config.max_iterations is not None and config.max_iterations < 1:
        report.problem("max_iterations", "is not above 0", "write a number from 1", path)
    return config


def _instruction(config: _Config, program: str, name: str) -> str:
    said = (config.prompt.system_message or "").strip()
    return (
        f"# {name}\n\n{said}\n\nThe program is `{program}`. It is judged by an evaluator that runs "
        "it; what it is called and what it must return stays as it is now. **Maximise the "
        "evaluator's `combined_score`.**\n"
    )
