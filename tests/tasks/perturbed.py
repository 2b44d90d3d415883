"""Answers of bundled tasks with one thing wrong, and what the verifiers must say of them."""

import functools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bundled import Scored, judge, run

Place = Sequence[str | int]


def replaced(content: bytes, place: Place, text: str) -> bytes:
    """Return the JSON `content` with the JSON `text` at `place`: keys and indices, outside in."""
    answer = json.loads(content)
    *path, last = place
    inside = answer
    for step in path:
        inside = inside[step]
    inside[last] = "HERE"
    return json.dumps(answer).replace('"HERE"', text).encode()


def judged(name: str, answer: object, folder: Path) -> Scored:
    """Score the JSON value `answer`."""
    return judge(name, json.dumps(answer).encode(), folder)


@functools.cache
def output(name: str, solution: bool = False) -> bytes:
    """Return what the initial program, or the reference solution, writes: run once for all."""
    with tempfile.TemporaryDirectory() as folder:
        return run(name, Path(folder), solution)


def answer_of(name: str, solution: bool = False) -> dict[str, Any]:
    """Return what the initial program, or the reference solution, writes, to be changed at will."""
    found: dict[str, Any] = json.loads(output(name, solution))
    return found


def assert_infeasible(scored: Scored, *words: str) -> None:
    """The answer has no score, and the feedback says why."""
    assert (scored.reward["feasible"], scored.reward["reward"]) == (0, 0)
    for word in words:
        assert word in scored.feedback
    assert len(scored.feedback) < 1500
