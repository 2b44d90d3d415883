"""Studies: equal budget, equal seeds, nothing that is not finished; the report that says it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from analysis_support import FAILED, Told, told

from workbench.analysis.report import html, markdown
from workbench.analysis.report.session import Origin
from workbench.analysis.report.study import document
from workbench.analysis.study.comparison import block_of, compared, normalised
from workbench.analysis.study.curves import mean_curve
from workbench.analysis.study.entry import Entry, competitors, entry_of, tasks_of
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.model.verdict import Direction


def cell(
    curve: list[float | str],
    strategy: str = "chain",
    seed: int = 0,
    finished: bool = True,
    category: str = "",
    **facts: object,
) -> Entry:
    journal = Told(0.0, seed=seed, **facts)
    journal.lineage(1, strategy=strategy)
    for step, outcome in enumerate(curve, 1):
        journal.step(1, step, outcome)
    if finished:
        journal.add(ev.EngineClosed("finished"))
    return entry_of(journal.session, f"{strategy}-{seed}", category)


def grid(seeds: int = 4) -> list[Entry]:
    """Two tasks, two strategies; on the hill `chain` is ahead by 1, in the valley by 2."""
    found = []
    for seed in range(seeds):
        valley = {"task": "valley", "direction": Direction.MINIMIZE, "verifier_digest": "b" * 64}
        for strategy, ahead in (("chain", 1.0), ("independent", 0.0)):
            found.append(cell([1.0, 2.0 + ahead + 0.1 * seed], strategy, seed, category="land"))
            low = [-1.0, -3.0 - 2 * ahead]
            found.append(cell(low, strategy, seed, category="water", **valley))
    return found


def test_competitors_are_named_by_what_differs() -> None:
    few = [cell([1.0], "chain"), cell([1.0], "independent")]
    assert competitors(few) == ["chain", "independent"]
    assert competitors(few[:1]) == ["chain"]
    bound = [cell([1.0], limits=Limits(evaluations=n)) for n in (10, 20)]
    assert competitors(bound) == ["10 evaluations", "20 evaluations"]


def test_a_strategy_is_named_with_the_options_that_differ() -> None:
    entries = [cell([1.0], "chain")]
    for islands in (2, 3):
        journal = Told()
        options = {"islands": islands, "rate": 0.5}
        journal.add(ev.LineageCreated(1, "islands", "mutation", 0, 1, strategy_options=options))
        entries.append(entry_of(journal.session, "j"))
    assert competitors(entries) == ["chain", "islands:islands=2", "islands:islands=3"]
    assert competitors(entries[:2]) == ["chain", "islands"]
    assert competitors(entries[1:]) == ["islands:islands=2", "islands:islands=3"]


def test_a_study_s_own_names_are_not_split_by_what_a_task_fills_in() -> None:
    found = []
    for task, better in (("hill", "higher"), ("valley", "lower")):
        journal = Told(0.0, task=task)
        journal.add(
            ev.LineageCreated(1, "islands", "mutation", 0, 1, strategy_options={"better": better})
        )
        found.append(entry_of(journal.session, task, "", {"strategy": "islands:islands=3"}))
    assert competitors(found) == ["islands:islands=3"] * 2


def test_tasks_of_one_name_with_other_verifiers_are_other_tasks() -> None:
    same = [cell([1.0]), cell([1.0], verifier_digest="c" * 64), cell([1.0], task="valley")]
    assert tasks_of(same) == ["hill (5a5a5a5a)", "hill (cccccccc)", "valley"]


def test_cells_are_looked_at_within_the_smallest_budget_of_any() -> None:
    long = cell([1.0, 2.0, 3.0, 9.0], "chain", limits=Limits(evaluations=9))
    short = cell([1.0, 2.0], "independent", limits=Limits(evaluations=3))
    # Budgets are part of the names here, so both are competitors of one seed. Three evaluations
    # are the initial files and two steps.
    block = block_of([long, short])
    assert block.budget == 3
    assert block.scores.rewards.ravel().tolist() == [2.0, 2.0]


def test_what_is_not_finished_or_has_no_counterpart_is_left_out_and_named() -> None:
    entries = [
        *(cell([1.0], name, seed) for name in ("chain", "independent") for seed in (1, 2)),
        cell([1.0], "chain", 3),
        cell([5.0], "independent", 3, finished=False),
        cell([1.0], "chain", 1, task="valley"),
    ]
    block = block_of(entries)
    assert block.scores.tasks == ("hill",)
    assert block.seeds == ((1, 2),)
    assert block.left_out == (
        "cells that are not finished: 1",
        "tasks that no seed has with every competitor: valley",
        "finished cells whose seed not every competitor has: 2",
    )


def test_gains_are_shares_of_the_largest_and_nothing_feasible_has_none() -> None:
    entries = [cell([4.0], "chain", 1), cell([FAILED], "independent", 1)]
    worse = Told(None, seed=1)
    worse.lineage(1, strategy="aide")
    worse.step(1, 1, FAILED)
    worse.add(ev.EngineClosed("finished"))
    entries.append(entry_of(worse.session, "x"))
    scores = block_of(entries).scores
    assert scores.rewards[0, :2, 0].tolist() == [4.0, 0.0]
    assert math.isnan(scores.rewards[0, 2, 0])
    assert normalised(scores)[0, :, 0].tolist() == [1.0, 0.0, 0.0]


def test_who_is_ahead_everywhere_is_first_with_certainty() -> None:
    found = compared(block_of(grid()))
    assert found.block.scores.competitors == ("chain", "independent")
    assert [tuple(x) for x in found.ranks] == [(1.0, 1.0, 1.0), (2.0, 2.0, 2.0)]
    assert found.gains[0].value > 0.9
    assert [x.value for x in found.wins] == [1.0, 1.0]
    assert [(x.gold, x.silver) for x in found.medals] == [(2, 0), (0, 2)]
    assert list(found.categories) == ["land", "water"]
    (test,) = found.tests
    assert (test.found.wins, test.found.losses) == (8, 0)
    assert test.found.p == test.held == pytest.approx(2 / 256)
    assert test.found.difference.low > 0
    assert found.passes == [(1.0, 1.0, 1.0)] * 2


def test_passes_are_chances_over_seeds() -> None:
    entries = [cell([1.0 if seed else -1.0], "chain", seed) for seed in range(4)]
    (one, some, every) = compared(block_of(entries)).passes[0]
    assert (one, some, every) == (pytest.approx(0.75), 1.0, 0.0)


def test_beyond_eight_competitors_the_best_is_tested_against_the_others() -> None:
    names = [f"s{n}" for n in range(10)]
    entries = [cell([float(at)], name, seed) for at, name in enumerate(names) for seed in range(6)]
    tests = compared(block_of(entries)).tests
    assert len(tests) == 9
    assert {test.first for test in tests} == {"s9"}
    # Of six equal differences p is 2/64, and nine such tests hold together at 9 · 2/64.
    assert tests[0].held == pytest.approx(18 / 64)


def test_mean_curves_hold_what_a_run_had_at_its_end() -> None:
    runs = [cell([1.0, 3.0], seed=n).run for n in range(3)]
    runs.append(cell([5.0], seed=3).run)
    curve = mean_curve(runs, 4)
    assert curve.x.tolist() == [1, 2, 3, 4]
    assert curve.mean.tolist() == [0.0, 2.0, 3.5, 3.5]
    assert (curve.low <= curve.mean).all()
    assert (curve.mean <= curve.high).all()
    assert np.isnan(mean_curve(runs[:2], 4).low).all()
    assert np.isnan(mean_curve([*runs, None], 4).mean).all()


def test_the_report_of_a_study_names_every_journal_and_verifier() -> None:
    entries = grid()
    made = document("land", entries, Origin("land", "workbench report land"))
    text, page = markdown.text(made), html.page(made)
    for entry in entries:
        assert entry.journal in text
        assert entry.verifier[:16] in text
    assert "2 competitors on 2 tasks with 4 seeds each, each within 100 evaluations" in text
    tables = {table.name: table for table in made.tables()}
    assert [row[0] for row in tables["standing"].rows] == ["chain", "independent"]
    scores = {row[0]: row[1:] for row in tables["scores"].rows}
    # The valley is minimised: its scores are shown in their own sign.
    assert scores["chain"] == ("3.15 [3.05, 3.25]", "−5 [−5, −5]")
    assert {x.name for x in made.figures()} == {"performance-profile", "curves-1", "curves-2"}
    assert page.count("<svg") == 3
    assert len(tables["cells"].rows) == 16


def test_several_widths_at_one_budget_are_set_against_each_other() -> None:
    entries = []
    for seed in range(3):
        for width in (1, 2):
            journal = told({n: [float(width)] for n in range(1, width + 1)}, seed=seed)
            journal.add(ev.EngineClosed("finished"))
            entries.append(entry_of(journal.session, f"{width}-{seed}"))
    made = document("w", entries, Origin("w", "x"))
    (table,) = (x for x in made.tables() if x.name == "width-depth")
    assert table.rows == ((1, 100, 1, "0.5 [0.5, 0.5]"), (2, 50, 1, "1 [1, 1]"))


def test_a_study_that_has_just_begun_has_a_report() -> None:
    made = document("s", [cell([1.0], finished=False)], Origin("s", "x"))
    text = markdown.text(made)
    assert "Nothing can be compared yet: cells that are not finished: 1; tasks that" in text
