from __future__ import annotations

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mutation_support import Playground, settings

from workbench.propose.mutation.hints import read_hints
from workbench.propose.mutation.program import read_program
from workbench.propose.mutation.steer import Lines, Steer
from workbench.propose.proposer import Advice

PROGRAM = b"""\
RINGS = 3
WALL_GAP = 0.05
SHARE = 0.5
WEIGHTS = [1.0, 2.0]


def place(n):
    step = 2.5 * n
    return step


def size_circles(n):
    if n > 1:
        n = n - 1
    return n * 0.5
"""
FACTOR = ": mutation takes values, no factors"
READS = "(mutation reads names, line numbers, numbers)"


def read(*texts: str, files: dict[str, bytes] | None = None) -> Steer:
    hints = [Advice(number, text, "ann") for number, text in enumerate(texts, 1)]
    return read_hints(hints, read_program(files or {"solve.py": PROGRAM}))


def only(steer: Steer) -> set[str] | None:
    return None if steer.only is None else {key.partition(":")[2] for key in steer.only}


@pytest.mark.parametrize(
    ("text", "name", "start"),
    [
        ("WALL_GAP = 0.1", "WALL_GAP", 0.1),
        ("set RINGS to 3", "RINGS", 3),
        ("RINGS 5", "RINGS", 5),
        ("rings: 5", "RINGS", 5),
        ("try 0.07 for WALL_GAP", "WALL_GAP", 0.07),
        ("SHARE -> 0.7", "SHARE", 0.7),
        ("raise SHARE to .8 please", "SHARE", 0.8),
        ("keep RINGS at 4", "RINGS", 4),
        ("WALL_GAP -1e-3", "WALL_GAP", -0.001),
        ("WEIGHTS[1] 0.4", "WEIGHTS[1]", 0.4),
        ("`SHARE` should be 1", "SHARE", 1.0),
    ],
)
def test_number_with_a_name_is_where_it_starts(text: str, name: str, start: float) -> None:
    steer = read(text)
    assert only(steer) == {name}
    assert steer.starts == {f"solve.py:{name}": start}
    assert type(steer.starts[f"solve.py:{name}"]) is type(start)
    assert re.fullmatch(rf"took: \S+ → start at {re.escape(str(start))}", steer.note, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "name", "low", "high", "said"),
    [
        ("WALL_GAP between 0.1 and 0.2", "WALL_GAP", 0.1, 0.2, "between 0.1 and 0.2"),
        ("WALL_GAP 0.2-0.1", "WALL_GAP", 0.1, 0.2, "between 0.1 and 0.2"),
        ("WALL_GAP: 0.1..0.2", "WALL_GAP", 0.1, 0.2, "between 0.1 and 0.2"),
        ("WALL_GAP in [0.1, 0.2]", "WALL_GAP", 0.1, 0.2, "between 0.1 and 0.2"),
        ("RINGS < 6", "RINGS", -math.inf, 6, "at most 6"),
        ("RINGS at least 2", "RINGS", 2, math.inf, "at least 2"),
        ("SHARE no more than 0.4", "SHARE", -math.inf, 0.4, "at most 0.4"),
        ("SHARE not below 0.4", "SHARE", 0.4, math.inf, "at least 0.4"),
        ("don't go above 5 for RINGS", "RINGS", -math.inf, 5, "at most 5"),
    ],
)
def test_ranges(text: str, name: str, low: float, high: float, said: str) -> None:
    steer = read(text)
    assert steer.ranges == {f"solve.py:{name}": (low, high)}
    assert not steer.starts
    assert f"{name} → {said}" in steer.note


@pytest.mark.parametrize(
    ("text", "directions"),
    [
        ("increase SHARE", {"SHARE": 1}),
        ("decrease wall_gap", {"WALL_GAP": -1}),
        ("increase share and decrease WALL_GAP", {"SHARE": 1, "WALL_GAP": -1}),
        ("make SHARE larger and WALL_GAP smaller", {"SHARE": 1, "WALL_GAP": -1}),
        ("raise SHARE and WALL_GAP", {"SHARE": 1, "WALL_GAP": 1}),
        ("WALL_GAP should be smaller, RINGS larger", {"WALL_GAP": -1, "RINGS": 1}),
    ],
)
def test_directions(text: str, directions: dict[str, int]) -> None:
    steer = read(text)
    assert steer.directions == {f"solve.py:{name}": to for name, to in directions.items()}
    assert only(steer) == set(directions)
    assert "ignored" not in steer.note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("increase WALL_GAP by 10%", f"took: WALL_GAP → up; ignored: by 10%{FACTOR}"),
        ("WALL_GAP = 1/3", f"took: WALL_GAP → varied; ignored: 1/3{FACTOR}"),
        ("SHARE*2", f"took: SHARE → varied; ignored: *2{FACTOR}"),
        ("lines 7 and 9", "took: lines 7 → work there (0 numbers); ignored: 9 belongs to no name"),
        ("don't change lines 7-9", "took: lines 7-9 → left alone"),
        ("halve SHARE", f"took: SHARE → varied; ignored: the rest {READS}"),
        ("RINGS 3.5", "took: RINGS → varied; ignored: 3.5: RINGS takes whole numbers"),
        ("WEIGHTS 0.4", "took: WEIGHTS → varied; ignored: 0.4: WEIGHTS has 2 numbers, name one"),
        ("don't set RINGS to 4", "ignored: RINGS: mutation cannot be told a value to avoid"),
        ("FOO_BAR = 3", "ignored: FOO_BAR is no constant or function here, 3 belongs to no name"),
        ("RINGS 3, it may be nicer", f"took: RINGS → start at 3; ignored: the rest {READS}"),
        ("line 99", "took: nothing; ignored: line 99: nothing editable there"),
        ("between 0.1 and 0.2", "took: nothing; ignored: between 0.1 and 0.2 belongs to no name"),
    ],
)
def test_note_says_what_was_not_followed(text: str, note: str) -> None:
    assert note in read(text).note


@pytest.mark.parametrize(
    "text",
    ["be bold!", "place the circles closer to the wall", "the share of rings matters", "…", ""],
)
async def test_hint_with_nothing_usable_says_so_and_changes_nothing(text: str) -> None:
    steer = read(text)
    assert steer == Steer(note=f"took: nothing; ignored: all of it {READS}")
    plain = await Playground({"solve.py": PROGRAM}, lambda files: 0.0).propose()
    hinted = await Playground({"solve.py": PROGRAM}, lambda files: 0.0).propose("refine", text)
    assert hinted.files == plain.files
    assert hinted.hint_note == steer.note
    assert plain.hint_note == ""


def test_lines_and_functions_select_what_lies_there() -> None:
    steer = read("lines 7-9")
    assert only(steer) == {"place.step#0"}
    assert steer.lines == (Lines("solve.py", 7, 9),)
    assert read("line 8").lines == (Lines("solve.py", 8, 8),)
    assert read("look at size_circles").lines == (Lines("solve.py", 12, 15),)
    assert read("work in place()").lines == (Lines("solve.py", 7, 9),)
    assert "3 numbers" in read("lines 12–15").note


def test_lines_need_a_file_where_there_are_several() -> None:
    files = {"a.py": PROGRAM, "b.py": PROGRAM}
    assert "say in which file" in read("line 8", files=files).note
    assert read("line 8 of b.py", files=files).lines == (Lines("b.py", 8, 8),)


def test_what_is_to_be_kept_is_frozen() -> None:
    assert read("don't touch RINGS and SHARE").frozen == {"solve.py:RINGS", "solve.py:SHARE"}
    steer = read("leave lines 7-9, keep RINGS but increase SHARE")
    assert steer.off == (
        Lines("solve.py", 7, 9),
        Lines("solve.py", 1, 1),
        Lines("solve.py", 8, 8),
    )
    assert steer.frozen == {"solve.py:RINGS", "solve.py:place.step#0"}
    assert only(steer) == {"SHARE"}


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("change the structure", "structure"),
        ("only statements", "structure"),
        ("no structure changes", "constants"),
        ("tune the constants", "constants"),
        ("leave the numbers", "structure"),
        ("SHARE = 0.2, change the structure", ""),
    ],
)
def test_words_choose_the_kind_of_edit(text: str, family: str) -> None:
    assert read(text).family == family


def test_several_hints_are_told_apart_and_the_later_wins() -> None:
    steer = read("RINGS 4", "be bold", "RINGS 6")
    assert steer.starts == {"solve.py:RINGS": 6}
    assert steer.note.startswith("hint 1: took: RINGS → start at 4 | hint 2: took: nothing")


async def test_start_value_is_taken_exactly_then_built_upon() -> None:
    ground = Playground({"solve.py": PROGRAM}, lambda files: 0.0)
    first = await ground.step("refine", "RINGS 6")
    assert ground.texts[first.id]["solve.py"] == PROGRAM.replace(b"RINGS = 3", b"RINGS = 6")
    for _ in range(5):
        later = await ground.step("refine", "RINGS 6")
        text = ground.texts[later.id]["solve.py"]
        assert b"RINGS = 6\n" in text
        assert text != ground.texts[first.id]["solve.py"]


async def test_moves_obey_range_direction_and_frozen_names() -> None:
    ground = Playground({"solve.py": PROGRAM}, lambda files: 0.0)
    for _ in range(25):
        made = await ground.step("refine", "WALL_GAP between 0.1 and 0.2; increase SHARE")
        at = settings(ground.texts[made.id])
        assert at["WALL_GAP"] == 0.05 or 0.1 <= at["WALL_GAP"] <= 0.2
        assert at["SHARE"] >= 0.5
        assert at["RINGS"] == 3
    for _ in range(25):
        made = await ground.step("refine", "keep RINGS, WEIGHTS fixed: don't touch WEIGHTS")
        text = ground.texts[made.id]["solve.py"]
        assert b"RINGS = 3\n" in text
        assert b"WEIGHTS = [1.0, 2.0]\n" in text


async def test_structural_edits_stay_in_the_lines_of_the_hint() -> None:
    ground = Playground({"solve.py": PROGRAM}, lambda files: 0.0)
    head, _ = PROGRAM.split(b"def size_circles(n):\n")
    for _ in range(20):
        made = await ground.step("explore", "change the structure of size_circles")
        text = ground.texts[made.id]["solve.py"]
        assert text.startswith(head + b"def size_circles(n):\n")
        assert made.detail["by"] == "structure"


PIECES = [
    *(
        "RINGS",
        "share",
        "WEIGHTS",
        "place()",
        "size_circles",
        "lines 2-9",
        "line 0",
        "between 1 and",
    ),
    *("0.3", "-4", "1e999", "2", "increase", "don't", "keep", "fixed", "and", ",", ".", "=", "<"),
    *("at most", "structure", "numbers", "for", "to", "%", "[1, 2]", "1/3", "solve.py"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join) | st.text(max_size=60))
@example("SHARE 1e999")
@example("lines 0-99999999999999999999")
def test_any_text_can_be_read(text: str) -> None:
    steer = read(text)
    assert re.match(r"took: .", steer.note)
    assert "\n" not in steer.note
    assert all(math.isfinite(start) for start in steer.starts.values())
    assert all(low <= high for low, high in steer.ranges.values())
    keys = {literal.key for literal in read_program({"solve.py": PROGRAM}).literals}
    assert keys >= (steer.only or set()) | steer.frozen | steer.starts.keys()
