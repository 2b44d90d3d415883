"""Stands in for ``shinka.core`` where ShinkaEvolve itself is not installed.

Only what ``evaluate.py`` files use: run an experiment function of the candidate some times, have
each result validated and all of them summed up, and write both files.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any


def load_program(program_path: str) -> Any:
    """Return the candidate as a module."""
    spec = importlib.util.spec_from_file_location("program", program_path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{program_path} cannot be loaded as a module")
    module = importlib.util.module_from_spec(spec)
    sys.modules["program"] = module
    spec.loader.exec_module(module)
    return module


def save_json_results(
    results_dir: str, metrics: dict[str, Any], correct: bool, error: str | None = None
) -> None:
    """Write metrics.json and correct.json."""
    os.makedirs(results_dir, exist_ok=True)
    for name, content in (
        ("metrics.json", metrics),
        ("correct.json", {"correct": bool(correct), "error": error}),
    ):
        with open(os.path.join(results_dir, name), "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    """Return what JSON can hold for a numpy scalar or array, and a text for the rest."""
    listed = getattr(value, "tolist", None)
    return listed() if callable(listed) else str(value)


def run_shinka_eval(
    program_path: str,
    results_dir: str,
    experiment_fn_name: str,
    num_runs: int,
    get_experiment_kwargs: Callable[[int], dict[str, Any]] | None = None,
    aggregate_metrics_fn: Callable[[list[Any]], dict[str, Any]] | None = None,
    validate_fn: Callable[[Any], Any] | None = None,
    default_metrics_on_error: dict[str, Any] | None = None,
    **ignored: Any,
) -> Any:
    """Run the candidate's function `num_runs` times and write what came of it.

    Each run gets `get_experiment_kwargs(number)`, counted from 0, or a seed, counted from 1.
    Returns metrics, whether all results are valid, and the first error.
    """
    if ignored:
        print(f"without effect here: {', '.join(sorted(ignored))}", file=sys.stderr)
    results: list[Any] = []
    seconds: list[float] = []
    errors: list[str] = []
    try:
        experiment = getattr(load_program(program_path), experiment_fn_name)
        for number in range(num_runs):
            wanted = (
                get_experiment_kwargs(number) if get_experiment_kwargs else {"seed": number + 1}
            )
            begun = time.perf_counter()
            results.append(experiment(**wanted))
            seconds.append(time.perf_counter() - begun)
            problem = _validated(validate_fn, results[-1])
            if problem is not None:
                errors.append(problem)
        metrics = aggregate_metrics_fn(results) if aggregate_metrics_fn else {}
        metrics = dict(metrics, **_figures(results, seconds, errors))
    except Exception as error:
        traceback.print_exc()
        errors.append(f"{type(error).__name__}: {error}")
        metrics = {"combined_score": 0.0, **(default_metrics_on_error or {})}
    metrics.pop("extra_data", None)  # for pictures; it may hold anything
    first = errors[0] if errors else None
    save_json_results(results_dir, metrics, not errors, first)
    return metrics, not errors, first


def _validated(validate: Callable[[Any], Any] | None, result: Any) -> str | None:
    """Return what is wrong with a result; None if nothing is."""
    if validate is None:
        return None
    valid, problem = validate(result)
    return None if valid else str(problem or "validation failed")


def _figures(
    results: Sequence[Any], seconds: Sequence[float], errors: Sequence[str]
) -> dict[str, Any]:
    return {
        "execution_time_mean": statistics.fmean(seconds) if seconds else 0.0,
        "execution_time_std": statistics.pstdev(seconds) if seconds else 0.0,
        "num_valid_runs": len(results) - len(errors),
        "num_invalid_runs": len(errors),
        "all_validation_errors": list(dict.fromkeys(errors)),
    }
