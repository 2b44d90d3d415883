"""Lineages that share one budget, and simulated searches, through the real engine."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from engine_support import Gated, Paid, events, finish, new_session, running, sequence, stored

from workbench.engine.client import SessionFeed
from workbench.engine.command import Boost, ChangeBudget, Continue, Fork, Inject, Pause, Stop
from workbench.engine.host import Host
from workbench.engine.launch import Launch
from workbench.engine.recording import Wish, create_replay
from workbench.formats.load import load
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.model.session import Session
from workbench.model.simulation import SIMULATION, Law
from workbench.search.allocate.dealing import Dealer
from workbench.search.allocate.registry import allocator
from workbench.search.driver import Driver, Plan
from workbench.store import Reader

LAW = {"c": 2.2, "gain": 1.0, "failure": 0.05, "latency": 0.0, "luck": 0.25}


async def simulated(root: Path, allocation: str = "ucb", **chosen: object) -> Path:
    """A simulated session of three lineages and 41 evaluations."""
    settings: dict[str, object] = {
        "lineages": 3,
        "proposer": SIMULATION,
        "options": LAW,
        "limits": Limits(evaluations=41),
        "allocation": allocation,
        **chosen,
    }
    return await new_session(root, load(SIMULATION).task, **settings)


def turns(directory: Path) -> list[ev.TurnGiven]:
    return [event for event in events(directory) if isinstance(event, ev.TurnGiven)]


@pytest.mark.parametrize("allocation", ["ucb", "thompson", "exp3", "halving", "ucb:batch=4"])
async def test_a_shared_budget_is_spent_exactly(root: Path, allocation: str) -> None:
    directory = await simulated(root, allocation)
    closed = await finish(directory)
    session = stored(directory)
    assert closed.reason == "finished"
    assert session.spent.evaluations == 41
    assert {x.stopped for x in session.lineages.values()} == {"budget"}
    given = turns(directory)
    assert [turn.turn for turn in given] == list(range(1, len(given) + 1))
    assert sum(turn.steps for turn in given) == 40
    assert all(turn.reason for turn in given)
    assert {n: x.given for n, x in session.lineages.items()} == {
        n: sum(turn.steps for turn in given if turn.lineage == n) for n in session.lineages
    }


def told_by_the_journal(directory: Path, allocation: str) -> int:
    """Decide each turn again from what the journal held before it; return how many there are."""
    chosen, session, count = allocator(allocation), Session(), 0
    assert chosen is not None
    with Reader(directory) as reader:
        for record in reader.records():
            if isinstance(record.event, ev.TurnGiven):
                assert Dealer(chosen).deal(session) == record.event
                count += 1
            session.apply(record)
    assert session.spent.evaluations == 41
    return count


@pytest.mark.parametrize("allocation", ["ucb", "exp3"])
async def test_an_interrupted_session_goes_on_with_the_decisions_of_its_journal(
    root: Path, allocation: str
) -> None:
    directory = await simulated(root, allocation)
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.TurnGiven) and e.turn == 15)
    assert stored(directory).state == "interrupted"
    await finish(directory)
    assert told_by_the_journal(directory, allocation) == 40


async def test_killed_again_and_again_it_spends_the_same_budget_and_decides_as_before(
    root: Path,
) -> None:
    directory = await simulated(root, "thompson", options={**LAW, "latency": 0.01})
    command = [sys.executable, "-m", "workbench.engine.host", str(directory)]
    for turn in (3, 9, 20):
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert process.stdout is not None
        assert b"ready" in await process.stdout.readline()
        feed = await SessionFeed.open(directory)
        if feed.session.turns < turn:
            async for _ in feed.updates():
                if feed.session.turns >= turn:
                    break
        process.kill()
        await process.wait()
        await feed.aclose()
    assert stored(directory).spent.evaluations < 41
    await finish(directory)
    assert told_by_the_journal(directory, "thompson") == 40


async def test_uniform_tells_the_same_story_with_an_engine_and_without(root: Path) -> None:
    directory = await simulated(root, "uniform", seed=5, limits=Limits(evaluations=31))
    await finish(directory)
    driven = Driver(Plan(3, 10, "chain", "uniform", Law(), seed=5)).run()
    for number, lineage in driven.lineages.items():
        story = [
            (node.step, node.operator, node.digest, node.reward)
            for node in lineage.candidates.values()
            if node.lineage == number
        ]
        assert len(story) == 10
        engine = sequence(directory, number)
        assert [(step, op, digest, reward) for step, op, _, digest, reward in engine] == story
    assert not turns(directory)


async def test_one_turn_at_a_time_is_the_same_with_an_engine_and_without(root: Path) -> None:
    directory = await simulated(root, "thompson:at_once=1", seed=3)
    await finish(directory)
    driven = Driver(Plan(3, 14, "chain", "thompson:at_once=1", Law(), seed=3)).run()
    steps = [x.step for x in driven.lineages.values()]
    found = [x.step for x in stored(directory).lineages.values()]
    assert sum(found) == 40
    assert sum(steps) == 42  # two more: an engine's budget pays for the initial files as well
    assert all(a <= b for a, b in zip(found, steps, strict=True))


async def test_everything_of_a_simulation_says_that_it_is_one(root: Path) -> None:
    directory = await simulated(root)
    await finish(directory)
    session = stored(directory)
    assert session.isolation is not None
    assert session.isolation.isolation.startswith("simulation: no program is run")
    assert session.isolation.tier == "simulation"
    assert session.facts.title.startswith("Simulation")
    for candidate in session.candidates.values():
        assert candidate.verdict is not None
        assert candidate.verdict.verification == candidate.verdict.tier == "simulation"
        assert "simulated" in candidate.verdict.message
    assert "simulation" in directory.name


async def test_a_simulation_stays_one(root: Path) -> None:
    directory = await simulated(root, options={**LAW, "latency": 0.01})
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.TurnGiven) and e.turn == 4)
        reply = await run.control.send(Fork(1, proposer="mutation"))
        assert not reply.ok
        assert "a simulation stays one" in reply.message
        wrong = await run.control.send(Inject(1, 1, {"simulated.json": "{"}))
        assert wrong.ok
        await run.end()
    session = stored(directory)
    assert wrong.id is not None
    verdict = session.candidates[wrong.id].verdict
    assert verdict is not None
    assert verdict.outcome == "invalid"
    assert session.spent.evaluations == 41


async def test_a_person_comes_before_the_allocator(root: Path, gated: type[Gated]) -> None:
    directory = await new_session(
        root,
        lineages=3,
        proposer="gated",
        allocation="ucb:at_once=2",
        limits=Limits(evaluations=13),
    )
    async with running(directory) as run:
        first = await gated.arrived.get()
        second = await gated.arrived.get()
        assert {first.lineage.id, second.lineage.id} == {1, 2}
        assert (await run.control.send(Pause((1,)))).ok
        assert (await run.control.send(Stop((2,)))).ok
        gated.tickets.put_nowait(None)
        gated.tickets.put_nowait(None)
        await run.until(lambda e: e == ev.LineagePaused(1))
        seen = len(turns(directory))
        for _ in range(3):
            request = await gated.arrived.get()
            assert request.lineage.id == 3
            gated.tickets.put_nowait(None)
        request = await gated.arrived.get()
        assert request.lineage.id == 3
        assert {turn.lineage for turn in turns(directory)[seen:]} <= {3}
        assert (await run.control.send(Continue((1,)))).ok
        for _ in range(20):
            gated.tickets.put_nowait(None)
        await run.end()
    session = stored(directory)
    assert session.lineages[2].stopped == "person"
    assert session.lineages[2].step == 1
    assert session.lineages[1].step > 1
    assert session.spent.evaluations == 13


async def test_a_boost_is_a_lineage_s_own_beside_its_turns(root: Path, gated: type[Gated]) -> None:
    directory = await new_session(
        root,
        lineages=2,
        proposer="gated",
        allocation="ucb:at_once=1",
        limits=Limits(evaluations=22),
    )
    async with running(directory) as run:
        request = await gated.arrived.get()
        assert request.lineage.id == 1
        # 22 less the initial files' and L1's step under way: L2 gets half of 20 at once, and
        # works beside the turns.
        reply = await run.control.send(Boost(2))
        assert reply.ok, reply.message
        assert "10 evaluations left, not 0" in reply.message
        assert (await gated.arrived.get()).lineage.id == 2
        for _ in range(30):
            gated.tickets.put_nowait(None)
        await run.end()
    session = stored(directory)
    assert session.spent.evaluations == 22
    assert session.lineages[2].step >= 10


async def test_a_fork_waits_for_its_first_turn_and_a_budget_can_be_raised(root: Path) -> None:
    directory = await simulated(root, options={**LAW, "latency": 0.01})
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.TurnGiven) and e.turn == 8)
        reply = await run.control.send(Fork(1))
        assert reply.ok, reply.message
        assert (await run.control.send(ChangeBudget(Limits(evaluations=61)))).ok
        await run.end()
    session = stored(directory)
    assert session.spent.evaluations == 61
    forked = next(turn for turn in turns(directory) if turn.lineage == 4)
    assert forked.reason == "first turn"
    assert session.lineages[4].step >= 1
    # A finished one goes on with what is added.
    await Host(directory, Launch(limits=Limits(evaluations=70)), attended=False).run()
    assert stored(directory).spent.evaluations == 70


async def test_money_is_shared_and_never_overspent(root: Path, gated: type[Paid]) -> None:
    # A call may cost 0.25 and does cost 0.1; two at once. As long as 0.25 are free another call
    # begins: 8 calls cost 0.8, and then 0.2 are left.
    directory = await new_session(
        root,
        lineages=2,
        proposer="paid",
        allocation="ucb:at_once=2",
        limits=Limits(usd=1.0),
    )
    for _ in range(20):
        Paid.tickets.put_nowait(None)
    closed = await finish(directory)
    session = stored(directory)
    assert closed.reason == "finished"
    assert session.spent.usd == pytest.approx(0.8)
    assert {x.stopped for x in session.lineages.values()} == {"budget"}


async def test_a_replay_gives_the_recorded_turns_again(root: Path) -> None:
    directory = await simulated(root, "exp3:at_once=2")
    await finish(directory)
    replayed = await create_replay(root, directory, Wish())
    await finish(replayed)
    session = stored(replayed)
    assert session.differing == 0
    assert turns(replayed) == turns(directory)
    assert session.facts.allocation == "exp3:at_once=2"
    for number in (1, 2, 3):
        assert sequence(replayed, number) == sequence(directory, number)
    # Up to a step, and then on with turns of its own.
    onward = await create_replay(root, directory, Wish(until=3, limits=Limits(evaluations=50)))
    await finish(onward)
    assert stored(onward).spent.evaluations == 50
    assert stored(onward).differing == 0


async def test_a_target_ends_those_that_wait_as_well(root: Path) -> None:
    directory = await simulated(root, "ucb:at_once=1", target=1.5)
    await finish(directory)
    session = stored(directory)
    assert {x.stopped for x in session.lineages.values()} == {"target"}
    assert session.spent.evaluations < 41
