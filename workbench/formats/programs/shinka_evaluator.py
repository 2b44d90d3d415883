"""Run a ShinkaEvolve ``evaluate.py`` on a candidate and read its metrics.json and correct.json."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import record


def main() -> None:
    """Evaluate the candidate in the first argument's directory, write to the second's."""
    app, logs = sys.argv[1:3]
    wanted = record.settings()
    record.stand_in("shinka")
    results = os.path.join(app, ".results")
    os.makedirs(results)
    program = os.path.join(app, wanted["program"])
    evaluator = os.path.join(record.HERE, "task", wanted["evaluator"])
    command = [sys.executable, evaluator, "--program_path", program, "--results_dir", results]
    done = subprocess.run(command, cwd=app, stdin=subprocess.DEVNULL, check=False)
    metrics, correct = _read(results, "metrics.json"), _read(results, "correct.json")
    if metrics is None or correct is None:
        raise record.failure(
            f"the evaluation failed: evaluate.py ended with status {done.returncode} and left "
            f"{'no metrics.json' if metrics is None else 'no correct.json'}"
        )
    score = record.number(metrics.get("combined_score"))
    if score is None:
        raise record.failure("the evaluation failed: metrics.json has no number for combined_score")
    feasible = correct.get("correct") is True
    texts = [("text_feedback", metrics["text_feedback"])] if metrics.get("text_feedback") else []
    if correct.get("error"):
        texts.insert(0, ("error", correct["error"]))
    elif not feasible:
        texts.insert(0, ("error", "correct.json says that it is not correct"))
    public = metrics.get("public")
    shown = {**metrics, **(public if isinstance(public, dict) else {})}
    texts += [(k, v) for k, v in shown.items() if _is_told(k, v)]
    record.write(logs, score, feasible, shown, texts)


HIDDEN = ("private", "public", "text_feedback", "extra_data")
"""Keys that are no metrics of their own. What is private is for no proposer's eyes."""


def _is_told(name: str, value: object) -> bool:
    return name not in HIDDEN and record.number(value) is None and value not in (None, [], {}, "")


def _read(folder: str, name: str) -> Any:
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


if __name__ == "__main__":
    main()
