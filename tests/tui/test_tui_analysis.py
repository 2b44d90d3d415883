"""The analysis screen: its keys, its figures at every size, and that it never holds up the rest."""

from __future__ import annotations

import re

import numpy as np
import pytest
from textual.widgets import TabbedContent
from tui_scripted import Journal, demo, kernel
from tui_support import Stage, stage

from workbench.analysis.report.document import Axis, Column, Figure, Line, Table
from workbench.display.tui.render import chart, report
from workbench.display.tui.screens.analysis import TABS, AnalysisScreen
from workbench.model.session import Session
from workbench.model.still import still


async def opened(one: Stage) -> AnalysisScreen:
    """Press the key, and wait for all figures."""
    await one.press("A")
    screen = one.app.screen
    assert isinstance(screen, AnalysisScreen)
    await one.settle()
    await one.settle()
    return screen


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (40, 10)])
async def test_its_sections_are_reached_by_their_numbers(size: tuple[int, int]) -> None:
    async with stage(demo(steps=40), size=size) as one:
        screen = await opened(one)
        assert screen.shown is not None
        for number, name in enumerate(TABS, 1):
            await one.press(str(number))
            assert screen.query_one(TabbedContent).active == f"tab-{name}"
            assert max(map(len, one.rows())) <= size[0]
        await one.press("escape")
        assert not isinstance(one.app.screen, AnalysisScreen)


async def test_it_shows_curves_laws_and_width_against_depth() -> None:
    async with stage(demo(steps=40), size=(160, 45)) as one:
        screen = await opened(one)
        assert "tuning ceiling" in one.text
        assert "Best speed-up so far, of each lineage" in one.text
        assert re.search(r"[\u2801-\u28ff]{3}", one.text)
        await one.press("2")
        assert "How often a step improves its lineage's best" in one.text
        assert "1/t, by chance" in one.text
        assert "share of steps (log) over step t (log)" in one.text
        await one.press("G")
        assert "Fitted laws" in one.text
        assert "frequency f(t)" in one.text
        await one.press("3")
        assert "Width against depth at one budget" in one.text
        assert "share of the best cell" in one.text
        await one.press("5")
        assert "Kinds of edits and what they gained" in one.text
        await one.press("8")
        assert "verifier v" in one.text
        assert screen.shown is not None


async def test_the_figures_are_those_of_the_report() -> None:
    async with stage(demo(steps=40), size=(160, 45)) as one:
        screen = await opened(one)
        assert screen.shown is not None
        (fits,) = (x for x in screen.shown.tables() if x.name == "fits")
        await one.press("2", "G")
        for row in fits.rows:
            assert str(row[2] or row[6]) in one.prose


async def test_r_computes_again_what_has_come_meanwhile() -> None:
    journal = demo(steps=12)
    async with stage(journal, size=(160, 45)) as one:
        screen = await opened(one)
        before = screen.shown
        assert before is not None
        known = len(journal.records)
        journal.step(1, 13, 1, 9.5, kernel(99))
        await one.push(*journal.records[known:])
        assert screen.shown is before
        await one.press("r")
        await one.settle()
        assert screen.shown is not before
        assert "9.5" in one.text


async def test_a_section_is_searched_and_gets_the_whole_screen() -> None:
    async with stage(demo(steps=40), size=(80, 24)) as one:
        await opened(one)
        await one.press("2", "slash", *"fitted", "enter")
        assert re.search(r"/fitted 1 of \d", one.text)
        await one.press("n")
        assert re.search(r"/fitted 2 of \d", one.text)
        await one.press("escape", "z")
        assert "7 Failures" not in one.text
        await one.press("escape")
        assert "7 Failures" in one.text


async def test_every_action_stands_in_the_palette() -> None:
    async with stage(demo(steps=6), size=(120, 40)) as one:
        titles = {x.title for x in one.app.get_system_commands(one.app.screen)}
        assert "session: analysis" in titles
        await opened(one)
        titles = {x.title for x in one.app.get_system_commands(one.app.screen)}
        assert {"analysis: compute again", "figures: tab dynamics"} <= titles


async def test_nothing_that_others_wrote_is_markup() -> None:
    journal = Journal(title="[bold]evil[/]", score_name="[red]speed[/]")
    journal.open()
    journal.initial()
    journal.lineage(1)
    number = journal.propose(1, 1, (1,), "x = 1\n", note="[link=x]note[/]")
    journal.verdict(1, 2.0, candidate=number)
    journal.propose(1, 2, (1,), "x = 2\n")
    journal.verdict(1, None, message="[u]why[/]", outcome=_failed())
    async with stage(journal, size=(160, 45)) as one:
        await opened(one)
        assert "Best [red]speed[/] so far" in one.text
        await one.press("G")
        assert "[link=x]note[/]" in one.text
        await one.press("7")
        assert "[u]why[/]" in one.text


def _failed() -> object:
    from workbench.model.verdict import Outcome

    return Outcome.FAILED


async def test_without_the_texts_of_candidates_the_rest_is_shown() -> None:
    journal = demo(steps=12)
    journal.blobs.clear()
    async with stage(journal, size=(120, 40)) as one:
        screen = await opened(one)
        assert screen.shown is not None
        await one.press("5")
        assert "no syntax tree" in one.text


def test_a_snapshot_stands_still_while_the_session_goes_on() -> None:
    journal = demo(steps=5)
    session = Session(journal.records)
    before = still(session)
    known = len(journal.records)
    journal.step(1, 6, 1, 7.0, kernel(50))
    for record in journal.records[known:]:
        session.apply(record)
    assert len(session.candidates) == len(before.candidates) + 1
    assert len(session.lineages[1].curve) == len(before.lineages[1].curve) + 1
    assert before.lineages[1].best_reward != 7.0


def figure(*lines: Line) -> Figure:
    return Figure("f", "A [title]", Axis("t", log=True), Axis("share", log=True), lines, "Journal")


def test_a_line_in_braille_falls_as_its_law_does() -> None:
    t = np.geomspace(1, 100, 50)
    drawn = [x.plain for x in chart.rows(figure(Line("1/t", t, 1 / t, "line", 1)), 60, 16)]
    assert drawn[0] == "A [title]"
    assert len(drawn) == 16
    inked = [
        [at for at, sign in enumerate(row) if "\u2801" <= sign <= "\u28ff"] for row in drawn[1:-3]
    ]
    lefts = [row[0] for row in inked if row]
    assert lefts == sorted(lefts)
    assert lefts[-1] - lefts[0] > 35
    assert "── 1/t" in drawn[-2]
    assert {"1", "0.1", "0.01"} <= {row.split("┤")[0].strip() for row in drawn if "┤" in row}


def test_lines_without_hues_differ_by_dashes() -> None:
    t = np.geomspace(1, 100, 50)
    two = Line("b", t, 1 / t, "line", 2)

    def dots(dashed: bool) -> int:
        text = "".join(x.plain for x in chart.rows(figure(two), 60, 16, dashed))
        return sum((ord(sign) - 0x2800).bit_count() for sign in text if "\u2800" < sign < "\u2900")

    assert 0.5 < dots(dashed=True) / dots(dashed=False) < 0.85  # four dots of six


def test_an_empty_figure_has_its_axes() -> None:
    drawn = [x.plain for x in chart.rows(figure(), 30, 10)]
    assert len(drawn) <= 10
    assert any("└" in row for row in drawn)


def test_a_table_that_is_too_wide_is_told_row_by_row() -> None:
    columns = (Column("", False), Column("evaluations"), Column("note", False))
    wide = Table("t", "T", columns, (("L1", 12, "a long note about it"), ("L2", 3, "")), "why")
    aligned = [x.plain for x in report.table(wide, 60)]
    assert aligned == [
        "T",
        "    evaluations  note",
        "L1           12  a long note about it",
        "L2            3",
        "why",
    ]
    told = [x.plain.rstrip() for x in report.table(wide, 24)]
    assert told[0] == "T"
    assert " ".join(told[1:-2]) == "L1  evaluations 12  note a long note about it"
    assert told[-2:] == ["L2  evaluations 3", "why"]
    assert max(map(len, told)) <= 24
