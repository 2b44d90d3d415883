"""Run the evaluation of a Frontier-Eng unified task on a candidate and read its metrics.json.

The command runs in the staged copy of the task, as the task's own harness would run it. An invalid
result and an evaluation that failed are told apart: the first left numbers, the second none.
"""

from __future__ import annotations

import glob
import hashlib
import json
import math
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple

import record

WORK = "/tmp/work"
"""What stands for the directory that the harness would make for one evaluation."""
TAIL = 8000
"""Bytes of a stream that go into the feedback."""
SENTINEL = -1e18


def main() -> None:
    """Evaluate the candidate in the first argument's directory, write to the second's."""
    app, logs = sys.argv[1:3]
    wanted = record.settings()
    os.makedirs(WORK)
    bench = os.path.join(WORK, "benchmark")
    os.symlink(app, bench)
    before = {path: _print_of(bench, path) for path in wanted["readonly"]}
    done = _run(bench, wanted)
    touched = [path for path, seen in before.items() if _print_of(bench, path) != seen]
    told = _read(os.path.join(bench, "metrics.json"))
    _keep(bench, logs, wanted["artifacts"])
    _judge(bench, logs, done, told, touched)


class _Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


def _run(bench: str, wanted: Mapping[str, Any]) -> _Done:
    candidate = os.path.join(bench, wanted["candidate"])
    root = os.path.join(record.HERE, "task")
    source = os.path.join(root, wanted["benchmark"])
    plain = {
        "python": sys.executable,
        "candidate": candidate,
        "benchmark": bench,
        "sandbox": WORK,
        "repo_root": root,
        "benchmark_source": source,
        "benchmark_id": wanted["id"],
    }
    values = {name: shlex.quote(text) for name, text in plain.items()}
    values.update({f"{name}_raw": text for name, text in plain.items()})
    try:
        command = wanted["command"].format(**values)
    except (KeyError, IndexError, ValueError) as error:
        raise record.failure(f"eval_command.txt cannot be filled in: {error}") from error
    environment = dict(
        os.environ,
        PYTHONNOUSERSITE="1",
        PYTHONDONTWRITEBYTECODE="1",
        FRONTIER_ENGINEERING_ROOT=root,
        FRONTIER_EVAL_UNIFIED_SOURCE_BENCHMARK_DIR=source,
        FRONTIER_EVAL_UNIFIED_BENCHMARK_DIR=bench,
        FRONTIER_EVAL_UNIFIED_CANDIDATE_PATH=candidate,
        FRONTIER_EVAL_EVALUATOR_TIMEOUT_S=f"{wanted['seconds']:g}",
    )
    folder = os.path.dirname(sys.executable)
    environment["PATH"] = os.pathsep.join([folder, environment.get("PATH", "/usr/bin:/bin")])
    # Into files: a process that is left behind would hold a pipe open, and the evaluation with it.
    with open(f"{WORK}/stdout", "wb+") as out, open(f"{WORK}/stderr", "wb+") as err:
        ended = subprocess.run(
            ["bash", "-c", command],
            cwd=os.path.join(bench, wanted["cwd"]),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            check=False,
        )
        return _Done(ended.returncode, _tail(out), _tail(err))


def _tail(stream: BinaryIO) -> str:
    stream.seek(max(0, stream.seek(0, os.SEEK_END) - TAIL))
    return stream.read(TAIL).decode(errors="replace")


def _judge(
    bench: str,
    logs: str,
    done: _Done,
    told: dict[str, Any] | None,
    touched: Sequence[str],
) -> None:
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    artifacts = _read(os.path.join(bench, "artifacts.json")) or {}
    if told is None:
        printed = done.stderr.strip() or done.stdout.strip() or "nothing was printed"
        why = artifacts.get("error_message") or printed.splitlines()[-1]
        raise record.failure(
            f"the evaluation failed: status {done.returncode}, no metrics.json: {why}"
        )
    numbers = {name: _number(value) for name, value in told.items()}
    valid = numbers.get("valid")
    feasible = done.returncode == 0 if valid is None else valid > 0
    problems = [f"{path} was changed, and is read-only" for path in touched]
    if done.returncode != 0:
        problems.append(f"the evaluation ended with status {done.returncode}")
    score = numbers.get("combined_score")
    if score is None and "combined_score" in told:
        problems.append(f"combined_score is {told['combined_score']!r}, no finite number")
    if score is None:
        score = 1.0 if feasible else SENTINEL
    metrics = {k: v for k, v in numbers.items() if k != "combined_score" and v is not None}
    texts = [("problem", problem) for problem in problems]
    texts += [(k, artifacts[k]) for k in ("error_message", "failure_summary") if artifacts.get(k)]
    texts += [(k, v) for k, v in told.items() if numbers[k] is None and k != "combined_score"]
    texts += [(k, v) for k, v in artifacts.items() if k not in ("error_message", "failure_summary")]
    if done.stderr.strip():
        texts.append(("stderr", done.stderr.strip()))
    record.write(logs, score, feasible and not problems, metrics, texts)


def _number(value: object) -> float | None:
    """Return a metric as its harness would read it, texts included; None unless finite."""
    if isinstance(value, str):
        try:
            value = float(value.strip())
        except ValueError:
            return None
    found: float | None = record.number(value)
    return found if found is not None and math.isfinite(found) else None


def _read(path: str) -> dict[str, Any] | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _print_of(root: str, path: str) -> str:
    """Return a fingerprint of a file, or of all files below a directory."""
    top = os.path.join(root, path)
    if os.path.isdir(top):
        found = sorted(os.path.join(at, name) for at, _, names in os.walk(top) for name in names)
        kept = [name for name in found if "__pycache__" not in name]
        return " ".join(f"{os.path.relpath(name, top)}:{_print_of(root, name)}" for name in kept)
    try:
        with open(top, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return "missing"


def _keep(bench: str, logs: str, patterns: Sequence[str]) -> None:
    """Copy what the task calls its artifacts to where they are collected."""
    folder = os.path.join(logs, "artifacts")
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(bench, pattern), recursive=True)):
            names = [path] if os.path.isfile(path) else glob.glob(f"{path}/**", recursive=True)
            for name in (name for name in names if os.path.isfile(name)):
                target = os.path.relpath(name, bench).replace(os.sep, "_")
                os.makedirs(folder, exist_ok=True)
                with open(name, "rb") as file, open(os.path.join(folder, target), "wb") as copy:
                    copy.write(file.read(120_000))


if __name__ == "__main__":
    main()
