"""Run an OpenEvolve evaluator on a candidate: ``evaluate``, or the cascade of its stages.

The cascade: ``evaluate_stage1``, 2 and 3, as far as they exist and the stage before reached its
threshold; what they measured is put together, later stages over earlier ones. The score is
``combined_score``, else the mean of all numbers that are no feature dimensions.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import record

FAILED = "__evaluation_failed__"


def main() -> None:
    """Evaluate the candidate in the first argument's directory, write to the second's."""
    app, logs = sys.argv[1:3]
    wanted = record.settings()
    record.stand_in("openevolve")
    folder = os.path.join(record.HERE, "task")
    sys.path.insert(0, folder)
    os.chdir(app)
    program = os.path.join(app, wanted["program"])
    try:
        module = _load(os.path.join(folder, wanted["evaluator"]))
        metrics, artifacts = _evaluated(module, program, wanted)
    except BaseException as error:  # SystemExit of a candidate's too
        traceback.print_exc()
        raise record.failure(f"the evaluation failed: {type(error).__name__}: {error}") from None
    _tell(logs, metrics, artifacts, wanted["features"])


def _load(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("evaluation_module", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["evaluation_module"] = module
    spec.loader.exec_module(module)
    return module


def _evaluated(module: Any, program: str, wanted: Mapping[str, Any]) -> Any:
    stages = [getattr(module, f"evaluate_stage{number}", None) for number in (1, 2, 3)]
    if not wanted["cascade"] or stages[0] is None:
        return _taken(module.evaluate(program, **wanted["arguments"]))
    metrics: dict[str, Any] = {}
    artifacts: dict[str, Any] = {}
    for number, stage in enumerate(stages, 1):
        if stage is None:
            break
        try:
            found, shown = _taken(stage(program))
        except Exception as error:
            if number == 1:
                raise
            traceback.print_exc()
            artifacts[f"stage {number} failed"] = f"{type(error).__name__}: {error}"
            metrics[f"stage{number}_passed"] = 0.0
            break
        metrics.update(found)
        artifacts.update(shown)
        metrics["stages"] = number
        if not _passes(metrics, wanted, number):
            break
    return metrics, artifacts


def _taken(result: Any) -> Any:
    """Return metrics and artifacts, however the evaluator gave them."""
    if isinstance(result, Mapping):
        return dict(result), {}
    metrics = getattr(result, "metrics", None)
    if not isinstance(metrics, Mapping):
        raise TypeError(f"evaluate() returned {type(result).__name__}, no metrics")
    return dict(metrics), dict(getattr(result, "artifacts", None) or {})


def _passes(metrics: Mapping[str, Any], wanted: Mapping[str, Any], number: int) -> bool:
    thresholds = wanted["thresholds"]
    if number > len(thresholds):
        return False
    score = _score({k: v for k, v in metrics.items() if k != "stages"}, ())
    return score is not None and score >= thresholds[number - 1]


def _score(metrics: Mapping[str, Any], features: Any) -> float | None:
    if "combined_score" in metrics:
        found: float | None = record.number(metrics["combined_score"])
        return found
    numbers = {k: record.number(v) for k, v in metrics.items() if k not in ("error", "stages")}
    known = {k: v for k, v in numbers.items() if v is not None}
    own = [value for name, value in known.items() if name not in features] or list(known.values())
    return sum(own) / len(own) if own else None


def _tell(logs: str, metrics: Any, artifacts: Any, features: Any) -> None:
    score = _score(metrics, features)
    error = metrics.get("error")
    said = error if isinstance(error, str) and error else ""
    if metrics.get(FAILED) or (score is None and (said or "error" in metrics)):
        raise record.failure(
            f"the evaluation failed: {said or artifacts.get('stderr') or 'no metrics'}"
        )
    if score is None:
        raise record.failure(
            "the evaluation failed: no combined_score, and no number to take for one"
        )
    texts = [(name, value) for name, value in artifacts.items()]
    texts += [(k, v) for k, v in metrics.items() if record.number(v) is None and k != "error"]
    if said:
        texts.insert(0, ("error", said))
    record.write(logs, score, not said, metrics, texts)


if __name__ == "__main__":
    main()
