"""What is said of candidates that are compared, and how the table lays it out."""

from __future__ import annotations

import pytest
from tui_scripted import Journal, ScriptedFeed

from workbench.display.tui.render import compare, compare_table
from workbench.display.tui.render.compare import NONE, Cell, Column, Row
from workbench.model import event as ev
from workbench.model.limits import Limits, Spend
from workbench.model.session import Session
from workbench.model.verdict import Direction, Outcome


def session(**facts: object) -> Session:
    """Candidates 2 and 3 of lineage 1, 4 of lineage 2, all from candidate 1; 5 failed."""
    journal = Journal(**facts)
    journal.open()
    journal.initial()
    for lineage in (1, 2):
        journal.lineage(lineage)
    share = Limits(evaluations=200)
    journal.add(ev.SharesAllotted({1: share, 2: share}, "uniform"))
    journal.step(1, 1, 1, 1.5, "two\n")
    journal.add(ev.HintQueued(1, "use [b]tiles[/b]", (1,)))
    journal.add(ev.HintTaken(1, 1, 2))
    journal.move(1, 2, 2)
    asked = {"calls": [{"model": "model-x"}, {"model": "model-y"}, {"model": "model-x"}]}
    journal.add(
        ev.ProposalMade(
            3, 1, 2, "d3", {"a": "b"}, (2, 1), "crossover", "ensemble", "both \x1b[31mways",
            hints=(1,), hint_note="kept tiles", detail=asked,
            spend=Spend(proposals=1, tokens=12_400, usd=0.034),
        )
    )  # fmt: skip
    metrics = {"median_ms": 1.5, "passes": 3.0}
    journal.verdict(1, 3.5, candidate=3, metrics=metrics, max_rss=41 << 20)
    journal.candidate = 3
    journal.step(2, 1, 1, 0.5, "four\n")
    journal.step(2, 2, 4, None, "five\n")
    journal.add(ev.CandidateJudged(4, "loses the last row", "me"))
    return ScriptedFeed(journal).session


def told(found: Session, *numbers: int, changed: str = "+1 −1") -> dict[str, list[str]]:
    columns = [Column(f"⚑{n}", found.candidates[n], changed) for n in numbers]
    rows = compare.rows(found, columns, found.candidates[1])
    for row in rows:
        assert [cell.value for cell in row.cells if cell.value == NONE] == [
            cell.value for cell in row.cells if cell.content.plain == NONE
        ]
    return {row.name: [cell.content.plain for cell in row.cells] for row in rows}


def test_everything_that_is_known_of_a_candidate_is_said() -> None:
    rows = told(session(), 2, 3, 4)
    assert {name: cells[1] for name, cells in rows.items()} == {
        "speed-up": "3.5×  +2 ▲ better",
        "verdict": "✔ scored, feasible",
        "best": "★ of all",
        "found wrong": NONE,
        "doubt": "! better than the best known, 3.1: look before you believe it",
        "median_ms": "1.5  +0.316",
        "passes": "3",
        "tests": NONE,
        "+− since #1": "+1 −1",
        "lineage": "L1",
        "step": "2",
        "parents": "#2 #1",
        "operator": "crossover",
        "proposer": "model-x, model-y",
        "cost": "12k tok · $0.03",
        "evaluations": "2",
        "proposed at": rows["proposed at"][1],
        "hints": "▲ 1 «use [b]tiles[/b]»",
        "from hints": "kept tiles",
        "verified in": "3.2 s",
        "peak memory": "41 MiB",
        "note": "both ways",
        "ancestor": "#1 1×",
    }
    assert rows["speed-up"] == ["1.5×", "3.5×  +2 ▲ better", "0.5×  −1"]  # the last has no rank
    assert told(session(), 3, 2)["speed-up"] == ["3.5×", "1.5×  −2 ▼ worse"]
    assert rows["found wrong"][2] == "✖ loses the last row (me)"
    assert rows["evaluations"] == ["1", "2", "1"]


def test_less_is_better_where_the_task_says_so() -> None:
    rows = told(session(direction=Direction.MINIMIZE, best_known=None), 2, 3)
    assert rows["speed-up"] == ["−1.5×", "−3.5×  −2 ▲ better"]
    assert "doubt" not in rows  # what nobody has anything to say about is left out


def test_a_failure_has_no_reward_and_says_why() -> None:
    rows = told(session(), 2, 5)
    assert rows["speed-up"][1] == NONE
    assert rows["verdict"][1] == "✖ timeout: ran past 10 s"
    assert told(session(), 5, 2)["speed-up"] == [NONE, "1.5×"]  # no difference to nothing


def test_a_candidate_without_a_verdict_says_so() -> None:
    journal = Journal()
    journal.open()
    journal.initial()
    journal.lineage(1)
    journal.move(1, 1)
    journal.propose(1, 1, (1,), "new\n")
    rows = told(ScriptedFeed(journal).session, 1, 2)
    assert rows["verdict"] == ["✔ scored, feasible", "… unverified"]
    assert rows["lineage"] == ["task", "L1"]


def row(name: str, *values: str) -> Row:
    return Row(name, tuple(Cell(value, compare.Content(value)) for value in values))


def test_what_differs_stands_first_and_what_is_the_same_is_said_once() -> None:
    rows = [row("one", "a", "a"), row("two", "a", "b"), row("three", "x", "x")]
    drawn = [line.plain.split() for line in compare_table.lines(rows, 2, 78)]
    assert drawn == [["two", "a", "b"], [], ["the", "same", "in", "both"], ["one", "a"],
                     ["three", "x"]]  # fmt: skip
    assert compare_table.lines(rows, 3, 78)[2].plain == "the same in all"


@pytest.mark.parametrize(
    ("width", "count"), [(38, 2), (78, 2), (98, 2), (99, 3), (119, 3), (135, 3), (136, 4), (158, 4)]
)
def test_columns_are_shown_while_they_can_be_read(width: int, count: int) -> None:
    assert compare_table.fitting(width, 4) == count
    assert compare_table.fitting(width, 2) == 2


@pytest.mark.parametrize("width", [38, 78, 158])
def test_long_cells_wrap_and_no_line_is_too_wide(width: int) -> None:
    found = session()
    columns = [Column(f"⚑{n}", found.candidates[n], "…") for n in (2, 3, 4, 5)]
    columns = columns[: compare_table.fitting(width, 4)]
    rows = compare.rows(found, columns, None)
    lines = compare_table.lines(rows, len(columns), width)
    assert all(line.cell_length <= width for line in lines)
    assert compare_table.heading(columns, width).cell_length <= width
    assert "".join(line.plain for line in lines).count("doubt") == 1
    words = " ".join(" ".join(line.plain for line in lines).split())
    if width == 158:
        assert "better than the best" in words
    assert "none in common" in words


def test_an_infeasible_verdict_is_told_with_its_reason() -> None:
    journal = Journal()
    journal.open()
    journal.initial()
    journal.lineage(1)
    journal.move(1, 1)
    journal.propose(1, 1, (1,), "new\n")
    journal.verdict(1, None, Outcome.INFEASIBLE, "overlap [of] 2")
    assert told(ScriptedFeed(journal).session, 1, 2)["verdict"][1] == (
        "✖ infeasible: overlap [of] 2"
    )
