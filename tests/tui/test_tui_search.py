"""Searching panes, and giving one the whole screen."""

from __future__ import annotations

from tui_scripted import Journal, demo, kernel
from tui_support import Stage, stage

from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.lineage import LineageScreen
from workbench.display.tui.widgets.diffs import DiffPane
from workbench.display.tui.widgets.search import SearchLine


def long() -> Journal:
    """One candidate with long texts; ``needle`` stands in each of them."""
    lines = [f"line {n} = {n}" for n in range(80)]
    journal = Journal()
    journal.open()
    journal.initial("\n".join(lines))
    journal.lineage(1)
    journal.move(1, 1)
    lines[5] = "needle one, Needle two"
    lines[70] = "needle three"
    said = "\n".join(f"{n}: nothing" for n in range(40)) + "\nand the needle [b]here[/b]\n"
    number = journal.propose(1, 1, (1,), "\n".join(lines), prompt=(journal.blob(said),))
    journal.verdict(1, 2.0, candidate=number, stdout=journal.blob(said))
    return journal


def reversed_words(one: Stage) -> list[str]:
    """What is marked on the screen as found."""
    return [
        segment.text
        for strip in one.strips()
        for segment in strip
        if segment.style is not None and segment.style.reverse and segment.text.strip(" ▁")
    ]


async def test_a_diff_is_searched_while_the_words_are_written() -> None:
    async with stage(long()) as one:
        await one.press("enter", "slash", *"needle")
        assert "/needle 1 of 3" in one.text
        assert reversed_words(one)[:2] == ["needle", "Needle"]
        await one.press("enter", "n", "n")
        assert "/needle 3 of 3 · n N · esc ends" in one.text
        assert "needle three" in one.text
        assert not one.app.screen.query_one(SearchLine).display
        await one.press("n", "N", "N")
        assert "/needle 2 of 3" in one.text
        await one.press("slash", "right", "s")
        assert "/needles not found" in one.text
        await one.press("enter", "slash", *"zzz")  # a letter replaces what was searched for
        assert "/zzz not found" in one.text
        await one.press("escape")
        assert reversed_words(one) == []
        assert isinstance(one.app.focused, DiffPane)
        await one.press("n", "escape")  # no search, no key of it: escape is the screen's again
        assert isinstance(one.app.screen, Dashboard)


async def test_capitals_are_searched_as_they_are_and_gaps_once_open() -> None:
    async with stage(long()) as one:
        await one.press("enter", "slash", *"Needle", "enter")
        assert "/Needle 1 of 1" in one.text
        await one.press("escape", "slash", *"line 40", "enter")
        assert "/line 40 not found" in one.text
        await one.press("right_curly_bracket", "right_curly_bracket", "enter")
        assert "/line 40 1 of 1" in one.text


async def test_escape_ends_a_search_before_it_leaves_the_screen() -> None:
    async with stage(long()) as one:
        await one.press("enter", "slash", *"needle", "enter", "escape")
        assert isinstance(one.app.screen, LineageScreen)
        assert reversed_words(one) == []


async def test_verifier_and_proposal_are_searched_across_wrapped_lines() -> None:
    async with stage(long()) as one:
        await one.press("enter")
        for tab in "23":
            await one.press(tab, "slash", *"needle [b]", "enter")
            assert "/needle [b] 1 of 1" in one.text
            assert reversed_words(one) == ["needle [b]"]
            assert "and the needle [b]here[/b]" in one.text
            await one.pilot.resize_terminal(60, 24)
            await one.settle()
            assert reversed_words(one) == ["needle [b]"]
            await one.press("escape")
            assert reversed_words(one) == []


async def test_the_tree_is_filtered_by_number_status_and_note() -> None:
    journal = Journal()
    journal.open()
    journal.initial()
    journal.lineage(1)
    for step in range(1, 13):
        journal.step(1, step, 1, None if step in (3, 7) else 1.5, kernel(step))
    async with stage(journal) as one:
        await one.press("enter", "4", "slash", *"timeout")
        assert "Candidates of L1: 2 of 13" in one.text
        assert "✔" not in "".join(one.rows()[4:-4])
        assert one.text.count("✖") == 2
        await one.press("enter")
        assert "#2 ★ best" in one.rows()[-2]  # finding alone shows nothing else
        for number in (4, 8, 4):
            await one.press("n")
            assert f"#{number} ✖ timeout" in one.rows()[-2]
        await one.press("slash", *"unroll by 1")
        assert "5 of 13" in one.text  # every word somewhere: by 1, or #10 to #13
        await one.press(*["backspace"] * 11, *"#1")
        assert "Candidates of L1: 1 of 13" in one.text
        await one.press("escape")
        assert "Candidates of L1: 13" in one.text


async def test_a_filtered_tree_grows_with_what_comes_in() -> None:
    journal = demo(steps=2)
    async with stage(journal) as one:
        await one.press("enter", "4", "slash", *"best", "enter")
        assert "1 of 3" in one.text
        before = len(journal.records)
        born = journal.step(1, 3, 1, 9.0, kernel(99))
        await one.push(*journal.records[before:])
        assert "1 of 4" in one.text
        assert f"★ #{born}" in one.text


async def test_whoever_goes_elsewhere_is_done_writing() -> None:
    async with stage(long()) as one:
        await one.press("enter", "slash", *"nee", "tab")
        assert not one.app.screen.query_one(SearchLine).display
        await one.press("2", "slash", *"here", "enter")
        assert "/here 1 of 1" in one.text


async def test_z_gives_a_pane_the_whole_screen_and_back() -> None:
    async with stage(long(), size=(160, 45)) as one:
        one.app.screen.query_one(DiffPane).focus()
        await one.press("z")
        assert "Lineages" not in one.text
        assert "Diff #2 against parent #1" in one.text
        assert "● live" in one.rows()[1]
        assert "^p Palette" in one.rows()[-1]
        assert one.app.screen.query_one(DiffPane).size.height > 38
        await one.press("slash", *"three", "enter")
        assert "/three 1 of 1" in one.text
        await one.press("escape")  # ends the search first
        assert "/three" not in one.text
        assert "Lineages" not in one.text
        await one.press("escape")
        assert "Lineages" in one.text
        await one.press("z", "z")
        assert "Lineages" in one.text


async def test_a_zoomed_tab_makes_way_for_the_next() -> None:
    async with stage(long()) as one:
        await one.press("enter", "z")
        assert "2 Verifier" not in one.text
        await one.press("2")
        assert "Verifier #2" in one.text
        assert "2 Verifier" not in one.text
        await one.press("escape")
        assert "2 Verifier" in one.text
        assert isinstance(one.app.screen, LineageScreen)
