"""Calls to models fail, wait and cost: all of it is recorded, shown, and kept within the budget."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from engine_support import events, finish, new_session, running, stored
from model_support import COST, RESERVED, Scripted, answer, trouble, use_scripted

from workbench.engine import shares
from workbench.engine.command import Abort, Continue, Pause, Stop
from workbench.engine.feed import Live
from workbench.model import event as ev
from workbench.model.limits import Limits, Spend
from workbench.propose.proposer import (
    Proposal,
    ProposalUnusable,
    ProposerStopped,
    Reporter,
    Request,
)

FOREVER = 3600.0


async def one_lineage(root: Path, **chosen: object) -> Path:
    return await new_session(
        root, **{"lineages": 1, "proposer": "scripted", "limits": Limits(evaluations=4), **chosen}
    )


async def waits_for_ever(request: Request, reporter: Reporter) -> Proposal:
    reporter.trouble(trouble(FOREVER))
    await asyncio.Event().wait()
    raise AssertionError("cut before")


async def fails_twice(request: Request, reporter: Reporter) -> Proposal:
    reporter.trouble(trouble(12.0, spend=Spend(tokens=7, usd=0.01)))
    reporter.say("late")
    reporter.trouble(trouble(None, attempt=2, kind="network"))
    return answer(request)


async def wrong_key(request: Request, reporter: Reporter) -> Proposal:
    raise ProposerStopped("the key in OPENAI_API_KEY is refused")


async def test_failed_calls_are_events_and_what_they_cost_is_charged(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch, fails_twice)
    directory = await one_lineage(root)
    async with running(directory) as run:
        watcher = run.engine.hub.watch()
        await run.end()
    told = events(directory)
    failed = [e for e in told if isinstance(e, ev.CallFailed)]
    assert [(e.step, e.attempt, e.failure, e.retry_seconds) for e in failed] == [
        (1, 1, "rate limit", 12.0),
        (1, 2, "network", None),
    ]
    kinds = [ev.kind_of(e) for e in told]
    first = kinds.index("call_failed")
    assert kinds[first - 1 : first + 3] == ["move_chosen", *["call_failed"] * 2, "proposal_made"]
    session = stored(directory)
    assert session.spent == session.lineages[1].spent + Spend(evaluations=1)
    assert session.spent.tokens == 7 + 3 * COST.tokens
    assert session.spent.usd == pytest.approx(0.01 + 3 * COST.usd)
    assert session.lineages[1].reading.hit_rate == pytest.approx(2 / 3)
    lives = []
    while (update := watcher.queue.get_nowait()) is not None:
        if isinstance(update, Live) and update.step == 1:
            lives.append(update)
    waiting = [live for live in lives if live.phase == "waiting"]
    assert [live.why for live in waiting] == ["rate limit"]
    assert waiting[0].until == pytest.approx(waiting[0].since + 12.0)
    phases = [live.phase for live in lives]
    assert phases[: phases.index("waiting") + 2] == ["proposing", "waiting", "proposing"]


async def test_a_wrong_key_stops_the_lineage_and_charges_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch, wrong_key)
    directory = await one_lineage(root, limits=Limits(evaluations=4, usd=1.0))
    closed = await finish(directory)
    assert closed.reason == "interrupted"
    assert "OPENAI_API_KEY" in closed.detail
    session = stored(directory)
    lineage = session.lineages[1]
    assert (lineage.stopped, lineage.stop_detail) == ("model", closed.detail)
    assert (lineage.pending, lineage.barren) == (None, 0)
    assert session.spent == Spend(evaluations=1), "the initial files alone"
    assert shares.committed(lineage) == Spend()
    assert (await finish(directory)).reason == "finished"  # the key is right now: it goes on
    after = stored(directory)
    assert after.spent.evaluations == 4
    assert after.spent.unknown == 0


async def test_an_unusable_reply_is_told_to_the_next_proposal_once_even_after_a_resume(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unusable(request: Request, reporter: Reporter) -> Proposal:
        raise ProposalUnusable("block 1 matches nothing", reply=b"<<<< caf\xc3\xa9", spend=COST)

    use_scripted(monkeypatch, unusable, wrong_key)
    directory = await one_lineage(root)
    await finish(directory)
    await finish(directory)
    faults = []
    while not Scripted.asked.empty():
        faults.append(Scripted.asked.get_nowait().fault)
    assert faults[0] is None
    for told in faults[1:3]:  # the one that the wrong key cut, and the one after the resume
        assert told is not None
        assert (told.message, told.reply) == ("block 1 matches nothing", "<<<< café")
    assert set(faults[3:]) == {None}


@pytest.mark.parametrize("command", [Pause((1,)), Abort((1,)), Stop((1,))])
async def test_who_waits_for_a_model_stops_at_once_and_pays_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, command: Pause | Abort | Stop
) -> None:
    use_scripted(monkeypatch, waits_for_ever)
    directory = await one_lineage(root)
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.CallFailed))
        assert (await run.control.send(command)).ok
        if not isinstance(command, Stop):
            await run.until(lambda e: isinstance(e, ev.LineagePaused))
            assert (await run.control.send(Continue((1,)))).ok
        await run.end()
    session = stored(directory)
    proposals = 0 if isinstance(command, Stop) else 3
    assert session.spent.unknown == 0
    assert session.spent.usd == pytest.approx(proposals * COST.usd)
    assert session.lineages[1].pending is None


async def test_an_engine_that_ends_while_a_lineage_waits_pays_nothing_either(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch, waits_for_ever)
    directory = await one_lineage(root)
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.CallFailed))
    assert stored(directory).spent == Spend(evaluations=1)
    assert stored(directory).lineages[1].in_flight is False


async def test_a_call_under_way_again_after_a_wait_is_charged_when_cut(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def begun_again(request: Request, reporter: Reporter) -> Proposal:
        reporter.trouble(trouble(FOREVER))
        reporter.wait("")
        await asyncio.Event().wait()
        raise AssertionError("cut before")

    use_scripted(monkeypatch, begun_again)
    directory = await one_lineage(root)
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.CallFailed))
    assert stored(directory).spent == RESERVED + Spend(evaluations=1, unknown=1)


async def test_calls_that_fail_and_cost_stop_at_the_budget(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails_on(request: Request, reporter: Reporter) -> Proposal:
        for attempt in range(1, 100):
            reporter.trouble(trouble(0.0, attempt, spend=Spend(tokens=9, usd=0.1)))
        raise AssertionError("nobody said stop")

    use_scripted(monkeypatch, fails_on)
    directory = await one_lineage(root, limits=Limits(evaluations=4, usd=1.0))
    assert (await finish(directory)).reason == "finished"
    session = stored(directory)
    assert session.lineages[1].stopped == "budget"
    # Another attempt must fit at its worst: 0.8 + 0.25 would not.
    assert session.spent.usd == pytest.approx(0.8)


async def test_a_wait_longer_than_the_session_ends_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_scripted(monkeypatch, waits_for_ever)
    directory = await one_lineage(root, limits=Limits(evaluations=4, seconds=600.0))
    assert (await finish(directory)).reason == "finished"
    lineage = stored(directory).lineages[1]
    assert (lineage.stopped, lineage.spent) == ("budget", Spend())
    assert "seconds" in lineage.stop_detail
