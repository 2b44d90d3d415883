"""Small studies of the tiny task, and what came of them."""

from __future__ import annotations

from pathlib import Path

from cli_program import write_hill
from engine_support import VERIFY, sequence, stored

from workbench.study.place import Study, begin

SPEC = """\
title = "Hills"
budget = "evaluations=8"
[grid]
tasks = ["hill", "steep"]
strategies = ["independent", "chain"]
widths = [2]
seeds = 2
"""

SIMULATED = """\
budget = "evaluations=12"
[grid]
tasks = ["simulation"]
strategies = ["beam", "beam:width=2"]
proposers = ["simulation"]
widths = [2]
seeds = 3
"""


def write_spec(directory: Path, text: str = SPEC) -> Path:
    """Write a spec with its two tasks beside it."""
    write_hill(directory / "hill")
    write_hill(
        directory / "steep", **{"tests/verify.py": VERIFY.replace("reward = -", "reward = -2 * ")}
    )
    file = directory / "hills.toml"
    file.write_text(text)
    return file


def begun(directory: Path, text: str = SPEC) -> Study:
    """Begin a study; nothing is run."""
    return begin(write_spec(directory, text), directory / "out")


def stories(study: Study) -> dict[str, list[object]]:
    """What came of each cell: its lineages' own stories."""
    return {
        cell.id: [sequence(path, number) for number in stored(path).lineages]
        for cell in study.grid
        if (path := study.session(cell)).is_dir()
    }
