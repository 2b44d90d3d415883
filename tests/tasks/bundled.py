"""Run a bundled task's programs the way a machine without our sandbox would: as subprocesses."""

import functools
import importlib.util
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark import ParameterSet

TASKS = Path(__file__).parents[2] / "tasks"
NEEDS = {"edit-distance-kernel": ("gcc", "valgrind")}
"""Tasks that need programs of the machine."""
NAMES = tuple(sorted(path.parent.name for path in TASKS.glob("*/task.toml")))


@dataclass(frozen=True)
class Scored:
    """What the verifier wrote."""

    reward: dict[str, float]
    feedback: str


def config(name: str) -> dict[str, Any]:
    """Return all of a task's ``task.toml``."""
    return tomllib.loads((TASKS / name / "task.toml").read_text())


def settings(name: str) -> dict[str, Any]:
    """Return the task's ``[metadata.workbench]``."""
    found: dict[str, Any] = config(name)["metadata"]["workbench"]
    return found


def verified_by(way: str) -> tuple[str, ...]:
    """Return the tasks that are verified this way: ``output`` or ``call``."""
    return tuple(name for name in NAMES if settings(name).get("verification", "output") == way)


def output_name(name: str) -> str:
    """Return the one output file of a task."""
    (output,) = settings(name)["outputs"]
    return str(output)


def initial(name: str) -> dict[str, bytes]:
    """Return the editable files as they are shipped."""
    app = TASKS / name / "environment" / "app"
    return {path: (app / path).read_bytes() for path in settings(name)["editable"]}


def reference(name: str) -> dict[str, bytes]:
    """Return the editable files with those of the reference solution in their place."""
    solution = TASKS / name / "solution"
    files = initial(name)
    solved = {path: (solution / path).read_bytes() for path in files if (solution / path).is_file()}
    assert solved, f"{name}: no file of solution/ is editable"
    return files | solved


def run(name: str, app: Path, solution: bool = False) -> bytes:
    """Run the initial program, or the reference solution, in `app`; return its first output."""
    shutil.copytree(TASKS / name / "environment" / "app", app, dirs_exist_ok=True)
    for path, data in (reference(name) if solution else {}).items():
        (app / path).write_bytes(data)
    interpreter, *arguments = settings(name)["run"]
    program = sys.executable if interpreter == "python3" else interpreter
    command = [program, *arguments]
    subprocess.run(command, cwd=app, check=True, capture_output=True, env=_environment(name))
    return (app / settings(name)["outputs"][0]).read_bytes()


@functools.cache
def honest(name: str) -> Mapping[str, bytes]:
    """Return the outputs of the initial program."""
    with tempfile.TemporaryDirectory() as folder:
        run(name, Path(folder))
        return {path: Path(folder, path).read_bytes() for path in settings(name)["outputs"]}


def verify(name: str, app: Path, logs: Path) -> Scored:
    """Run the verifier on the outputs in `app`; it must end well whatever they are."""
    program = TASKS / name / "tests" / "verify.py"
    command = [sys.executable, "-S", "-B", str(program), str(app), str(logs)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, env=_environment(name)
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    reward = json.loads((logs / "reward.json").read_text())
    return Scored(reward, (logs / "feedback.md").read_text())


def judge(name: str, content: bytes | Mapping[str, bytes], folder: Path) -> Scored:
    """Score `content`: the task's only output, or all its outputs by their names."""
    app = folder / "app"
    outputs = {output_name(name): content} if isinstance(content, bytes) else content
    for path, data in outputs.items():
        (app / path).parent.mkdir(parents=True, exist_ok=True)
        (app / path).write_bytes(data)
    return verify(name, app, folder / "logs")


def _environment(name: str) -> dict[str, str]:
    """Return this environment, in which ``python3 -S`` finds the packages of the task."""
    places = set()
    for package in settings(name).get("python_packages", ()):
        found = importlib.util.find_spec(package)
        assert found is not None, f"{name} needs {package}"
        assert found.origin is not None
        places.add(str(Path(found.origin).parents[1]))
    alone = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return alone | ({"PYTHONPATH": os.pathsep.join(sorted(places))} if places else {})


def lacking(name: str) -> str:
    """Return what a task needs and this machine lacks, "" if nothing."""
    absent = [tool for tool in NEEDS.get(name, ()) if shutil.which(tool) is None]
    return f"{name} needs {' and '.join(absent)}, not installed here" if absent else ""


def figures_differ(name: str) -> str:
    """Return why the figures in ``task.toml`` need not be this machine's, "" if they must."""
    if name == "sql-query" and sqlite3.sqlite_version != "3.40.1":
        return f"the figures of sql-query are SQLite 3.40.1's, not {sqlite3.sqlite_version}'s"
    if name == "edit-distance-kernel":
        asked = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True, text=True)
        if (version := asked.stdout.strip()) != "12.2.0":
            return f"the figures of edit-distance-kernel are gcc 12.2.0's, not {version}'s"
    return ""


def each(names: tuple[str, ...]) -> list[ParameterSet]:
    """Return the tasks as parameters of a test; what this machine lacks is a reason to skip."""
    return [
        pytest.param(name, marks=[pytest.mark.skip(reason)] if (reason := lacking(name)) else [])
        for name in names
    ]
