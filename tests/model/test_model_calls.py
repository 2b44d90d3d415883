"""Failed calls, released steps and what models read, as the projection tells them."""

from __future__ import annotations

from journals import opening, proposal

from workbench.model import event as ev
from workbench.model.calls import Reading, calls_in, reading_of
from workbench.model.event import Record
from workbench.model.limits import Spend
from workbench.model.session import Session

CALL = {"model": "a:b", "input": 30, "cached": 60, "cache_write": 10, "output": 5, "usd": None}
RESERVED = Spend(proposals=1, usd=0.5)


def told(*events: ev.AnyEvent) -> Session:
    everything = [*opening(1), *events]
    return Session(Record(n, 100.0 + n, float(n), e) for n, e in enumerate(everything, 1))


def move(step: int) -> ev.MoveChosen:
    return ev.MoveChosen(1, step, 0, "refine", (1,), hints=(1,), reserved=RESERVED)


def failed(step: int, reason: str = "unusable", reply: str | None = "r") -> ev.ProposalFailed:
    return ev.ProposalFailed(1, step, reason, "no", reply=reply, detail={"calls": [CALL]})


def test_a_released_step_is_as_if_it_had_never_been() -> None:
    hint = ev.HintQueued(1, "try", (1,))
    lost_call = ev.CallFailed(1, 2, "a:b", "timeout", "slow", 1, None, Spend(usd=0.02, unpriced=1))
    session = told(
        move(1), failed(1), hint, ev.HintTaken(1, 1, 2), move(2), lost_call, failed(2, "aborted")
    )
    lineage = session.lineages[1]
    assert lineage.pending is None
    assert lineage.barren == 1, "the unusable one alone"
    assert lineage.fault is not None
    assert lineage.fault.step == 1, "no model was told of it yet"
    assert session.hints[1].status == "queued"
    assert lineage.spent == Spend(usd=0.02, unpriced=1)
    assert session.spent == lineage.spent + told().spent


def test_a_fault_is_the_last_step_s_alone() -> None:
    assert told(move(1), failed(1, reply=None)).lineages[1].fault is None
    assert told(move(1), failed(1), move(2), failed(2, "duplicate")).lineages[1].fault is None
    assert told(move(1), failed(1), move(2), proposal(2, 1, 2)).lineages[1].fault is None
    lost = ev.ProposalLost(1, 2, RESERVED)
    assert told(move(1), failed(1), move(2), lost).lineages[1].fault is None
    by_hand = told(move(1), failed(1), move(2), proposal(2, 1, 3)).lineages[1]
    assert by_hand.fault is not None, "a person's candidate is no answer"


def test_the_hit_rate_counts_every_answered_call() -> None:
    session = told(move(1), failed(1), move(2), failed(2, "duplicate"))
    assert session.lineages[1].reading == Reading(200, 120)
    assert session.lineages[1].reading.hit_rate == 0.6
    assert told().lineages[1].reading.hit_rate is None


def test_what_does_not_read_as_calls_is_passed_over() -> None:
    for odd in (None, 3, "x", [1], [{"model": 1}], [{"input": 5}], {"model": "a"}):
        assert calls_in({"calls": odd}) == ()
        assert reading_of({"calls": odd}) == Reading()
    assert calls_in({"calls": [{**CALL, "more": 1}]})[0].cached == 60


def test_a_lineage_goes_on_with_the_proposer_chosen_for_it() -> None:
    stopped = ev.LineageStopped(1, "model", "no key")
    chosen = ev.ProposerChosen((1,), "a:b", {"models": ["a:b"]})
    session = told(stopped, chosen, ev.LineageResumed((1,), "engine"))
    assert session.lineages[1].stopped is None
    created = session.lineages[1].created
    assert (created.proposer, created.options) == ("a:b", {"models": ["a:b"]})
    assert created.strategy == "greedy"
