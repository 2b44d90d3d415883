"""Marking candidates and comparing those that are marked, by keys."""

from __future__ import annotations

import pytest
from tui_scripted import Journal
from tui_support import Stage, stage

from workbench.display.tui.screens.compare import CompareScreen
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.lineage import LineageScreen
from workbench.display.tui.widgets.diffs import DiffPane
from workbench.engine.command import AddHint
from workbench.model import event as ev


def family() -> Journal:
    """Candidates 2 to 6 of one lineage, each of the one before, in a task with one file."""
    journal = Journal()
    journal.open()
    journal.initial("a = 1\n")
    journal.lineage(1)
    for step in range(1, 6):
        journal.step(1, step, step, 1.0 + step / 4, f"a = 1\nb = {step}\n")
    return journal


NEXT, BEFORE = "right_square_bracket", "left_square_bracket"
FOUR = ("enter", BEFORE, BEFORE, BEFORE, BEFORE, "m", NEXT, "m", NEXT, "m", NEXT, "m")
"""Marks candidates 2, 3, 4 and 5, as ⚑1 to ⚑4, and shows the last of them."""


def head(one: Stage) -> list[str]:
    """The names of the columns."""
    return one.rows()[3].strip("│").split()


def line(one: Stage, name: str) -> str:
    """The first line of the table that begins with `name`."""
    found = (row.strip("│ ▁") for row in one.rows()[4:])
    return " ".join(next(row for row in found if row.startswith(name)).split())


async def test_marks_are_shown_and_there_are_four_of_them() -> None:
    async with stage(family(), size=(160, 45)) as one:
        await one.press("M")
        assert "mark 2 to 4 candidates with m first; 0 marked so far" in one.notices()
        assert isinstance(one.app.screen, Dashboard)
        await one.press(*FOUR, NEXT, "m")
        assert "4 candidates are marked (#2 #3 #4 #5): m on one of them takes" in one.notices()
        assert "⚑1 #2 ⚑2 #3 ⚑3 #4 ⚑4 #5" in one.rows()[1]
        await one.press("escape")
        assert "marked" in one.text
        assert "⚑1⚑2⚑3⚑4" in one.text  # in the table of lineages
        assert "#5 ⚑4 2×" in one.text  # in the tree
        await one.pilot.resize_terminal(40, 10)
        await one.settle()
        assert "⚑1⚑2⚑3⚑4" not in one.text  # gives way before id, state and best do


async def test_two_columns_at_80_and_the_others_by_their_keys() -> None:
    async with stage(family()) as one:
        await one.press(*FOUR, "M")
        assert isinstance(one.app.screen, CompareScreen)
        assert "Compare · 2 more: [ ]" in one.text
        assert head(one) == ["⚑1", "L1", "#2", "a", "⚑2", "L1", "#3", "b"]
        assert line(one, "speed-up") == "speed-up 1.25× 1.5× +0.25 ▲ better"
        assert line(one, "+− since #2") == "+− since #2 +0 −0 +1 −1"
        await one.press("G")
        assert line(one, "ancestor") == "ancestor #2 1.25× unroll by 1"
        await one.press("g", NEXT)
        assert head(one)[4:7] == ["⚑3", "L1", "#4"]
        await one.press(BEFORE, BEFORE)
        assert head(one)[4:7] == ["⚑4", "L1", "#5"]
        await one.press("2")
        assert head(one)[4:7] == ["⚑2", "L1", "#3"]
        await one.press("x")
        assert head(one) == ["⚑2", "L1", "#3", "a", "⚑1", "L1", "#2", "b"]
        assert line(one, "speed-up") == "speed-up 1.5× 1.25× −0.25 ▼ worse"
        await one.press("2")  # a itself: it changes places with b
        assert head(one)[:3] == ["⚑1", "L1", "#2"]
        assert "a ⚑1 L1 #2 ⟷ b ⚑2 L1 #3  also ⚑3 L1 #4, ⚑4 L1 #5" in one.rows()[-2]
        await one.press("escape", "m", "M", "4")
        assert "nothing is marked ⚑4; there is ⚑1 ⚑2 ⚑3" in one.notices()


async def test_d_shows_the_diff_from_a_to_b_and_escape_steps_back() -> None:
    async with stage(family()) as one:
        await one.press(*FOUR, "M", "d")
        assert "Diff #3 against ⚑1 #2 +1 −1" in one.text
        assert "+ b = 2" in one.text
        await one.press("y")
        assert one.app.clipboard.startswith("diff --git candidate-2/kernel.py candidate-3/kernel")
        assert "copied the diff of #3 against ⚑1 #2" in one.notices()
        await one.press("x", NEXT)
        assert "Diff #4 against ⚑2 #3" in one.text
        await one.press("z", "escape")
        assert one.app.screen.query_one(DiffPane).display
        await one.press("escape")
        assert not one.app.screen.query_one(DiffPane).display
        assert "speed-up" in one.text
        await one.press("escape")
        assert isinstance(one.app.screen, LineageScreen)


async def test_a_large_screen_shows_all_four_and_the_diff_below() -> None:
    async with stage(family(), size=(160, 45)) as one:
        await one.press(*FOUR, "M")
        assert [word for word in head(one) if word.startswith("#")] == ["#2", "#3", "#4", "#5"]
        assert "more: [ ]" not in one.text
        await one.press("d", "vertical_line")
        assert "speed-up" in one.text
        assert "│  2 + b = 2" in one.text


async def test_what_happens_meanwhile_is_shown_and_other_keys_go_on_working() -> None:
    journal = family()
    async with stage(journal) as one:
        await one.press(*FOUR, "M")
        await one.push(journal.add(ev.CandidateJudged(3, "cheats", "me")))
        assert line(one, "found wrong") == "found wrong – ✖ cheats (me)"
        await one.press("h", "H", "u", "enter")
        assert one.control.sent == [AddHint("u", (), author=one.control.sent[0].author)]  # type: ignore[union-attr]
        await one.press("f", "m")  # of the candidate that other screens show: not here
        assert len(one.control.sent) == 1
        assert len(one.app.screen.view.marks) == 4  # type: ignore[attr-defined]


async def test_it_fits_every_size_without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    from test_tui_sizes import every_size

    monkeypatch.setenv("NO_COLOR", "1")
    async with stage(family()) as one:
        await one.press(*FOUR, "M")
        await every_size(one)
        await one.press("d")
        await every_size(one)
