"""The session projection over journals written by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journals import RandomJournal, lineage, opened, opening, proposal, verdict

from workbench.model import event as ev
from workbench.model.event import Record, decode, encode
from workbench.model.limits import Limits, Spend
from workbench.model.session import Session


def told(*events: ev.AnyEvent, lineages: int = 1) -> Session:
    """Fold the opening of a session, an engine's start, and `events`."""
    everything = [*opening(lineages), opened(), *events]
    return Session(Record(n, 100.0 + n, float(n), e) for n, e in enumerate(everything, 1))


def also(session: Session, *events: ev.AnyEvent) -> Session:
    for event in events:
        session.apply(Record(session.seq + 1, 200.0, session.elapsed + 1, event))
    return session


def move(number: int, step: int) -> ev.MoveChosen:
    return ev.MoveChosen(number, step, 0, "mutate", (1,))


def lost(number: int, step: int) -> ev.ProposalLost:
    return ev.ProposalLost(number, step, Spend(proposals=1, usd=0.5, unknown=1))


def failed(number: int, step: int, reason: str = "unusable") -> ev.ProposalFailed:
    return ev.ProposalFailed(number, step, reason, "no edit", spend=Spend(proposals=1))


PAUSE = ev.PauseRequested((1,), "person", "to think")
SETTLED = ev.LineagePaused(1)
RESUME = ev.LineageResumed((1,), "person")
CLOSED = ev.EngineClosed("interrupted")


def test_pause_waits_for_what_is_in_flight() -> None:
    session = told(move(1, 1), PAUSE)
    assert (session.state, session.lineages[1].state) == ("pausing", "pausing")
    also(session, proposal(2, 1, 1), verdict(2, 1, 1.0), SETTLED)
    assert (session.state, session.lineages[1].state) == ("paused", "paused")
    assert session.lineages[1].pause_reason == "to think"
    also(session, RESUME)
    assert (session.state, session.lineages[1].pause_reason) == ("running", "")


def test_pausing_what_is_paused_changes_nothing() -> None:
    assert told(PAUSE, SETTLED, PAUSE).lineages[1].state == "paused"


def test_a_revived_lineage_settles_anew() -> None:
    session = told(PAUSE, SETTLED, ev.LineageStopped(1, "budget"), ev.BudgetChanged(Limits()))
    assert session.lineages[1].state == "running"
    assert also(session, move(1, 1), PAUSE).lineages[1].state == "pausing"


def test_one_lineage_paused_does_not_pause_the_session() -> None:
    session = told(PAUSE, SETTLED, lineages=2)
    assert session.state == "running"
    assert also(session, ev.LineageStopped(2, "barren")).state == "paused"


def test_a_pause_survives_a_crash() -> None:
    session = told(move(1, 1), PAUSE)
    also(session, opened())
    assert session.lineages[1].state == "pausing", "its move is still open"
    also(session, lost(1, 1), opened())
    assert session.lineages[1].state == "paused", "nothing is in flight after the crash"


def test_a_crash_leaves_the_run_open_and_what_was_in_flight_named() -> None:
    session = told(move(1, 1), proposal(2, 1, 1), move(1, 2))
    assert session.engine is not None
    assert session.lineages[1].unverified == [2]
    assert session.lineages[1].pending == move(1, 2)
    also(session, opened(), verdict(2, 1, 1.0), lost(1, 2))
    assert not session.lineages[1].in_flight
    assert session.spent == Spend(evaluations=2, proposals=3, usd=0.5, unknown=1)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([CLOSED], "interrupted"),
        ([ev.EngineClosed("finished")], "finished"),
        ([ev.EngineClosed("finished"), opened()], "running"),
        ([ev.EngineClosed("finished"), ev.BudgetChanged(Limits())], "interrupted"),
    ],
)
def test_how_a_run_ended(events: list[ev.AnyEvent], state: str) -> None:
    assert told(*events).state == state


@pytest.mark.parametrize(
    ("reason", "event", "revived"),
    [
        ("budget", ev.BudgetChanged(Limits(evaluations=500)), True),
        ("target", ev.BudgetChanged(Limits(), target=-9.0), True),
        ("person", ev.BudgetChanged(Limits()), False),
        ("barren", ev.BudgetChanged(Limits()), False),
        ("person", RESUME, True),
        ("barren", RESUME, True),
        ("budget", RESUME, False),
    ],
)
def test_what_revives_a_stopped_lineage(reason: str, event: ev.AnyEvent, revived: bool) -> None:
    session = told(ev.LineageStopped(1, reason), event)
    assert (session.lineages[1].stopped is None) is revived


def test_a_new_budget_replaces_limits_and_target() -> None:
    session = told(ev.BudgetChanged(Limits(usd=9.0), target=2.5))
    assert (session.limits, session.target) == (Limits(usd=9.0), 2.5)


def hint(number: int = 1, standing: bool = False, lineages: tuple[int, ...] = (1,)) -> ev.AnyEvent:
    return ev.HintQueued(number, "try circles", lineages, standing, "ann")


def test_a_hint_waits_for_each_of_its_lineages() -> None:
    session = told(hint(lineages=(1, 2)), lineages=3)
    assert [len(session.waiting_hints(n)) for n in (1, 2, 3)] == [1, 1, 0]
    also(session, move(1, 1), ev.HintTaken(1, 1, 1), ev.HintEdited(1, "try hexagons"))
    assert [len(session.waiting_hints(n)) for n in (1, 2, 3)] == [0, 1, 0]
    assert (session.hints[1].status, session.hints[1].text) == ("queued", "try hexagons")
    also(session, move(2, 1), ev.HintTaken(1, 2, 1))
    assert (session.hints[1].status, session.hints[1].editable) == ("taken", False)


def test_a_standing_hint_goes_with_every_move_until_withdrawn() -> None:
    session = told(hint(standing=True), move(1, 1), ev.HintTaken(1, 1, 1))
    assert session.hints[1].status == "standing"
    assert session.waiting_hints(1) == [session.hints[1]]
    also(session, ev.HintWithdrawn(1))
    assert session.hints[1].status == "withdrawn"
    assert session.waiting_hints(1) == []


@pytest.mark.parametrize("end", [lost, lambda n, s: failed(n, s, "aborted")])
def test_a_hint_whose_call_was_cut_waits_again(end: Callable[[int, int], ev.AnyEvent]) -> None:
    session = told(hint(), move(1, 1), ev.HintTaken(1, 1, 1))
    assert session.waiting_hints(1) == []
    also(session, end(1, 1))
    assert session.waiting_hints(1) == [session.hints[1]]
    also(session, move(1, 2), ev.HintTaken(1, 1, 2), failed(1, 2))
    assert session.hints[1].taken[1].step == 2
    assert session.waiting_hints(1) == [], "an unusable answer is an answer"


def test_a_hints_effect_is_the_gain_of_five_steps_from_its_own_on() -> None:
    session = told(move(1, 1), proposal(2, 1, 1), hint(), move(1, 2), ev.HintTaken(1, 1, 2))
    also(session, verdict(2, 1, 0.5))
    taken = session.hints[1].taken[1]
    assert taken.before == -1.0
    assert taken.steps == 0, "a verdict of an earlier step is none of its effect"
    also(session, proposal(3, 1, 2), verdict(3, 1, 2.0))
    assert (taken.steps, taken.gain) == (1, 3.0)
    for step in range(3, 9):
        also(session, move(1, step), proposal(step + 1, 1, step), verdict(step + 1, 1, 10.0 + step))
    assert (taken.steps, taken.after) == (5, 16.0)


def test_without_a_reward_before_there_is_no_gain() -> None:
    session = Session()
    first = opening(1)
    first[2] = verdict(1, None, None)
    also(session, *first, hint(), move(1, 1), ev.HintTaken(1, 1, 1))
    also(session, proposal(2, 1, 1), verdict(2, 1, 1.0))
    assert session.hints[1].taken[1].gain is None
    assert session.hints[1].taken[1].after == 1.0


def test_a_candidate_injected_while_a_move_is_pending_leaves_the_move_pending() -> None:
    session = told(move(1, 1), proposal(2, 1, 2))
    one = session.lineages[1]
    assert (one.pending, one.step) == (move(1, 1), 2)
    also(session, verdict(2, 1, 5.0))
    assert one.best == 2
    also(session, proposal(3, 1, 1), verdict(3, 1, 4.0))
    assert (one.pending, one.step, one.unverified) == (None, 2, [])
    assert [point.step for point in one.curve] == [0, 2, 1]
    assert [point.best for point in one.curve] == [-1.0, 5.0, 5.0]


def test_barren_counts_steps_in_a_row_without_a_candidate() -> None:
    session = told(move(1, 1), failed(1, 1), move(1, 2), failed(1, 2, "duplicate"))
    assert session.lineages[1].barren == 2
    also(session, move(1, 3), proposal(2, 1, 3))
    assert session.lineages[1].barren == 0


def test_a_verdict_that_comes_after_the_fork_reaches_every_lineage_of_that_origin() -> None:
    session = told(move(1, 1), proposal(2, 1, 1), lineage(2, 2, 1), lineage(3, 2, 1))
    assert [session.lineages[n].best for n in (2, 3)] == [None, None]
    also(session, verdict(2, 1, 3.0))
    assert [session.lineages[n].best_reward for n in (1, 2, 3)] == [3.0, 3.0, 3.0]
    assert session.best == 2
    assert [point.best for point in session.lineages[2].curve] == [3.0], "step 0 of its curve"
    assert session.lineages[2].last is None, "its origin is not its own"
    assert session.lineages[2].spent == Spend()


def test_an_origins_late_verdict_does_not_displace_a_better_candidate() -> None:
    session = told(move(1, 1), proposal(2, 1, 1), lineage(2, 2, 1), move(2, 1))
    also(session, proposal(3, 2, 1, (2,)), verdict(3, 2, 9.0), verdict(2, 1, 3.0))
    assert session.lineages[2].best == 3


def test_infeasible_candidates_have_no_rank() -> None:
    session = told(move(1, 1), proposal(2, 1, 1), verdict(2, 1, None))
    assert session.best == 1
    assert session.candidates[2].reward is None
    assert session.lineages[1].curve[-1].best == -1.0


def test_the_spine_is_strictly_in_order() -> None:
    session = told()
    with pytest.raises(ValueError, match="comes after"):
        session.apply(Record(session.seq, 0.0, 0.0, ev.Heartbeat()))
    with pytest.raises(ValueError, match="no session yet"):
        _ = Session().facts


@pytest.mark.parametrize("seed", range(4))
def test_every_event_reads_back_and_totals_agree(seed: int) -> None:
    events = list(RandomJournal(seed).events(300))
    assert [decode(encode(event)) for event in events] == events
    session = Session(Record(n, 0.0, 0.0, e) for n, e in enumerate(events, 1))
    spent = Spend(evaluations=1, proposals=1)  # the initial candidate belongs to no lineage
    for one in session.lineages.values():
        spent += one.spent
        rewards = [x.reward for x in one.candidates.values() if x.reward is not None]
        assert one.best_reward == max(rewards, default=None)
    assert spent.evaluations == session.spent.evaluations
    assert spent.proposals == session.spent.proposals
    assert spent.usd == pytest.approx(session.spent.usd)
