"""A shared budget and a simulation on the screen, drawn from a session that a driver made."""

from __future__ import annotations

import pytest
from tui_scripted import ScriptedFeed, demo

from workbench.display import lines, plain, summary, text
from workbench.display.tui.render import info, lineages, status
from workbench.display.tui.view import View
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.search.driver import Driver, Plan


@pytest.fixture
def shown() -> View:
    """A demo in which L1 had two of three turns."""
    journal = demo(steps=3, lineages=2, allocation="ucb:at_once=1")
    share = Limits(evaluations=9, proposals=9)
    for turn, lineage in enumerate((1, 2, 1), start=1):
        journal.add(ev.TurnGiven(lineage, turn, 1, share, f"0.9{turn} = mean 0.50 + 0.4{turn}"))
    return View(ScriptedFeed(journal))


def test_the_list_tells_what_part_of_the_steps_each_lineage_was_given(shown: View) -> None:
    rows = [lineages.row_of(shown, lineage) for lineage in shown.session.lineages.values()]
    assert [row.share for row in rows] == ["67%", "33%"]
    assert "share" in lineages.heading(lineages.columns(rows, 160)).plain
    assert "67%" in lineages.line(rows[0], lineages.columns(rows, 160)).plain


def test_there_is_no_such_column_where_the_budget_was_split_in_advance() -> None:
    view = View(ScriptedFeed(demo(steps=3, lineages=2)))
    rows = [lineages.row_of(view, lineage) for lineage in view.session.lineages.values()]
    assert "share" not in lineages.heading(lineages.columns(rows, 160)).plain
    assert text.allocation(view.session) == ""


def test_the_line_of_a_lineage_tells_why_it_had_its_last_turn(shown: View) -> None:
    assert "turn 3: 0.93 = mean 0.50 + 0.43" in info.selected(shown, 0.0).plain


def test_scripts_read_it_too(shown: View) -> None:
    from pathlib import Path

    told = summary.session(shown.session, Path("x"), "running")
    assert (told["allocation"], told["turns"], told["simulation"]) == ("ucb:at_once=1", 3, False)
    first = told["lineages"][0]
    assert first["given"] == 2
    assert first["turn"] == {"number": 3, "reason": "0.93 = mean 0.50 + 0.43"}


def test_turns_are_no_lines_of_the_feed(shown: View) -> None:
    record = shown.session.lineages[1].turn
    assert record is not None
    assert lines.line_of(shown.session, ev.Record(99, 0.0, 0.0, record)) is None


def test_a_simulation_says_so_in_every_head_and_end() -> None:
    session = Driver(Plan(2, 5, "chain", "ucb")).run()
    from pathlib import Path

    assert "Simulation" in plain._head(session, Path("x"))[0]
    assert "simulation" in plain._tail(session)[0]
    assert plain._tail(session)[1].startswith("steps given by ucb, 10 turns given: L1 ")
    assert summary.session(session, Path("x"), "finished")["simulation"] is True
    assert summary.ending(session, Path("x"), "finished")["simulation"] is True


def test_a_simulation_is_announced_where_isolation_would_be() -> None:
    journal = demo(steps=2, lineages=1, verification="simulation")
    journal.add(ev.EngineOpened(1, "h", "0", "simulation: no program is run", "simulation"))
    drawn = status.lines(View(ScriptedFeed(journal)), 100, 0.0)
    assert "simulation: no program is run" in drawn[1].plain
    assert "NO ISOLATION" not in drawn[1].plain
