from __future__ import annotations

import pytest
from tui_scripted import Journal, ScriptedFeed, demo, live

from workbench.display.lines import EventLog, Line
from workbench.display.tui.render import (
    hints,
    info,
    lineages,
    proposal,
    status,
    tree,
    verdict,
)
from workbench.display.tui.view import View
from workbench.model import event as ev
from workbench.model.hint import Taken
from workbench.model.limits import Limits, Spend
from workbench.model.lineage import Lineage
from workbench.model.traits import Traits
from workbench.model.verdict import Direction


def view(journal: Journal) -> View:
    return View(ScriptedFeed(journal))


def grown(parents: dict[int, int], best: int) -> Lineage:
    journal = Journal()
    journal.open()
    journal.initial()
    journal.lineage(1)
    for step, (number, parent) in enumerate(parents.items(), 1):
        reward = 9.0 if number == best else 0.5
        assert journal.step(1, step, parent, reward, f"{number}\n") == number
    return view(journal).session.lineages[1]


def test_the_line_about_what_is_shown_names_its_mark() -> None:
    shown = view(demo(steps=1))
    assert "⚑" not in info.selected(shown, 0.0).plain
    assert shown.candidate is not None
    shown.toggle_mark(shown.candidate.id)
    assert f"#{shown.candidate.id} ⚑1 " in info.selected(shown, 0.0).plain


def test_a_chain_stays_in_its_column_and_branches_move_in() -> None:
    lineage = grown({2: 1, 3: 1, 4: 3, 5: 4, 6: 2}, best=5)
    assert [(node.candidate, node.lines) for node in tree.layout(lineage)] == [
        (1, ""), (2, "├─"), (6, "│ "), (3, ""), (4, ""), (5, ""),
    ]  # fmt: skip


def test_a_very_long_chain_and_very_deep_branches_are_laid_out() -> None:
    chain = grown({n: n - 1 for n in range(2, 3000)}, best=2999)
    assert {node.lines for node in tree.layout(chain)} == {""}
    comb = {}
    for n in range(2, 60, 2):
        comb |= {n: n - 1 if n == 2 else n - 2, n + 1: n}
    nodes = tree.layout(grown(comb, best=3))
    assert len(nodes) == 1 + len(comb)
    assert max(len(node.lines) for node in nodes) <= 2 * tree.DEEPEST


def test_columns_give_way_in_order_and_three_always_stay() -> None:
    shown = view(demo(steps=12))
    rows = [lineages.row_of(shown, lineage) for lineage in shown.session.lineages.values()]
    last: set[str] = set()
    for width in range(20, 140):
        chosen = {column.field for column in lineages.columns(rows, width)}
        assert {"name", "state", "best"} <= chosen
        assert last <= chosen  # more room never takes a column away
        last = chosen
    assert {"trend", "spent", "delta", "last", "hint", "step"} <= last
    narrow = lineages.columns(rows, 60)
    assert "trend" not in {column.field for column in narrow}
    assert lineages.line(rows[0], narrow).cell_length <= 60


def test_a_row_says_it_in_words_and_scores() -> None:
    journal = demo(steps=12, lineages=1, direction=Direction.MINIMIZE, unit="ms")
    journal.add(ev.HintQueued(5, "x", (1,)))
    shown = view(journal)
    shown.note(live(1, "verifying", 13))
    row = lineages.row_of(shown, shown.session.lineages[1])
    assert row.state.text == "▶ verify"
    assert row.best.startswith("−1.")  # rewards of the script are positive: scores negative
    assert row.delta.startswith("−")
    assert row.hint == "▲ 1 queued"
    assert len(row.trend) <= lineages.TREND_CELLS


@pytest.mark.parametrize(
    ("values", "line"),
    [([], ""), ([None], ""), ([1.0, 1.0], "▁▁"), ([0.0, None, 1.0], "▁█")],
)
def test_sparklines(values: list[float | None], line: str) -> None:
    assert lineages.sparkline(values) == line


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_the_status_bar_fits_and_keeps_money_and_connection(width: int) -> None:
    first, second = status.lines(view(demo(steps=3)), width, 0.0)
    assert first.cell_length <= width
    assert second.cell_length <= width
    assert "$" in first.plain
    assert "● live" in second.plain


def test_repeats_fold_only_within_their_lineage_and_near_the_end() -> None:
    log = EventLog()
    for lineage in (1, 2, 1, 2, 1):
        log.add(Line(0.0, lineage, "✖", "timeout", key="timeout"))
    assert [(line.lineage, line.count) for line in log.lines] == [(2, 2), (1, 3)]
    log.add(Line(0.0, 1, "★", "new best"))
    log.add(Line(0.0, 1, "✖", "timeout", key="timeout"))
    assert [line.count for line in log.lines] == [2, 3, 1, 1]
    assert log.total == 7


def test_old_lines_make_room() -> None:
    log = EventLog()
    for number in range(1500):
        log.add(Line(0.0, 1, "★", str(number)))
    assert len(log.lines) == 1000
    assert log.lines[-1].text == "1499"


def test_history_is_told_from_the_projection() -> None:
    lines = view(demo(steps=12)).log.lines
    assert any("new best" in line.text for line in lines)
    assert any("timeout" in line.text for line in lines)
    assert [line.elapsed for line in lines] == sorted(line.elapsed for line in lines)


def test_every_record_a_person_should_read_has_a_line() -> None:
    journal = demo(steps=1, lineages=2)
    shown = view(journal)
    known = len(journal.records)
    journal.add(ev.ProposalFailed(1, 2, "duplicate", "seen", duplicate_of=2))
    journal.add(ev.ProposalFailed(1, 3, "unusable", "no [code] block"))
    journal.add(ev.ProposalLost(2, 2, Spend(usd=0.1)))
    journal.add(ev.InfrastructureFailed(2, 1, 1, "disk\x1b[2J full"))
    journal.add(ev.PauseRequested((1, 2), "me", "lunch"))
    journal.add(ev.LineagePaused(1))
    journal.add(ev.LineageResumed((1,), "me"))
    journal.add(ev.LineageStopped(1, "barren", "50 steps"))
    journal.add(ev.HintQueued(1, "use\ntiles", (1, 2)))
    journal.add(ev.HintEdited(1, "use tiles"))
    journal.add(ev.HintTaken(1, 2, 2))
    journal.add(ev.HintWithdrawn(1))
    journal.add(ev.BudgetChanged(Limits(evaluations=500)))
    journal.add(ev.LineageCreated(3, "greedy", "mutation", 3, 2, forked_from=1))
    journal.add(ev.EngineClosed("interrupted"))
    journal.add(ev.Heartbeat())
    before = shown.log.total
    for record in journal.records[known:]:
        shown.session.apply(record)
        shown.note(record)
    told = [line.text for line in shown.log.lines[-15:]]
    assert shown.log.total - before == 15  # the heartbeat is not news
    for words in (
        "step 2 duplicate of #2", "no [code] block", "its cost is unknown", "disk full",
        "L1 L2 pausing… by me: lunch", "stopped: barren 50 steps", "«use tiles»",
        "hint 1 taken at step 2", "budget changed", "forked from L1 #2",
    ):  # fmt: skip
        assert any(words in line for line in told), words


def test_a_hint_tells_its_effect_in_scores() -> None:
    facts = demo(steps=0, direction=Direction.MINIMIZE).facts
    assert hints.effect(Taken(3, -5.0, -4.5, 5), facts) == "effect −0.5 in 5 steps"
    assert hints.effect(Taken(3, None, -4.5, 2), facts) == "effect unknown in 2 of 5 steps"
    assert hints.effect(Taken(3, -5.0, -5.0, 5), facts) == "effect 0 in 5 steps"
    assert hints.effect(Taken(3, -5.0, -5.0, 0), facts) == "no step finished yet"


def test_only_the_tail_of_long_outputs_is_shown() -> None:
    drawn = verdict.section("stdout", "\n".join(map(str, range(5000))))
    assert drawn[1].plain == "stdout (last 2000 of 5000 lines)"
    assert len(drawn) == 2002
    assert drawn[-1].plain == "4999"


def test_a_proposal_shows_the_details_of_its_proposer() -> None:
    shown = view(demo(steps=1, lineages=1))
    candidate = shown.session.candidates[2]
    candidate.detail = {"sigma": 0.25, "edit": "[b]x[/b]"}
    plain = "\n".join(line.plain for line in proposal.lines(candidate))
    assert "0.25" in plain
    assert "[b]x[/b]" in plain


def test_the_info_line_counts_the_seconds_waited() -> None:
    journal = demo(steps=1)
    journal.move(1, 2)
    journal.add(ev.PauseRequested((1,), "me"))
    shown = view(journal)
    shown.note(live(1, "verifying", 2, since=100.0))
    assert "‖ pausing… (waits for verifier 3 s)" in info.selected(shown, 103.2).plain


def test_the_info_line_tells_how_much_comes_back() -> None:
    shown = view(demo(steps=1))
    assert "cycling" not in info.selected(shown, 0.0).plain
    shown.session.lineages[1].cycling += Traits(added=3, returned=1)
    assert "· cycling 33%" in info.selected(shown, 0.0).plain
