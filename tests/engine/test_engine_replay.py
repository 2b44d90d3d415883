"""A recorded session run again comes to the same, without a model; what differs is told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from engine_support import (
    BUNDLE,
    SOLVE,
    Running,
    events,
    finish,
    new_session,
    running,
    stored,
    tiny_task,
)
from loopback_support import chosen, named
from test_engine_crash import host

from workbench.dev import FakeModel
from workbench.engine.command import AddHint, Continue, Fork, Inject, Pause, Stop, WithdrawHint
from workbench.engine.create import Settings, create_session
from workbench.engine.recording import NothingRecorded, Wish, create_replay, tape
from workbench.model import event as ev
from workbench.model.enacted import ENACTED
from workbench.model.event import Record
from workbench.model.limits import Limits
from workbench.model.recording import recorded
from workbench.model.session import Session
from workbench.propose.setup import Setup
from workbench.search.chain import Chain
from workbench.store import Reader

LUCK = (
    BUNDLE["tests/verify.py"]
    .replace(b"import json", b"import os, json")
    .replace(b'- (point["b"] - 4) ** 2', b'- (point["b"] - 4) ** 2 + os.urandom(1)[0] / 1e6')
)


def story(directory: Path) -> list[tuple[object, ...]]:
    """What a replay must come to again, in order: candidates, failures, scores, hints."""
    told: list[tuple[object, ...]] = []
    for event in events(directory):
        match event:
            case ev.ProposalMade():
                told.append((event.lineage, event.step, event.candidate, event.digest, event.spend))
            case ev.ProposalFailed() | ev.ProposalLost():
                told.append((event.lineage, event.step, "none", event.spend))
            case ev.VerdictReached():
                told.append((event.candidate, event.verdict.outcome, event.verdict.score))
            case ev.HintTaken() | ev.HintQueued() | ev.LineageCreated():
                told.append((ev.kind_of(event), event))
            case ev.MoveChosen():
                told.append((event.lineage, event.step, event.operator, event.parents, event.hints))
    return told


def differences(directory: Path) -> list[ev.ReplayDiffered]:
    return [event for event in events(directory) if isinstance(event, ev.ReplayDiffered)]


async def replayed(root: Path, source: Path, wish: Wish | None = None) -> Path:
    directory = await create_replay(root, source, wish or Wish())
    assert (await finish(directory)).reason == "finished"
    return directory


async def steered(root: Path) -> Path:
    """A session in which a person does everything that a person can do."""
    directory = await new_session(root, limits=Limits(evaluations=24), seed=5)
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.candidate > 3)
        for act in (
            AddHint("EAST = 2", (1,), author="ada"),
            AddHint("raise NORTH", standing=True),
            Pause((2,)),
            Inject(2, 1, {"solve.py": SOLVE + "MINE = 1\n"}, "mine"),
            Fork(2),
            Continue((2,)),
        ):
            assert (await run.control.send(act)).ok
        await run.until(lambda e: isinstance(e, ev.HintTaken) and e.hint == 2)
        assert (await run.control.send(WithdrawHint(2))).ok
        assert (await run.control.send(Stop((1,)))).ok
        await run.end()
    return directory


async def test_a_session_that_people_steered_is_told_again_word_for_word(root: Path) -> None:
    source = await steered(root)
    again = await replayed(root, source)
    assert story(again) == story(source)
    assert differences(again) == []
    assert {x.stopped for x in stored(again).lineages.values()} == {"recording"}
    session = stored(again)
    assert session.spent == stored(source).spent
    assert session.replayed is not None
    assert session.replayed.candidates == len(session.candidates)
    assert session.facts.title == "Hill (replay)"


async def test_a_replay_is_itself_a_recording(root: Path) -> None:
    source = await new_session(root, limits=Limits(evaluations=8))
    await finish(source)
    again = await replayed(root, await replayed(root, source))
    assert story(again) == story(source)
    assert stored(again).facts.title == "Hill (replay)"


async def test_replies_of_models_are_carried_out_again_and_nobody_is_asked(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeModel() as server:
        name = named("anthropic", server, monkeypatch)
        source = await new_session(root, **chosen(name, lineages=2, evaluations=10))
        await finish(source)
        asked = server.counts.calls
        monkeypatch.delenv("ANTHROPIC_API_KEY")  # nor is a key needed
        again = await replayed(root, source)
        assert server.counts.calls == asked
    assert story(again) == story(source)
    assert differences(again) == []
    assert stored(again).spent == stored(source).spent
    with Reader(source) as one, Reader(again) as other:
        for record in one.records():
            for digest in getattr(record.event, "prompt", ()):
                assert other.blob(digest) == one.blob(digest)


async def test_from_a_step_on_another_model_goes_on(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeModel() as server:
        one, other = (named(kind, server, monkeypatch) for kind in ("anthropic", "openai"))
        source = await new_session(root, **chosen(one, lineages=2, evaluations=12))
        await finish(source)
        before = server.counts.calls
        wish = Wish(until=2, setup=Setup((other,)), limits=Limits(evaluations=9))
        again = await replayed(root, source, wish)
        asked = server.counts.calls - before
    session = stored(again)
    assert session.spent.evaluations == 9
    made = [x for x in session.candidates.values() if x.lineage is not None]
    early = {(x.lineage, x.step, x.digest) for x in made if x.step <= 2}
    recorded = stored(source).candidates.values()
    assert early == {
        (x.lineage, x.step, x.digest) for x in recorded if x.lineage is not None and x.step <= 2
    }
    late = [x for x in made if x.step > 2]
    assert {x.proposer for x in late} == {other}
    assert asked >= len(late) > 0
    for lineage in session.lineages.values():
        assert [point.step for point in lineage.curve] == list(range(len(lineage.curve)))
        assert lineage.stopped == "budget"


@pytest.mark.parametrize("until", [1, 3, 5, 99])
async def test_any_cut_of_a_recording_fits_together(root: Path, until: int) -> None:
    source = await steered(root)
    again = await create_replay(root, source, Wish(until=until))
    await finish(again)
    session = stored(again)
    assert list(session.candidates) == list(range(1, len(session.candidates) + 1))
    assert list(session.hints) == list(range(1, len(session.hints) + 1))
    assert list(session.lineages) == list(range(1, len(session.lineages) + 1))
    ended = [isinstance(event, ev.ReplayEnded) for event in events(again)].index(True)
    steps = [e.step for e in events(again)[:ended] if isinstance(e, ev.MoveChosen)]
    assert max(steps) <= until
    assert session.replayed is not None
    assert session.replayed.differing == 0


async def test_killed_in_the_middle_a_replay_goes_on_where_it_was(root: Path) -> None:
    source = await new_session(root, limits=Limits(evaluations=12))
    await finish(source)
    for kind, nth in (("move_chosen", 3), ("proposal_made", 4), ("verdict_reached", 6)):
        again = await create_replay(root, source, Wish())
        process = host(again, "durable", kind, str(nth))
        await asyncio.to_thread(process.communicate)
        assert process.returncode == -9
        assert stored(again).replaying
        assert (await finish(again)).reason == "finished"
        assert story(again) == story(source)
        assert differences(again) == []


async def pause_at_once(run: Running) -> None:
    assert (await run.control.send(Pause())).ok
    await run.until(lambda e: isinstance(e, ev.LineagePaused))


async def test_it_can_be_paused_and_nothing_else_can_be_done_to_it(root: Path) -> None:
    source = await new_session(root, limits=Limits(evaluations=12))
    await finish(source)
    again = await create_replay(root, source, Wish(until=3))
    async with running(again) as run:
        await pause_at_once(run)
        for act in (AddHint("x"), Stop((1,)), Fork(1)):
            refused = await run.control.send(act)
            assert not refused.ok
            assert "being replayed" in refused.message
            assert "from step 3" in refused.message
        count = len(events(again))
        assert (await run.control.send(Continue())).ok
        await run.until(lambda e: isinstance(e, ev.ReplayEnded))
        await run.end()
    assert len(events(again)) > count
    assert differences(again) == []


async def test_a_score_that_is_luck_is_found_to_differ(root: Path) -> None:
    source = await new_session(root, tiny_task(**{"tests/verify.py": LUCK}))
    await finish(source)
    again = await replayed(root, source)
    found = differences(again)
    assert {difference.what for difference in found} >= {"verdict"}
    assert "scores -" in found[0].message
    assert stored(again).differing == len(found)
    # The recorded candidates stand all the same.
    digests = [x.digest for x in stored(source).candidates.values()]
    assert [x.digest for x in stored(again).candidates.values()] == digests


async def test_another_strategy_and_another_way_with_replies_are_found_out(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FakeModel() as server:
        name = named("anthropic", server, monkeypatch)
        source = await new_session(root, **chosen(name, lineages=1, evaluations=4))
        await finish(source)
    plain = Chain.next_move

    def other(self: Chain, lineage: object, rng: object) -> object:
        move = plain(self, lineage, rng)  # type: ignore[arg-type]
        return type(move)("explore", move.parents)

    monkeypatch.setattr(Chain, "next_move", other)

    def nothing(reply: str, files: object, *, truncated: bool = False) -> None:
        from workbench.propose.edit.outcome import Unapplicable

        raise Unapplicable("not today")

    monkeypatch.setattr("workbench.propose.replay.apply", nothing)
    again = await replayed(root, source)
    assert {difference.what for difference in differences(again)} == {"move", "proposal"}
    assert story(again) == story(source)


async def test_the_same_answers_serve_another_search(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording as a cassette: the runner drives, the proposer answers from it."""
    async with FakeModel() as server:
        name = named("openai", server, monkeypatch)
        source = await new_session(root, **chosen(name, lineages=2, evaluations=8))
        await finish(source)
    played, blobs = tape(source)
    settings = Settings(
        lineages=2,
        proposer="replay",
        options=played.recorded(),
        limits=stored(source).limits,
    )
    directory = await create_session(root, tiny_task(), settings, blobs)
    assert (await finish(directory)).reason in ("finished", "interrupted")
    for number in (1, 2):
        one, other = (
            [x.digest for x in stored(path).lineages[number].candidates.values()]
            for path in (source, directory)
        )
        assert other == one[: len(other)]
        assert len(other) > 2
    assert stored(directory).candidates[2].proposer == "replay"


async def test_what_cannot_be_replayed_is_refused(root: Path) -> None:
    fresh = await new_session(root)
    with pytest.raises(NothingRecorded, match="no step"):
        await create_replay(root, fresh, Wish())


async def test_a_recording_that_does_not_fit_ends_the_run_with_the_reason(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = await new_session(root, limits=Limits(evaluations=6))
    await finish(source)

    def torn(records: list[Record], until: int | None = None) -> list[Record]:
        whole = recorded(records, until)
        return [x for x in whole if not isinstance(x.event, ev.MoveChosen)]

    monkeypatch.setattr("workbench.engine.recording.recorded", torn)
    closed = await finish(await create_replay(root, source, Wish()))
    assert closed.reason == "interrupted"
    assert "does not fit together" in closed.detail


def test_every_kind_of_event_is_either_enacted_or_of_a_run() -> None:
    """A new kind of event must be thought of here: a replay that skips it tells another story."""
    of_a_run = {
        ev.SessionCreated, ev.EngineOpened, ev.EngineClosed, ev.IsolationTried, ev.Heartbeat,
        ev.InfrastructureFailed, ev.PauseRequested, ev.LineagePaused, ev.LineageResumed,
        ev.LineageStopped, ev.ReplayDiffered, ev.ReplayEnded,
    }  # fmt: skip
    known = set(ev.AnyEvent.__args__)
    assert known == of_a_run | ENACTED
    assert not of_a_run & ENACTED
    assert Session().enacted == 0
