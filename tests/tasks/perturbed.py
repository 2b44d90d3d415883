"""Answers of bundled tasks with one thing wrong, and what the verifiers must say of them."""

import json
from collections.abc import Sequence
from pathlib import Path

from bundled import Scored, judge, run

WRONG_NUMBERS = {
    "bool": ("true", "must be a"),
    "string": ('"1"', "must be a"),
    "null": ("null", "must be a"),
    "list": ("[1]", "must be a"),
    "overflow": ("1e400", "too large for a float"),
    "nan": ("NaN", "NaN is not a number"),
    "infinity": ("Infinity", "Infinity is not a number"),
    "huge": ("1e300", ""),
    "negative and huge": ("-1e300", ""),
    "long": ("1" + "0" * 40, "too many digits"),
}
"""What stands where a number should -> the text, and a part of the reason."""

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


def changed(content: bytes, **values: object) -> bytes:
    """Return the JSON object `content` with these members."""
    return json.dumps(json.loads(content) | values).encode()


def judged(name: str, answer: object, folder: Path) -> Scored:
    """Score the JSON value `answer`."""
    return judge(name, json.dumps(answer).encode(), folder)


def answer_of(name: str, folder: Path, solution: bool = False) -> dict[str, object]:
    """Return what the initial program, or the reference solution, writes."""
    found: dict[str, object] = json.loads(run(name, folder / "made", solution))
    return found


def assert_infeasible(scored: Scored, *words: str) -> None:
    """The answer has no score, and the feedback says why."""
    assert (scored.reward["feasible"], scored.reward["reward"]) == (0, 0)
    for word in words:
        assert word in scored.feedback
    assert len(scored.feedback) < 1500
