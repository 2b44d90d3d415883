"""Circle packings and point sets that are wrong in one place: refused, and the place is named."""

import json
from pathlib import Path

import pytest
from bundled import judge, run
from test_tasks_rejections import rejected

GEOMETRY = {"circle-packing": "circles", "heilbronn-triangle": "points"}
WRONG_NUMBERS = {
    "bool": ("true", "must be a number, not bool"),
    "string": ('"0.5"', "must be a number, not str"),
    "null": ("null", "must be a number, not NoneType"),
    "list": ("[0.5]", "must be a number, not list"),
    "overflow": ("1e400", "too large for a float"),
    "nan": ("NaN", "NaN is not a number"),
    "outside": ("1.5", "Infeasible"),
    "far outside": ("-1e308", "Infeasible"),
}


@pytest.mark.parametrize("name", GEOMETRY)
@pytest.mark.parametrize("case", WRONG_NUMBERS)
def test_one_wrong_number(name: str, case: str, tmp_path: Path) -> None:
    text, reason = WRONG_NUMBERS[case]
    content = json.loads(run(name, tmp_path / "good"))
    content[GEOMETRY[name]][3][0] = "HERE"
    scored = judge(name, json.dumps(content).replace('"HERE"', text).encode(), tmp_path)
    rejected(scored, reason)
    if case not in ("nan", "overflow"):  # those are refused while the text is parsed
        assert any(f"{item} 3" in scored.feedback for item in ("circle", "circles", "point"))


@pytest.mark.parametrize("name", GEOMETRY)
def test_wrong_shapes(name: str, tmp_path: Path) -> None:
    key = GEOMETRY[name]
    good = json.loads(run(name, tmp_path / "good"))[key]
    for content, reason in (
        ({key: good[:-1]}, f"{len(good)} entries, not {len(good) - 1}"),
        ({key: [*good, good[0]]}, f"{len(good)} entries, not {len(good) + 1}"),
        ({key: "no list"}, "not str"),
        ({key: [[*good[0], 0.1], *good[1:]]}, "must be a list ["),
        ({key: [good[0], 7, *good[2:]]}, "must be a list ["),
        ({key: good, "score": 9}, "must be one object"),
        (good, "must be one object"),
    ):
        rejected(judge(name, json.dumps(content).encode(), tmp_path), reason)
