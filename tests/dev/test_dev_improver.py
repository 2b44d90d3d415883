"""The built-in reply changes one number, says that it is a simulation, and improves a little."""

from __future__ import annotations

import re

import pytest

from workbench.dev import Asked
from workbench.dev.improver import files, improve
from workbench.formats.load import bundled, load
from workbench.model.task import Task
from workbench.propose.edit import apply

PROGRAM = """\
WIDTH = 0.9  # of the thing
COUNT = 12
start: float = -1.5

def area(width):
    return width * 2.0
"""
TARGETS = {"WIDTH": 0.3, "COUNT": 8, "start": 0.5}


def prompt(program: str, before: str = "", after: str = "") -> Asked:
    text = f"{before}The parent, solve.py:\n\n```python\n{program}\n```\n{after}"
    return Asked("fake", (text,), 1000, stream=True)


def loss(program: str) -> float:
    """How far the constants of a program are from what would be best."""
    found = {name: re.search(rf"^{name}.*?= (\S+)", program, re.M) for name in TARGETS}
    return sum(
        abs(float(match[1]) - TARGETS[name]) for name, match in found.items() if match is not None
    )


def test_it_changes_one_number_and_the_edit_applies() -> None:
    answer = improve(prompt(PROGRAM))
    edit = apply(answer.text, {"solve.py": PROGRAM.encode()})
    assert edit.tolerated == ()
    assert edit.note.startswith("simulated: ")
    assert "simulation" in answer.reasoning
    pairs = zip(PROGRAM.splitlines(), edit.files["solve.py"].decode().splitlines(), strict=True)
    changed = [(old, new) for old, new in pairs if old != new]
    assert len(changed) == 1
    name = changed[0][0].split("=")[0]
    assert changed[0][1].startswith(name)


def test_it_follows_from_the_prompt_alone() -> None:
    assert improve(prompt(PROGRAM)) == improve(prompt(PROGRAM))
    others = {improve(prompt(PROGRAM, after=f"step {step}")).text for step in range(10)}
    assert len(others) > 5


def test_a_search_that_keeps_what_is_better_climbs() -> None:
    best = PROGRAM
    for step in range(100):
        reply = improve(prompt(best, after=f"step {step}")).text
        tried = apply(reply, {"solve.py": best.encode()}).files["solve.py"].decode()
        best = min(best, tried, key=loss)
    assert loss(best) < loss(PROGRAM) / 3


def test_the_last_file_is_the_one_that_is_changed() -> None:
    older = "An inspiration (solve.py):\n```\nOLD = 1.0\n```\n"
    assert "OLD" not in improve(prompt(PROGRAM, before=older)).text


def test_of_two_parents_it_changes_the_first() -> None:
    first = "# The parent, #3\n\nsolve.py\n```\nFIRST = 1.0\n```\n"
    text = first + "# The other parent, #2\n\nsolve.py\n```\nOTHER = 1.0\n```\n"
    assert "FIRST" in improve(Asked("fake", (text,), 100, stream=False)).text


def test_longer_fences_hold_shorter_ones() -> None:
    text = "solve.py\n````python\nA = 1.0\n```\nB = 2\n```\n````\nand 0.5:\n```\nC = 3\n```\n"
    assert [(file.path, file.lines) for file in files(text)] == [
        ("solve.py", ("A = 1.0", "```", "B = 2", "```"))
    ]


def test_a_line_that_occurs_twice_is_left_alone() -> None:
    program = "if x:\n    a = 1\nelse:\n    a = 1\nb = 2\n"
    assert {improve(prompt(program, after=str(n))).text.count("b = ") for n in range(10)} == {2}


@pytest.mark.parametrize("text", ["no code at all", "x.py\n```\nprint()\n```", "x.py\n```\nA = 1"])
def test_without_a_number_it_says_so(text: str) -> None:
    answer = improve(Asked("fake", (text,), 100, stream=False))
    assert "found none" in answer.text
    assert "SEARCH" not in answer.text


IN_PYTHON = [task for path in bundled() if (task := load(path).task).editable[0].endswith(".py")]


@pytest.mark.parametrize("task", IN_PYTHON, ids=lambda task: task.name)
def test_every_bundled_python_program_has_numbers_to_change(task: Task) -> None:
    path = task.editable[0]
    reply = improve(prompt(task.files[path].decode())).text
    changed = apply(reply.replace("solve.py", path), {path: task.files[path]})
    assert changed.files[path] != task.files[path]
