"""Run a bundled task's programs the way a machine without our sandbox would: as subprocesses."""

import json
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TASKS = Path(__file__).parents[2] / "tasks"
NAMES = ("circle-packing", "heilbronn-triangle", "job-shop")


@dataclass(frozen=True)
class Scored:
    """What the verifier wrote."""

    reward: dict[str, float]
    feedback: str


def settings(name: str) -> dict[str, Any]:
    """Return the task's ``[metadata.workbench]``."""
    config = tomllib.loads((TASKS / name / "task.toml").read_text())
    found: dict[str, Any] = config["metadata"]["workbench"]
    return found


def output_name(name: str) -> str:
    """Return the one output file of a task."""
    (output,) = settings(name)["outputs"]
    return str(output)


def run(name: str, app: Path, solution: bool = False) -> bytes:
    """Run the initial program, or the reference solution, in `app` and return its output."""
    shutil.copytree(TASKS / name / "environment" / "app", app, dirs_exist_ok=True)
    if solution:
        shutil.copy(TASKS / name / "solution" / "solve.py", app / "solve.py")
    interpreter, *arguments = settings(name)["run"]
    assert interpreter == "python3"
    subprocess.run([sys.executable, *arguments], cwd=app, check=True, capture_output=True)
    return (app / output_name(name)).read_bytes()


def verify(name: str, app: Path, logs: Path) -> Scored:
    """Run the verifier on the outputs in `app`; it must end well whatever they are."""
    program = TASKS / name / "tests" / "verify.py"
    command = [sys.executable, "-S", "-B", str(program), str(app), str(logs)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    reward = json.loads((logs / "reward.json").read_text())
    return Scored(reward, (logs / "feedback.md").read_text())


def judge(name: str, content: bytes, folder: Path) -> Scored:
    """Score `content` as the task's only output."""
    app = folder / "app"
    app.mkdir(exist_ok=True)
    (app / output_name(name)).write_bytes(content)
    return verify(name, app, folder / "logs")
