"""Each kind of edit on a small program that was changed by hand; cycling counted by hand."""

from __future__ import annotations

import pytest

from workbench.analysis.edits import kinds
from workbench.analysis.edits.kinds import KINDS, kind_of, of_plain_text

PROGRAM = '''\
"""Places points."""
import math

RADIUS = 2.5
STEPS = 100


def place(count):
    points = []
    for index in range(count):
        angle = 2 * math.pi * index / count
        scale = math.sqrt(count)
        points.append((RADIUS * math.cos(angle), RADIUS * math.sin(angle)))
    return points


def area(points):
    total = 0.0
    for first, second in zip(points, points[1:]):
        if first < second:
            total += first[0] * second[1] - second[0] * first[1]
    return total / 2
'''

EDITS = {
    kinds.TUNING: [("RADIUS = 2.5", "RADIUS = -2.75"), ("STEPS = 100", "STEPS = 120")],
    kinds.REFACTOR: [("total", "summed"), ("Places points.", "Puts points somewhere.")],
    kinds.DEPENDENCY: [("import math", "import math\nimport numpy as np")],
    kinds.PRUNING: [
        ("        if first < second:\n    ", ""),
        ("        scale = math.sqrt(count)\n", ""),
        ("STEPS = 100\n", ""),
    ],
    kinds.BUG_FIX: [
        ("    points = []\n", "    if count < 1:\n        return None\n    points = []\n")
    ],
    kinds.EFFICIENCY: [
        ("        scale = math.sqrt(count)\n", ""),
        ("    points = []\n", "    points = []\n    scale = math.sqrt(count)\n"),
    ],
    kinds.COMPOSITION: [
        (
            "    return points\n",
            """\
    for _ in range(STEPS):
        moved = [(x * 0.99, y) for x, y in points]
        points = moved
    return points
""",
        )
    ],
    kinds.ARCHITECTURE: [
        ("def place(count):\n    points = []\n", "def spiral(count):\n    points = list()\n"),
        ("        angle = 2 * math.pi * index / count\n", "        angle = index**0.5\n"),
    ],
    kinds.REFINEMENT: [("2 * math.pi * index / count", "2 * math.pi * (index + 0.5) / count")],
}


def changed(edits: list[tuple[str, str]]) -> str:
    text = PROGRAM
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told(kind: str) -> None:
    assert kind_of(PROGRAM, changed(EDITS[kind])) == kind


def test_the_nine_kinds_are_all_there() -> None:
    assert len(set(KINDS)) == 9
    assert set(EDITS) == set(KINDS)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("x = 1  # one", "x = 1", kinds.REFACTOR),
        ("x = 1\ny = 2", "y = 2\nx = 1", kinds.REFACTOR),
        ("x = -1", "x = 1.5", kinds.TUNING),
        ("x = True", "x = False", kinds.REFINEMENT),
        ("x = max(1, 2)", "x = min(1, 2)", kinds.REFINEMENT),
        ("x = f(low=1)", "x = f(high=1)", kinds.REFINEMENT),
        ("def f(a):\n    return -a", "def g(b):\n    return -b", kinds.REFACTOR),
        ("x = 1j", "x = 2e-9", kinds.TUNING),
        ("x = a < b", "x = a <= b", kinds.BUG_FIX),
        ("import os\nx = 1", "import sys\nx = 1", kinds.REFINEMENT),
        ("x = [1]\n" * 5, "x = {1}\n" * 5, kinds.ARCHITECTURE),
        ("from functools import cache\ndef f(n):\n    return n", None, kinds.EFFICIENCY),
        ("s = []\nfor x in y:\n    s.append(x)\nt = 1", "s = [x for x in y]\nt = 1", "efficiency"),
    ],
)
def test_borders_between_kinds(old: str, new: str | None, kind: str) -> None:
    assert kind_of(old, new or old.replace("def f", "@cache\ndef f")) == kind


def test_what_has_no_tree_has_no_kind() -> None:
    assert kind_of("x = (", "x = 1") is None
    assert kind_of("x = 1", "x = 1\0") is None
    assert kind_of("x = 1", "x = " + "(" * 500 + ")" * 500) is None


def test_other_languages_are_told_by_their_text_alone() -> None:
    assert of_plain_text("double t = 1.85;", "double t =  1.85;") == kinds.REFACTOR
    assert of_plain_text("double t = 1.85;", "double t = 19e-1;") == kinds.TUNING
    assert of_plain_text("int x1 = 3;", "int x2 = 3;") is None
