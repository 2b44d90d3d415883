"""Runs, outlooks, hints, failures and cycling of sessions whose figures are worked out by hand."""

from __future__ import annotations

import math

import pytest
from analysis_support import DUPLICATE, FAILED, Step, Told, told

from workbench.analysis.dynamics.failures import infeasible, shape, without_candidate
from workbench.analysis.dynamics.fit import Fit
from workbench.analysis.dynamics.hinted import hint_effect
from workbench.analysis.dynamics.outlook import outlook
from workbench.analysis.dynamics.runs import run_of, runs_of, whole, within
from workbench.analysis.edits.cycling import Cycling, counted, cycling
from workbench.analysis.edits.gains import UNKNOWN, kinds_of
from workbench.analysis.whole import analyse
from workbench.model import event as ev
from workbench.model.traits import Traits
from workbench.model.verdict import Direction, Outcome


def test_a_run_counts_every_step_that_spent_something() -> None:
    session = told({1: [FAILED, 1.0, DUPLICATE, 0.5, 3.0]}).session
    run = run_of(session.lineages[1])
    assert run is not None
    assert run.best.tolist() == [0.0, 0.0, 1.0, 1.0, 1.0, 3.0]
    assert run.evaluations.tolist() == [0, 1, 2, 2, 3, 4]
    assert run.improvements.tolist() == [2, 5]
    assert run.gains.tolist() == [1.0, 2.0]


def test_a_run_begins_with_its_first_feasible_answer() -> None:
    session = Told(None)
    session.lineage(1)
    session.step(1, 1, FAILED)
    assert runs_of(session.session) == []
    session.step(1, 2, -8.0)
    session.step(1, 3, -7.0)
    (run,) = runs_of(session.session)
    assert run.best.tolist() == [-8.0, -7.0]
    assert run.improvements.tolist() == [1]


def test_a_session_is_one_run_in_the_order_things_finished() -> None:
    session = told({1: [1.0, 5.0], 2: [2.0, 4.0, FAILED]}).session
    run = whole(session)
    assert run is not None
    assert run.best.tolist() == [0.0, 1.0, 2.0, 5.0, 5.0, 5.0]
    assert run.evaluations.tolist() == [1, 2, 3, 4, 5, 6]
    assert [within(run, n) for n in (1, 3, 4, 99)] == [0.0, 2.0, 5.0, 5.0]
    assert math.isnan(within(run, 0))


def test_lower_scores_are_better_where_the_task_says_so() -> None:
    session = told({1: [9.0, 7.0, 8.0]}, start=10.0, direction=Direction.MINIMIZE).session
    run = whole(session)
    assert run is not None
    assert run.best.tolist() == [-10.0, -9.0, -7.0, -7.0]


def test_the_next_evaluation_is_worth_what_the_last_half_gained() -> None:
    journal = Told()
    journal.lineage(1)
    for step in range(1, 21):
        score = {2: 4.0, 12: 6.0, 15: 7.0}.get(step, 0.0)
        journal.step(1, step, score, usd=0.5)
    run = run_of(journal.session.lineages[1])
    assert run is not None
    found = outlook(run)
    # Ten steps, two improvements, from 4 to 7, five dollars.
    assert (found.steps, found.improvements) == (10, 2)
    assert found.recent == pytest.approx(0.3)
    assert found.per_usd == pytest.approx(0.6)
    assert math.isnan(found.by_law)
    # By the laws 2/t and A/k: A is the mean of 4·1, 2·2 and 1·3; the fourth adds A/4, with chance
    # 2/21.
    law = outlook(run, _law(1.0, 2.0), _law(1.0, 1.0))
    assert law.by_law == pytest.approx(2 / 21 * (11 / 3) / 4)


def _law(exponent: float, scale: float) -> Fit:
    return Fit("likelihood", exponent, 0.1, scale, 1.0, 9)


def test_of_few_steps_nothing_is_expected() -> None:
    run = run_of(told({1: [1.0] * 9}).session.lineages[1])
    assert run is not None
    found = outlook(run)
    assert math.isnan(found.recent)
    assert found.reason == "only 9 steps: 10 are needed"


def test_a_hint_is_compared_with_stretches_of_the_same_time_without_one() -> None:
    journal = Told()
    for number in (1, 2):
        journal.lineage(number)
    journal.add(ev.HintQueued(1, "tilt it", (1,)))
    for step in range(1, 21):
        if step == 10:
            journal.add(ev.HintTaken(1, 1, 10))
        # L1 gains 1 in every step from its hint on; L2 gains 0.25 in each.
        for number, score in ((1, float(max(0, step - 9))), (2, 0.25 * step)):
            journal.step(number, step, score)
    found = hint_effect(journal.session)
    (hint,) = found.each
    assert (hint.lineage, hint.step, hint.gain) == ("L1", 10, 5.0)
    # Of L2 the stretches from 8 to 12, each of 1.25. Of L1 none: those from 8 or 12 hold the hint.
    assert hint.stretches == 5
    assert hint.matched == pytest.approx(1.25)
    assert found.difference.value == pytest.approx(3.75)
    assert not found.difference.known


def test_without_matched_stretches_there_is_no_effect() -> None:
    assert hint_effect(told({1: [1.0] * 9}).session).reason == "no hint was taken"
    journal = Told()
    journal.lineage(1)
    journal.add(ev.HintQueued(1, "tilt it", (1,)))
    journal.add(ev.HintTaken(1, 1, 1))
    for step in range(1, 4):
        journal.step(1, step, 1.0)
    found = hint_effect(journal.session)
    assert "no hint has 5 steps after it" in found.reason
    assert math.isnan(found.difference.value)


def test_failures_are_gathered_by_what_was_said() -> None:
    journal = Told()
    journal.lineage(1)
    for step, overlap in enumerate((0.25, 1e-3, 17.0), 1):
        journal.candidate(1, step, (1,), None, f"A = {step}", message=f"overlap of {overlap} by 2")
    journal.candidate(1, 4, (1,), None, "B", Outcome.TIMEOUT, "ran past 10 s")
    number = journal.candidate(1, 5, (1,), 5.0, "C = 1")
    journal.add(ev.CandidateJudged(number, "reads the clock"))
    journal.step(1, 6, DUPLICATE)
    journal.add(ev.ProposalLost(1, 7, ev.MoveChosen(1, 7, 0, "refine", (1,)).reserved))
    found = infeasible(journal.session)
    assert [(x.what, x.message, x.times, x.example) for x in found] == [
        ("infeasible", "overlap of # by #", 3, 2),
        ("timeout", "ran past # s", 1, 5),
        ("found wrong", "reads the clock", 1, 6),
    ]
    assert found[0].share == pytest.approx(3 / 6)
    lost = without_candidate(journal.records, 7)
    assert {(x.what, x.times) for x in lost} == {("duplicate", 1), ("lost", 1)}


def test_many_kinds_of_messages_end_in_one() -> None:
    journal = Told()
    journal.lineage(1)
    for step in range(1, 31):
        letters = chr(96 + step % 26 + 1) * 3
        journal.candidate(1, step, (1,), None, f"A = {step}", message=letters)
    found = infeasible(journal.session)
    assert len(found) == 13
    assert found[-1].message == "other messages"
    assert sum(x.times for x in found) == 30
    assert shape("ΔE  −1.5e-3 > 4\n") == "ΔE # > #"


BODY = "import math\n\ndef f(x):\n    return {0}\n\nprint(f(1))\n"


def edited() -> Told:
    """One lineage that tunes, tunes back, and rewrites."""
    journal = Told()
    journal.lineage(1)
    one = journal.candidate(1, 1, (1,), 1.0, BODY.format("x + 1.0"))
    two = journal.candidate(1, 2, (one,), 3.0, BODY.format("x + 2.0"))
    three = journal.candidate(1, 3, (two,), 2.0, BODY.format("x + 1.0") + "# again\n")
    journal.candidate(1, 4, (two,), None, BODY.format("math.sqrt(x)"))
    journal.candidate(1, 5, (three,), 3.5, "x = (\n")
    return journal


def test_lines_that_come_back_are_counted() -> None:
    journal = edited()
    (found,) = cycling(journal.session, journal.texts.get)
    # Added: four lines over the first; `return x + 2.0`; then `return x + 1.0`, deleted in step 2,
    # and the comment; then the square root; then `x = (`.
    assert (found.lineage, found.candidates) == ("L1", 5)
    assert (found.added, found.returned) == (4 + 1 + 2 + 1 + 1, 1)
    assert found.share == pytest.approx(1 / 9)
    assert math.isnan(cycling(told({1: [1.0]}).session, {}.get)[0].share)


def test_what_the_journal_counted_of_cycling_is_taken_from_there() -> None:
    journal = Told()
    journal.lineage(1)
    assert counted(journal.session) == [Cycling("L1", 0, 0, 0)]
    for number, traits in ((2, Traits(added=4, returned=1)), (3, Traits(added=2, returned=2))):
        made = ev.ProposalMade(
            number, 1, number, f"{number}", {}, (1,), "refine", "x", traits=traits
        )
        journal.add(made)
    assert counted(journal.session) == [Cycling("L1", 2, 6, 3)]
    assert analyse(journal.session).cycles == (Cycling("L1", 2, 6, 3),)
    assert counted(edited().session) is None  # from before they were counted


def test_kinds_of_edits_with_what_they_gained() -> None:
    journal = edited()
    found = kinds_of(journal.session, journal.texts.get)
    assert (found.looked, found.made) == (5, 5)
    by_name = {kind.name: kind for kind in found.each}
    assert set(by_name) == {"composition", "tuning", "refinement", UNKNOWN}
    tuning = by_name["tuning"]
    assert (tuning.edits, tuning.feasible, tuning.better, tuning.bests) == (2, 2, 1, 1)
    assert tuning.gain == pytest.approx(2.0)
    assert tuning.median == pytest.approx(0.5)  # of +2 and −1
    assert by_name["refinement"].feasible == 0
    assert math.isnan(by_name["refinement"].median)
    assert (by_name[UNKNOWN].bests, by_name[UNKNOWN].gain) == (1, 0.5)


def test_of_many_edits_evenly_spaced_ones_are_looked_at() -> None:
    curve: list[Step] = [0.5] * 40
    journal = told({1: curve})
    found = kinds_of(journal.session, journal.texts.get, most=10)
    assert (found.looked, found.made) == (10, 40)
    assert [(x.name, x.edits) for x in found.each] == [("tuning", 10)]


def test_a_fork_is_no_run_of_its_own_where_width_is_set_against_depth() -> None:
    journal = told({1: [1.0, 2.0, 3.0, 4.0]})
    journal.add(ev.LineageCreated(2, "chain", "mutation", 0, 5, forked_from=1))
    for step in range(1, 5):
        journal.step(2, step, 4.0 + step, parent=5)
    found = analyse(journal.session)
    assert [run.name for run in found.runs] == ["L1", "L2"]
    assert [(cell.width, cell.runs) for cell in found.cells] == [(1, 1)]
