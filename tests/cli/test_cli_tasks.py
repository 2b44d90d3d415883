"""`workbench tasks`: list, begin, check."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_program import Program


def test_a_new_task_is_written_checked_and_searched(program: Program, tmp_path: Path) -> None:
    made = tmp_path / "mine"
    said = program("tasks", "new", made)
    assert f"workbench tasks check {made}" in said.out
    found = program("tasks", "check", made, "--mutants", 5, "--json").value
    assert found["task"] == "mine"
    assert {check["state"] for check in found["checks"]} == {"ok"}
    last = program("run", made, "--display", "json", "--budget", "evaluations=9").lines[-1]
    assert last["best"]["score"] >= last["initial"]["score"]
    assert "is there already" in program("tasks", "new", made, code=2).err


def test_what_a_task_fails_is_said_and_is_the_exit_code(program: Program, tmp_path: Path) -> None:
    made = tmp_path / "mine"
    program("tasks", "new", made, "--verification", "call")
    (made / "solution" / "solve.py").unlink()
    said = program("tasks", "check", made, "--mutants", 0, "--repeats", 2, code=1)
    assert "✖ reference" in said.out
    assert "put editable files below solution/" in said.out
    assert "– mutation score  not asked for" in said.out


@pytest.mark.parametrize("name", ["-", "a b", "ä"])
def test_a_name_that_no_task_can_have(program: Program, tmp_path: Path, name: str) -> None:
    assert "cannot name a task" in program("tasks", "new", tmp_path / name, code=1).err
    assert not (tmp_path / name).exists()


def test_the_bundled_tasks_are_listed(program: Program) -> None:
    assert "circle-packing" in program("tasks").out
    names = [row["name"] for row in program("tasks", "--json").value]
    assert "job-shop" in names
    assert names == sorted(names)
