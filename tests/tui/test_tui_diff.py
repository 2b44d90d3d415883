"""The diff pane in the application: its keys, its sizes, and what it does not hold up."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest
from tui_scripted import Journal
from tui_support import Stage, stage

from workbench.display.tui import comparisons
from workbench.display.tui.render.diff import Diff
from workbench.display.tui.render.diff import compare as really_compare
from workbench.display.tui.widgets.diffs import DiffPane

NUMBERS = "".join(f"n{n} = {n}\n" for n in range(60))
CHANGED = NUMBERS.replace("n10 = 10", "n10 = 'ten'").replace("n50 = 50", f"n50 = {'1 + ' * 17}50")


def two(old: str | Mapping[str, str], new: str | Mapping[str, str]) -> Journal:
    """One lineage with one candidate after the initial one."""
    journal = Journal()
    journal.open()
    journal.initial(old)
    journal.lineage(1)
    journal.step(1, 1, 1, 2.0, new)
    return journal


def pane(one: Stage) -> DiffPane:
    return one.app.screen.query_one(DiffPane)


async def test_enter_opens_gaps_and_folds_files_and_braces_step_through_them() -> None:
    files = {"a.py": NUMBERS, "b.py": "x = 1\n"}
    async with stage(two(files, {"a.py": CHANGED, "b.py": "x = 2\n"})) as one:
        await one.press("enter")
        assert "▾ a.py  +2 −2  ⏎ folds" in one.text
        await one.press("right_curly_bracket")
        assert "⋮ 7 unchanged  ⏎ shows them" in one.text
        assert "n3 = 3" not in one.text
        await one.press("enter")
        assert "⋮ 7 unchanged  ⏎ hides them" in one.text
        assert "  4   4   n3 = 3" in one.text
        await one.press("enter", "left_curly_bracket", "enter")
        assert "▸ a.py  +2 −2  ⏎ unfolds" in one.text
        assert "n10" not in one.text
        assert "x = 2" in one.text
        await one.press("enter", *["right_curly_bracket"] * 9)
        assert "▾ b.py  +1 −1  ⏎ folds" in one.text
        await one.press("enter")
        assert "x = 2" not in one.text


async def test_a_click_opens_a_gap() -> None:
    async with stage(two(NUMBERS, CHANGED)) as one:
        await one.press("enter")
        assert "n3 = 3" not in one.text
        await one.pilot.click(DiffPane, offset=(20, 2))  # below the border and the heading
        await one.settle()
        assert "n3 = 3" in one.text
        await one.press("left_square_bracket", "right_square_bracket")
        assert "n3 = 3" not in one.text  # another diff, or this one again, begins closed


async def test_w_wraps_long_lines_and_the_arrows_scroll_beside_the_numbers() -> None:
    async with stage(two(NUMBERS, CHANGED)) as one:
        await one.press("enter", "G")
        assert "1 + 50" not in one.text
        await one.press("w")
        assert "1 + 50" in one.text
        assert "w no wrap" in one.text
        await one.press("w", "slash", *"+ 50", "enter")  # what is found is scrolled into view
        assert "1 + 50" in one.text
        assert "     51 + " in one.text
        assert "n50 =" not in one.text
        before = pane(one).scroll_offset.x
        await one.press("left", "left", "right")
        assert pane(one).scroll_offset.x == before - 1


async def test_both_sides_stand_side_by_side_where_there_is_room() -> None:
    async with stage(two(NUMBERS, CHANGED)) as one:
        await one.press("enter", "vertical_line")
        assert "side by side needs 120 columns; this screen has 80" in one.notices()
        assert not pane(one).laid_out.look.split
        await one.pilot.resize_terminal(120, 30)
        await one.settle()
        assert "| side by side" in one.text
        await one.press("vertical_line")
        (row,) = [row for row in one.rows() if "ten" in row]
        assert "11 − n10 = 10 " in row
        assert "│ 11 + n10 = 'ten'" in row
        assert "| unified" in one.text
        await one.pilot.resize_terminal(80, 24)
        await one.settle()
        assert "side by side from 120 columns" in one.text
        assert not pane(one).laid_out.look.split
        await one.pilot.resize_terminal(120, 30)
        await one.settle()
        assert pane(one).laid_out.look.split  # a person wanted it: it comes back


async def test_a_narrow_pane_of_a_wide_screen_says_what_helps() -> None:
    async with stage(two(NUMBERS, CHANGED), size=(160, 45)) as one:
        pane(one).focus()
        await one.press("vertical_line")
        assert "side by side needs a pane of 80 columns: z maximises it" in one.notices()
        await one.press("z", "vertical_line")
        assert "│ 11 + n10 = 'ten'" in one.text
        await one.press("z")
        assert "side by side if maximised" in one.text


async def test_a_long_diff_draws_only_what_is_seen_and_keeps_its_place() -> None:
    old = "\n".join(f"line {n}" for n in range(3000))
    new = "\n".join(f"line {n}{'!' * (n % 2)}" for n in range(3000))
    async with stage(two(old, new), size=(120, 24)) as one:
        await one.press("enter")
        diff = pane(one)
        assert diff.diff.added == diff.diff.removed == 1500
        assert diff.count > 4000
        await one.press("G")
        assert "line 2999!" in one.text
        # Whole screenfuls were drawn, again and again, but never the diff.
        assert diff.drawn < diff.count / 4
        await one.press("g", "pagedown", "pagedown")
        top = diff.laid_out.rows[diff.scroll_offset.y]
        await one.press("vertical_line")
        assert diff.laid_out.look.split
        assert diff.laid_out.rows[diff.scroll_offset.y].old == (top.old or top.new) > 20


async def test_what_takes_long_is_told_and_the_keys_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def slow(old: Mapping[str, str], new: Mapping[str, str], unequal: frozenset[str]) -> Diff:
        assert go.wait(30)
        return really_compare(old, new, unequal)

    monkeypatch.setattr(comparisons, "compare", slow)
    async with stage(two(NUMBERS, CHANGED)) as one:
        await one.pilot.press("enter")
        while "comparing…" not in one.text:
            await one.pilot.pause()
        await one.pilot.press("right_square_bracket", "left_square_bracket")
        while "#1 has no parent" not in one.text:
            await one.pilot.pause()
        go.set()
        await one.press("right_square_bracket")
        assert "n10 = 'ten'" in one.text


async def test_a_diff_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(old: Mapping[str, str], new: Mapping[str, str], unequal: frozenset[str]) -> Diff:
        made.append(1)
        return really_compare(old, new, unequal)

    monkeypatch.setattr(comparisons, "compare", counted)
    async with stage(two(NUMBERS, CHANGED)) as one:
        await one.press("enter", "left_square_bracket", "right_square_bracket", "b")
        assert "against baseline #1 +2 −2" in one.text
        assert len(made) == 1


async def test_what_differs_out_of_sight_and_what_is_missing_is_said() -> None:
    files = {"a.py": "x\r\n", "b.py": "y\n"}
    async with stage(two(files, {"a.py": "x\n", "b.py": "y\n"})) as one:
        await one.press("enter")
        assert "a.py  differs only in what is not shown" in one.text
    journal = two("x\n", "y\n")
    async with stage(journal) as one:
        one.feed._blobs.clear()
        await one.press("enter")
        assert one.text.count("is not in the session file") == 2


def styles(one: Stage, word: str) -> set[str]:
    """How a word of the diff is drawn."""
    return {
        str(segment.style)
        for strip in one.strips()
        for segment in strip
        if segment.text.strip() == word
    }


async def test_program_text_is_coloured_unless_nobody_wants_colours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = two("def go():\n    return 1\n", "def go():\n    return 2\n")
    async with stage(journal) as one:
        await one.press("enter")
        keyword = one.app.theme_variables["syntax-keyword"]
        assert any(keyword in style for style in styles(one, "def"))

    def never(path: str, lines: tuple[str, ...]) -> tuple[()]:
        raise AssertionError("coloured in vain")

    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(comparisons, "highlight", never)
    async with stage(journal) as one:
        await one.press("enter")
        assert "return 2" in one.text


async def test_m_marks_and_b_compares_with_what_is_marked() -> None:
    journal = two(NUMBERS, CHANGED)
    journal.step(1, 2, 2, 2.5, NUMBERS)
    async with stage(journal) as one:
        await one.press("enter", "left_square_bracket", "m")
        assert "#2 is ⚑1" in one.notices()
        assert "⚑1 #2" in one.rows()[1]
        await one.press("right_square_bracket", "b", "b", "b")  # of parent, baseline, …
        assert "Diff #3 against ⚑1 #2" in one.text
        await one.press("4")
        assert "#2 ⚑1 2×" in one.text
        await one.press("1", "left_square_bracket", "m")
        assert "#2 is no longer marked" in one.notices()
        assert "Diff #2 against parent #1" in one.text
        assert "⚑" not in one.text.replace("⚑ marked", "")


async def test_nothing_to_compare_with_is_said() -> None:
    journal = Journal()
    journal.open()
    journal.initial()
    journal.lineage(1)
    async with stage(journal) as one:
        await one.press("enter")
        assert "#1 has no parent to compare with" in one.text
        await one.press("b", "y")
        assert "nothing else to compare with: mark a candidate with m" in one.notices()
        assert "nothing to compare with, nothing to copy" in one.notices()
