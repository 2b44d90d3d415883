"""What people do to a running session: pause, hint, fork, inject, stop, budget."""

from __future__ import annotations

from pathlib import Path

from engine_support import Gated, events, new_session, running, stored

from workbench.engine.command import (
    Abort,
    AddHint,
    Boost,
    ChangeBudget,
    Continue,
    EditHint,
    Fork,
    Inject,
    Judge,
    Pause,
    Pin,
    Shutdown,
    Stop,
    WithdrawHint,
)
from workbench.model import event as ev
from workbench.model.limits import Limits


async def test_pause_hint_resume_puts_the_hint_into_the_next_move(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated", limits=Limits(evaluations=10))
    async with running(directory) as run:
        in_flight = await gated.arrived.get()
        reply = await run.control.send(Pause((1,)))
        assert reply.ok
        assert "in flight" in reply.message
        assert run.engine.journal.session.lineages[1].state == "pausing"
        queued = await run.control.send(AddHint("try EAST = 2", (1,), author="ada"))
        assert queued.id == 1
        gated.tickets.put_nowait(None)
        await run.until(lambda e: isinstance(e, ev.LineagePaused))
        assert gated.arrived.empty()
        assert run.feed.session.hints[1].status == "queued"
        assert (await run.control.send(Continue((1,)))).ok
        following = await gated.arrived.get()
        assert in_flight.hints == ()
        assert [hint.text for hint in following.hints] == ["try EAST = 2"]
        assert following.step == in_flight.step + 1
        for _ in range(20):
            gated.tickets.put_nowait(None)
        await run.end()
    session = stored(directory)
    taken = session.hints[1].taken[1]
    assert taken.step == following.step
    assert taken.steps == 5
    assert taken.gain is not None
    carried = [x for x in session.candidates.values() if x.hints == (1,)]
    assert [x.hint_note for x in carried] == ["try EAST = 2"]
    kinds = [ev.kind_of(e) for e in events(directory)]
    assert kinds.index("hint_queued") < kinds.index("hint_taken")


async def test_hints_can_be_edited_and_withdrawn_until_taken(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated")
    async with running(directory) as run:
        await gated.arrived.get()
        assert (await run.control.send(AddHint("one", (1,)))).id == 1
        assert (await run.control.send(AddHint("two"))).id == 2
        assert (await run.control.send(AddHint("stay", standing=True))).id == 3
        assert (await run.control.send(EditHint(1, "uno"))).ok
        assert (await run.control.send(WithdrawHint(2))).ok
        gated.tickets.put_nowait(None)
        request = await gated.arrived.get()
        assert [hint.text for hint in request.hints] == ["uno", "stay"]
        refused = await run.control.send(EditHint(1, "late"))
        assert not refused.ok
        gated.tickets.put_nowait(None)
        request = await gated.arrived.get()
        assert [hint.text for hint in request.hints] == ["stay"]
        assert not (await run.control.send(AddHint("  "))).ok
        assert not (await run.control.send(AddHint("x", (9,)))).ok


async def test_abort_cuts_what_is_in_flight_and_the_move_is_made_again(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated")
    async with running(directory) as run:
        first = await gated.arrived.get()
        assert (await run.control.send(Abort((1,)))).ok
        await run.until(lambda e: isinstance(e, ev.LineagePaused))
        assert (await run.control.send(Continue((1,)))).ok
        again = await gated.arrived.get()
        assert again.step == first.step
        assert again.move == first.move


async def test_an_aborted_paid_call_stays_charged_at_its_reservation(
    root: Path, gated: type[Gated]
) -> None:
    limits = Limits(evaluations=10, usd=1.0)
    directory = await new_session(root, lineages=1, proposer="paid", limits=limits)
    from engine_support import Paid

    async with running(directory) as run:
        first = await Paid.arrived.get()
        assert (await run.control.send(Abort((1,)))).ok
        await run.until(lambda e: isinstance(e, ev.LineagePaused))
        assert (await run.control.send(Continue((1,)))).ok
        second = await Paid.arrived.get()
        assert second.step == first.step + 1
        for _ in range(20):
            Paid.tickets.put_nowait(None)
        await run.end()
    session = stored(directory)
    assert session.spent.unknown == 1
    # 0.25 lost, then 0.10 a call while 0.25 more still fits under the dollar.
    assert session.spent.usd <= 1.0
    assert session.lineages[1].stopped == "budget"
    assert abs(session.spent.usd - (0.25 + 0.1 * 6)) < 1e-9


async def test_fork_shares_what_is_left_and_starts_from_the_candidate(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated", limits=Limits(evaluations=12))
    async with running(directory) as run:
        await gated.arrived.get()
        gated.tickets.put_nowait(None)
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.candidate == 2)
        await gated.arrived.get()
        reply = await run.control.send(Fork(2))
        assert reply.ok
        assert reply.id == 2
        assert not (await run.control.send(Fork(99))).ok
        assert not (await run.control.send(Fork(2, strategy="nonsense"))).ok
        for _ in range(40):
            gated.tickets.put_nowait(None)
        await run.end()
    session = stored(directory)
    assert session.lineages[2].created.origin == 2
    assert session.lineages[2].created.forked_from == 1
    assert session.lineages[2].best_reward is not None
    assert session.spent.evaluations == 12
    assert session.lineages[2].spent.evaluations == 4


async def test_injected_candidates_are_verified_next_and_take_no_proposal(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated")
    async with running(directory) as run:
        await gated.arrived.get()
        text = "open('out.json', 'w').write('{\"a\": 2, \"b\": 4}')\n"
        reply = await run.control.send(Inject(1, 1, {"solve.py": text}, "the top"))
        assert reply.ok
        number = reply.id
        assert not (await run.control.send(Inject(1, 1, {"solve.py": text}))).ok
        assert not (await run.control.send(Inject(1, 1, {"../x": text}))).ok
        gated.tickets.put_nowait(None)
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.candidate == number)
        assert run.feed.session.best == number
        request = await gated.arrived.get()
        assert request.move.parents == (number,)
    session = stored(directory)
    assert session.candidates[number].reward == 0
    assert session.candidates[number].proposer == "person"


async def test_stop_ends_a_lineage_and_a_raised_budget_revives_the_others(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=2, proposer="gated", limits=Limits(evaluations=3))
    async with running(directory) as run:
        await gated.arrived.get()
        await gated.arrived.get()
        assert (await run.control.send(Stop((2,)))).ok
        assert not (await run.control.send(Stop((2,)))).ok
        assert (await run.control.send(ChangeBudget(Limits(evaluations=6, proposals=90)))).ok
        for _ in range(40):
            gated.tickets.put_nowait(None)
        await run.end()
    session = stored(directory)
    assert session.lineages[2].stopped == "person"
    assert session.lineages[1].stopped == "budget"
    assert session.spent.evaluations == 6
    async with running(directory) as run:
        closed = await run.end()
    assert closed.reason == "finished"
    assert stored(directory).spent.evaluations == 6


async def test_paused_time_is_not_spent(root: Path, gated: type[Gated]) -> None:
    directory = await new_session(root, lineages=1, proposer="gated")
    async with running(directory) as run:
        await gated.arrived.get()
        clock = run.engine.journal.clock
        assert clock.running
        await run.control.send(Pause())
        gated.tickets.put_nowait(None)
        await run.until(lambda e: isinstance(e, ev.LineagePaused))
        assert not clock.running
        assert (await run.control.send(Continue())).ok
        assert clock.running


async def test_a_candidate_that_a_person_finds_wrong_has_no_rank_and_is_told_of(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=2, proposer="gated", limits=Limits(evaluations=20))
    async with running(directory) as run:
        for _ in range(2):
            await gated.arrived.get()
        gated.tickets.put_nowait(None)
        await gated.arrived.get()
        session = run.engine.journal.session
        best = session.best_candidate
        assert best is not None
        assert best.verdict is not None
        score = best.verdict.score
        reply = await run.control.send(Judge(best.id, "reads the clock", "ada"))
        assert reply.ok, reply
        assert best.reward is None
        assert best.verdict.score == score
        assert session.best != best.id
        assert all(x.best != best.id for x in session.lineages.values())
        gated.tickets.put_nowait(None)
        following = await gated.arrived.get()
        [told] = following.findings
        assert (told.candidate.id, told.reason, told.author) == (best.id, "reads the clock", "ada")
        assert (await run.control.send(Judge(best.id, ""))).ok
        assert session.best == best.id
        refused = await run.control.send(Judge(best.id, " "))
        assert not refused.ok
        assert not (await run.control.send(Judge(999, "x"))).ok
        await run.control.send(Shutdown())
        await run.end()
    kept = stored(directory)
    assert kept.candidates[best.id].judgement is None
    assert kept.best == best.id


async def test_a_pinned_candidate_is_in_every_move_until_unpinned(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=1, proposer="gated", limits=Limits(evaluations=20))
    async with running(directory) as run:
        await gated.arrived.get()
        gated.tickets.put_nowait(None)
        await gated.arrived.get()
        own = next(x.id for x in run.engine.journal.session.candidates.values() if x.lineage == 1)
        assert (await run.control.send(Pin(own))).ok
        assert not (await run.control.send(Pin(own))).ok
        gated.tickets.put_nowait(None)
        following = await gated.arrived.get()
        shown = {x.candidate.id for x in (*following.parents, *following.inspirations)}
        assert own in shown
        assert (await run.control.send(Pin(own, pinned=False))).ok
        assert run.engine.journal.session.lineages[1].pinned == ()
        await run.control.send(Shutdown())
        await run.end()
    last = [e for e in events(directory) if isinstance(e, ev.MoveChosen)][-1]
    assert own in (*last.parents, *last.inspirations)


async def test_a_boost_takes_half_of_what_the_others_have_left(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=3, proposer="gated", limits=Limits(evaluations=31))
    async with running(directory) as run:
        for _ in range(3):
            await gated.arrived.get()
        lineages = run.engine.journal.session.lineages
        before = {x.id: x.share.evaluations or 0 for x in lineages.values()}
        reply = await run.control.send(Boost(2))
        assert reply.ok, reply
        after = {x.id: x.share.evaluations or 0 for x in lineages.values()}
        assert sum(after.values()) == sum(before.values())
        assert after[2] > before[2]
        assert after[1] == before[1] - (before[1] - 1) // 2
        assert "evaluations left, not" in reply.message
        assert not (await run.control.send(Boost(9))).ok
        await run.control.send(Shutdown())
        await run.end()


async def test_a_boost_lets_a_lineage_go_on_whose_share_was_used_up(
    root: Path, gated: type[Gated]
) -> None:
    directory = await new_session(root, lineages=2, proposer="gated", limits=Limits(evaluations=9))
    async with running(directory) as run:
        for _ in range(2):
            await gated.arrived.get()
        await run.control.send(Abort((2,)))
        for _ in range(4):
            gated.tickets.put_nowait(None)
        await run.until(
            lambda e: isinstance(e, ev.LineageStopped) and (e.lineage, e.reason) == (1, "budget")
        )
        reply = await run.control.send(Boost(1))
        assert reply.ok, reply
        gated.tickets.put_nowait(None)
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.lineage == 1)
        lineages = run.engine.journal.session.lineages
        assert (lineages[1].spent.evaluations, lineages[2].share.evaluations) == (5, 3)
        await run.control.send(Shutdown())
        await run.end()
