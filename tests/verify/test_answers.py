"""What a verifier reads of an answer is of plain types and exact shape, or refused with the why."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.verify import answers
from workbench.verify.answers import Refused, broken, integers, number, numbers, rows, table, text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not valid JSON"),
        (b"\xff", "not valid JSON"),
        (b'{"a": NaN}', "NaN is not a number"),
        (b"[-Infinity]", "-Infinity is not a number"),
        (b"[1e400]", "too large for a float"),
        (b'{"a": 1, "a": 1}', "repeats a key"),
        (b"1" + b"0" * 5000, "too many digits"),
        (b"[" * 30_000, "nested too deeply"),
        (b" " * 70_000, "larger than 65536 bytes"),
    ],
)
def test_a_file_that_is_no_answer_is_refused(content: bytes, why: str, tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(content)
    with pytest.raises(Refused, match=why):
        answers.read_json(path)


def test_what_is_no_regular_file_is_not_even_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "answer.json"
    with pytest.raises(Refused, match="No such file"):
        answers.read_json(path)
    os.mkfifo(path)
    with pytest.raises(Refused, match="not a regular file"):
        answers.read_json(path)
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(Refused, match="symbolic link"):
        answers.read_json(path)


def attempted(read: Callable[[], object]) -> tuple[object, str]:
    """Return what was read, or why it was refused."""
    try:
        return read(), ""
    except Refused as refused:
        return None, str(refused)


@given(JSON)
def test_every_value_is_read_as_it_stands_or_refused(value: object) -> None:
    """Nothing else is ever raised, and nothing is bent into shape."""
    for read in (
        lambda: number(value, "x", 0, 1),
        lambda: numbers(value, "x", least=1, most=3),
        lambda: integers(value, "x", 2, -5, 5),
        lambda: rows(value, "x", 2),
        lambda: table(value, "x", ("a", "b")),
        lambda: text(value, "x", 3),
    ):
        found, why = attempted(read)
        assert why.startswith("x") if why else found == value


@given(st.floats(), st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_a_number_lies_where_it_must(value: float, low: float, high: float) -> None:
    inside = math.isfinite(value) and low <= value <= high
    found, why = attempted(lambda: number(value, "x", low, high))
    assert found == value if inside else why


def test_a_refusal_says_what_is_wanted() -> None:
    for act, why in (
        (lambda: number(True, "x"), "x must be a number, not bool"),
        (lambda: number(2, "x", 0, 1), "x is 2, which is not 0 to 1"),
        (lambda: number(2, "x", high=1), "x is 2, which is not at most 1"),
        (lambda: number(-1, "x", low=0), "x is -1, which is not at least 0"),
        (lambda: rows([1], "x", 2), "x must be a list of 2 entries, not 1"),
        (lambda: rows([1], "x", least=2), "x must be a list of 2 to any entries, not 1"),
        (lambda: numbers([0, "1"], "x"), r"x\[1\] must be a number, not str"),
        (lambda: table({"b": 1}, "x", ["a"]), r"missing: a; unknown: 'b'"),
    ):
        with pytest.raises(Refused, match=why):
            act()


def test_broken_constraints_are_named_with_their_amounts_worst_first() -> None:
    record, told = broken([(0.5, "heat"), (math.inf, "cost"), *[(0.1, "other")] * 7], margin=1.0)
    assert record["feasible"] == 0
    assert (record["violations"], record["worst_violation"], record["margin"]) == (9, 1e9, 1.0)
    lines = told.splitlines()
    assert lines[:3] == [
        "Infeasible: 9 hard constraints are broken. Worst first:",
        "- cost (by 1e+09)",
        "- heat (by 0.5)",
    ]
    assert len(lines) == 6


@pytest.mark.parametrize("content", ['{"x": 3}', '{"x": -3}', "nothing"])
def test_a_verifier_of_it_ends_well_whatever_the_answer(content: str, tmp_path: Path) -> None:
    (tmp_path / "answer.json").write_text(content)
    program = tmp_path / "verify.py"
    program.write_text(
        "from answers import main, number, read_json, table\n"
        "def score(app):\n"
        "    x = number(table(read_json(app / 'answer.json'), 'answer', ['x'])['x'], 'x', low=0)\n"
        "    return {'reward': x, 'feasible': 1}, f'{x}'\n"
        "main(score)\n"
    )
    (tmp_path / "answers.py").write_bytes(Path(str(answers.__file__)).read_bytes())
    command = [sys.executable, "-S", "-B", str(program), str(tmp_path), str(tmp_path / "logs")]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    record = json.loads((tmp_path / "logs" / "reward.json").read_text())
    told = (tmp_path / "logs" / "feedback.md").read_text()
    good = content == '{"x": 3}'
    assert record == ({"reward": 3, "feasible": 1} if good else {"reward": 0.0, "feasible": 0})
    assert told == "3" if good else told.startswith("Not scored: ")
