"""What a diff finds, how it is laid out, and how its rows look, without an application."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest
from rich.cells import cell_len

from workbench.display.tui.render import diff_match, diff_words
from workbench.display.tui.render.diff import Diff, compare
from workbench.display.tui.render.diff_draw import Extras, draw
from workbench.display.tui.render.diff_find import hits, places
from workbench.display.tui.render.diff_match import Change, changes
from workbench.display.tui.render.diff_pairs import pairs
from workbench.display.tui.render.diff_rows import Folds, Layout, Look, fold_points, lay_out

LETTERS = "abcdefghijklmnop"


def rebuilt(old: Sequence[str], new: Sequence[str], found: Sequence[Change]) -> list[str]:
    """Apply changes to the old lines; every one must begin where the new lines are by then."""
    made: list[str] = []
    at = 0
    for a, b, c, d in found:
        made += old[at:a]
        assert len(made) == c
        made += new[c:d]
        at = b
    return [*made, *old[at:]]


@pytest.mark.parametrize("short", [0, 40, 10**6], ids=["myers", "both", "difflib"])
@pytest.mark.parametrize("edits", [1, 5, 60])
def test_changes_turn_one_text_into_the_other(
    short: int, edits: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diff_match, "SHORT", short)
    monkeypatch.setattr(diff_match, "MOST_EDITS", edits)
    for seed in range(300):
        rng = random.Random(seed)
        some = LETTERS[: rng.choice((2, 4, 16))]
        old, new = ([rng.choice(some) for _ in range(rng.randrange(30))] for _ in range(2))
        found = changes(old, new)
        assert rebuilt(old, new, found) == new
        for one, other in itertools.pairwise(found):
            assert other.a > one.b  # something unchanged stands between any two
            assert other.c > one.d


def test_unique_lines_hold_a_function_together() -> None:
    old = ["def a():", "    x", "    return", "", "def b():", "    y", "    return", ""]
    new = [*old[:4], "def new():", "    z", "    return", "", *old[4:]]
    assert changes(old, new) == [Change(4, 4, 4, 8)]


@pytest.mark.parametrize("half", [150, 3000], ids=["difflib", "myers"])
def test_far_apart_edits_of_a_repetitive_text_stay_apart(half: int) -> None:
    old = ["0,", "1,"] * half
    last = 2 * half - 50
    new = [*old[:50], "7,", *old[51:last], "8,", *old[last + 1 :]]
    assert changes(old, new) == [Change(50, 51, 50, 51), Change(last, last + 1, last, last + 1)]


def test_lines_that_resemble_each_other_stand_side_by_side() -> None:
    old = ["total = total + price * 2", "done()"]
    new = ["# prices are doubled", "check(price)", "total = total + price * 3", "done()", "x = 1"]
    assert pairs(old, new, (10, 20)) == ((0, 21), (0, 22), (11, 23), (12, 24), (0, 25))
    assert pairs(["a b c"], ["1 2", "3 4"]) == ((1, 1), (0, 2))  # nothing alike: from the top
    assert pairs(["one"] * 30, ["one"] * 31) == (*((n, n) for n in range(1, 31)), (0, 31))


def test_words_that_changed_are_marked() -> None:
    assert diff_words.marks("x = 1 + y", "x = 2 + y") == (((4, 5),), ((4, 5),))
    assert diff_words.marks("call(a)", "call(a, b)") == ((), ((6, 9),))
    assert diff_words.marks("same", "same") == ((), ())
    assert diff_words.marks("a a", "a a a") == ((), ((3, 5),))


@pytest.mark.parametrize(("old", "new"), [("abc def", "12 + 34"), ("x" * 400, "x" * 401)])
def test_unlike_and_very_long_lines_have_no_word_marks(old: str, new: str) -> None:
    assert diff_words.marks(old, new) == ((), ())


def test_of_many_changed_words_the_whole_middle_is_marked() -> None:
    old = "a " * 60 + "(" * 110 + " end of it all is the same"
    new = old.replace("(", ")")
    at = old.index("(")
    assert diff_words.marks(old, new) == (((at, at + 110),), ((at, at + 110),))


def laid(old: str, new: str, look: Look | None = None, width: int = 60) -> Layout:
    return lay_out(compare({"f.py": old}, {"f.py": new}), look or Look(), Folds(), width)


def shown(layout: Layout, folds: Folds | None = None, extras: Extras | None = None) -> list[str]:
    """Return the rows as text."""
    opened = folds or Folds()
    return [
        "".join(
            piece.content.plain.ljust(piece.width)
            for piece in draw(
                layout, place, extras or Extras(), lambda row: ("f.py", row.old) in opened.gaps
            )
        ).rstrip()
        for place in range(len(layout.rows))
    ]


NUMBERS = "\n".join(map(str, range(100)))
CHANGED = NUMBERS.replace("10\n", "ten\n").replace("90\n", "ninety\n")


def test_a_diff_numbers_its_lines_on_both_sides() -> None:
    rows = shown(laid("one\ntwo\nx = 1\nfour\n", "one\ntwo\nx = 2\nfour\nfive\n"))
    assert rows[1:] == [
        "  1   1   one",
        "  2   2   two",
        "  3     − x = 1",
        "      3 + x = 2",
        "  4   4   four",
        "      5 + five",
    ]


def test_far_apart_changes_have_gaps_between_that_open() -> None:
    layout = laid(NUMBERS, CHANGED)
    gaps = [row for row in layout.rows if row.kind == "gap"]
    assert [row.hidden for row in gaps] == [7, 73, 6]
    assert [layout.rows[place].kind for place in layout.stops] == ["file", "gap", "gap", "gap"]
    folds = Folds(gaps={("f.py", gaps[1].old)})
    opened = lay_out(layout.diff, Look(), folds, 60)
    assert len(opened.rows) == len(layout.rows) + 73
    assert sum(row.kind == "gap" for row in opened.rows) == 3  # the gap stays, to be closed
    assert " 50  50   49" in shown(opened, folds)
    assert opened.rows[opened.place_of(gaps[2])] == gaps[2]


def test_a_single_unchanged_line_is_shown_rather_than_told() -> None:
    old = "\n".join(map(str, range(20)))
    layout = laid(old, old.replace("4\n", "four\n", 1).replace("12\n", "twelve\n"))
    assert [row.hidden for row in layout.rows if row.kind == "gap"] == [4]


def test_files_fold_come_and_go() -> None:
    found = compare({"gone": "a\n", "same": "s"}, {"new": "b\nc\n", "same": "s"})
    assert (found.change, [file.path for file in found.files]) == ("+2 −1", ["gone", "new"])
    layout = lay_out(found, Look(), Folds(files={"new"}), 60)
    assert [row.kind for row in layout.rows] == ["file", "del", "file"]


def test_what_differs_only_out_of_sight_is_named() -> None:
    found = compare({"a": "x\n", "b": "y"}, {"a": "x", "b": "y"}, frozenset({"a", "b"}))
    assert (found.files, found.hidden) == ((), ("a", "b"))
    assert "a  differs only in what is not shown" in shown(lay_out(found, Look(), Folds(), 90))[0]


def test_side_by_side_aligns_both_sides_and_fills_what_is_missing() -> None:
    layout = laid("a\nx = 1 + y\nz\n", "a\nnew line\nx = 2 + y\nz\n", Look(split=True), 50)
    rows = shown(layout)
    assert rows[1:] == [
        "  1   a                 │  1   a",
        f"{'╱' * 24}│  2 + new line",
        "  2 − x = 1 + y         │  3 + x = 2 + y",
        "  3   z                 │  4   z",
    ]
    assert {sum(piece.width for piece in draw(layout, 2, Extras(), bool))} == {50}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("split", [False, True])
def test_wrapped_lines_lose_nothing(split: bool, turned: bool) -> None:
    old = "short\n" + "word " * 30 + "\n漢字"
    new = "short\n" + "word " * 33 + "\n" + "漢字とemoji👩‍👩‍👧" * 8
    if turned:
        old, new = new, old
    layout = laid(old, new, Look(split, True), 50)
    texts: dict[tuple[str, int], str] = {}
    for place, row in enumerate(layout.rows):
        pieces = draw(layout, place, Extras(), bool)
        halves = {"new": pieces} if row.kind in ("same", "add") else {"old": pieces}
        if split:
            halves = {"old": pieces[:-2], "new": pieces[-2:]}
        for side, half in halves.items():
            number = row.old if side == "old" else row.new
            for piece in half:
                if piece.scrolls:
                    assert cell_len(piece.content.plain) <= piece.width
                    known = texts.get((side, number), "")
                    texts[side, number] = known + piece.content.plain
    for side, lines in (("old", old.split("\n")[1:]), ("new", new.split("\n"))):
        assert [texts[side, n] for n in range(4 - len(lines), 4)] == lines
    assert layout.scrolled_width == layout.width


def test_a_line_that_goes_on_side_by_side_has_one_number() -> None:
    layout = laid("x = 1 " * 5, "x = 2 " * 5, Look(split=True, wrap=True), 49)
    assert shown(layout)[1:] == [
        "  1 − x = 1 x = 1 x = 1 │  1 + x = 2 x = 2 x = 2",
        "    − x = 1 x = 1       │    + x = 2 x = 2",
    ]


def test_a_pane_that_is_hardly_there_does_not_make_a_row_of_every_letter() -> None:
    layout = laid("", "x" * 80, Look(wrap=True), 1)
    assert sum(row.kind == "add" for row in layout.rows) == 10


def test_a_line_folds_by_cells() -> None:
    assert fold_points("", 5) == (0,)
    assert fold_points("abcdefghijk", 5) == (0, 5, 10)
    assert fold_points("漢字漢字", 5) == (0, 2)
    assert fold_points("e\u0301" * 6, 5) == (0, 10)


def test_a_search_finds_words_in_what_is_shown() -> None:
    layout = laid(NUMBERS, CHANGED)
    found = places(layout, "9")
    # Unchanged lines once, changed ones on their own side; nothing in closed gaps.
    assert [(place.line[1], place.line[2]) for place in found] == [
        ("new", 10), ("new", 90), ("old", 91), ("new", 92), ("new", 93), ("new", 94)
    ]  # fmt: skip
    assert places(layout, "TEN") == []
    assert [place.line for place in places(layout, "ten")] == [(0, "new", 11)]
    marked = hits(found, 0)
    row = draw(layout, found[0].row, Extras(hits=marked), bool)
    assert [(span.start, span.end) for span in row[1].content.spans] == [(0, 1)]


def test_a_search_knows_the_row_of_a_wrapped_line() -> None:
    layout = laid("x\n", "x\n" + "a" * 70 + "needle\n", Look(wrap=True), 50)
    (found,) = places(layout, "needle")
    assert layout.rows[found.row].part == 1


def test_an_empty_diff_has_no_rows() -> None:
    assert lay_out(Diff(), Look(), Folds(), 80).rows == ()
