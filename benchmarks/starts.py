"""How long the command takes from its start to the first verdict on its output."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

from engine_support import BUNDLE

from benchmarks.common import workbench


def task_directory(place: Path) -> Path:
    """Write the tests' tiny task out as a directory."""
    directory = place / "hill"
    for path, data in BUNDLE.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return directory


def first_verdict(task: Path, lineages: int, count: int) -> list[float]:
    """Start a new session `count` times; seconds to the verdict on the initial files."""
    words = ["run", str(task), "--lineages", str(lineages), "--budget", "evaluations=1"]
    return [_seconds(words) for _ in range(count)]


def resumed(session: Path, evaluations: int, count: int) -> list[float]:
    """Resume copies of `session` with one more evaluation; seconds to its verdict."""
    found = []
    for _ in range(count):
        directory = shutil.copytree(session, session.with_name("resumed"))
        words = ["resume", str(directory), "--budget", f"evaluations={evaluations + 1}"]
        found.append(_seconds(words))
        shutil.rmtree(directory)
    return found


def _seconds(words: list[str]) -> float:
    """Run the command to its end; seconds from its start to the first verdict it prints."""
    begun = time.perf_counter()
    seconds = None
    command = [workbench(), *words, "--display", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if seconds is None and json.loads(line)["kind"] == "verdict_reached":
                seconds = time.perf_counter() - begun
    if seconds is None or process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} gave no verdict (exit code {process.returncode})")
    return seconds
