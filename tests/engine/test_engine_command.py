"""Whole sessions whose proposals a command makes: run, killed, resumed, refused, told."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from engine_support import events, finish, new_session, running, stored
from processes import descendants, wait_gone

import sandbox
from workbench.engine.client import SessionFeed
from workbench.engine.command import ChangeBudget, Fork
from workbench.engine.feed import Live
from workbench.engine.host import Host
from workbench.engine.launch import Launch
from workbench.engine.recording import Wish, create_replay
from workbench.model import event as ev
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Outcome
from workbench.propose.command.setup import CommandSetup

STEP = (
    'n=$(sed -n "s/^This is step \\([0-9]*\\)\\.$/\\1/p" $WORKBENCH_PROMPT); '
    'sed -i "s/^EAST = .*/EAST = 1.0$n/" solve.py; echo "step $n"'
)
"""An agent that goes a little east, as far as the number of its step says."""
PLANTED = "key-planted-a7f3"


def setup(command: str = STEP, **more: object) -> CommandSetup:
    return CommandSetup(command, **{"seconds": 20, **more})  # type: ignore[arg-type]


async def session_with(root: Path, command: CommandSetup, **chosen: object) -> Path:
    settings = {"proposer": command.name, "options": command.recorded(), "lineages": 1}
    return await new_session(root, **{"limits": Limits(evaluations=3), **settings, **chosen})


def proposals(directory: Path) -> list[ev.ProposalMade]:
    made = (event for event in events(directory) if isinstance(event, ev.ProposalMade))
    return [event for event in made if event.lineage is not None]


def engine(directory: Path) -> subprocess.Popen[bytes]:
    """Start an engine of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "workbench.engine.host", str(directory)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


async def test_lineages_search_side_by_side_and_everything_is_recorded(root: Path) -> None:
    directory = await session_with(
        root, setup(), lineages=2, limits=Limits(evaluations=7), strategy="independent"
    )
    closed = await finish(directory)
    assert closed.reason == "finished"
    made = proposals(directory)
    assert sorted((e.lineage, e.note) for e in made) == [
        (lineage, f"step {step}") for lineage in (1, 2) for step in (1, 2, 3)
    ]
    session = stored(directory)
    assert all(x.verdict is not None for x in session.candidates.values())
    assert session.spent == Spend(evaluations=7, proposals=6, unpriced=6)
    first = made[0]
    assert (first.proposer, first.spend) == ("command", Spend(proposals=1, unpriced=1))
    assert first.reply is not None
    assert first.prompt
    created = session.lineages[1].created
    assert (created.proposer, created.options) == ("command", setup().recorded())
    assert session.isolation is not None
    assert "commands" not in session.isolation.isolation, "they are as apart as candidates are"


async def test_a_useless_run_is_told_to_the_next_one_once(root: Path) -> None:
    stubborn = (
        "if grep -q 'Your last run could not be used' $WORKBENCH_PROMPT; "
        f"then grep -c 'I would rather talk' $WORKBENCH_PROMPT; {STEP}; "
        "else echo I would rather talk; fi"
    )
    directory = await session_with(root, setup(stubborn), strategy="independent")
    await finish(directory)
    told = [e for e in events(directory) if isinstance(e, ev.ProposalMade | ev.ProposalFailed)]
    kinds = [type(e).__name__ for e in told if e.lineage is not None]
    assert kinds == ["ProposalFailed", "ProposalMade"] * 2
    failed = next(e for e in told if isinstance(e, ev.ProposalFailed))
    assert (failed.reason, failed.message.rpartition(": ")[2]) == ("unusable", "it changed nothing")
    assert failed.spend == Spend(proposals=1, unpriced=1)


async def test_what_a_command_says_it_used_is_what_the_session_has_spent(root: Path) -> None:
    usage = 'echo \'{"usd": 0.5, "input": 1000, "output": 20}\' > $WORKBENCH_USAGE'
    directory = await session_with(root, setup(f"{usage}; {STEP}"))
    await finish(directory)
    spent = stored(directory).spent
    assert (spent.usd, spent.tokens, spent.unpriced) == (1.0, 2040, 0)
    assert stored(directory).lineages[1].reading.tokens == 2000


async def test_killed_in_the_middle_the_run_is_lost_and_nothing_else(root: Path) -> None:
    """A command hangs at its third step; the one that is named for the next run does not."""
    hang = "grep -q 'EAST = 1.02' solve.py && sleep 600"
    directory = await session_with(
        root, setup(f"{hang}; {STEP}", seconds=600), lineages=2, limits=Limits(evaluations=7)
    )
    process = engine(directory)
    with process:
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        feed = await SessionFeed.open(directory)
        hanging: set[int] = set()
        async for update in feed.updates():
            if isinstance(update, Live) and (update.phase, update.step) == ("proposing", 3):
                hanging.add(update.lineage)
            if hanging == {1, 2}:
                break
        family = descendants(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert family
        assert wait_gone(family) == set()
        await feed.aclose()
    before = stored(directory)
    assert [x.pending is not None for x in before.lineages.values()] == [True, True]
    await Host(directory, Launch(command=setup())).run()
    lost = [e for e in events(directory) if isinstance(e, ev.ProposalLost)]
    assert [(e.lineage, e.step) for e in lost] == [(1, 3), (2, 3)]
    assert {e.spend for e in lost} == {Spend(proposals=1, unpriced=1, unknown=1)}
    session = stored(directory)
    assert session.spent.evaluations == 7
    assert session.spent.unknown == 2
    assert session.spent.proposals == len(proposals(directory)) + 2
    assert all(x.verdict is not None for x in session.candidates.values())
    assert session.closed is not None
    assert session.closed.reason == "finished"


@pytest.mark.parametrize(
    ("more", "flags"),
    [
        ({"network": True}, "--command-network"),
        ({"env": ("AGENT_KEY",)}, "--command-env AGENT_KEY"),
        ({"shown": ("/usr/share",)}, "--command-show /usr/share"),
    ],
)
async def test_a_command_that_a_file_alone_lets_out_is_refused_until_it_is_named_exactly(
    root: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, object], flags: str
) -> None:
    monkeypatch.setenv("AGENT_KEY", PLANTED)
    monkeypatch.setenv("OTHER_KEY", PLANTED)
    open_ = setup(**more)
    directory = await session_with(root, open_)
    with pytest.raises(ValueError, match="only the session file says so") as refused:
        await finish(directory)
    assert str(refused.value).endswith(f"{open_.flags()}")
    assert flags in str(refused.value)
    assert stored(directory).isolation is None, "nothing ran"
    await Host(directory, Launch(command=open_)).run()
    assert stored(directory).spent.evaluations == 3
    assert not [e for e in events(directory) if isinstance(e, ev.ProposerChosen)]
    with pytest.raises(ValueError, match="only the session file says so"):
        await Host(directory, Launch(limits=Limits(evaluations=4))).run()


async def test_another_command_may_be_chosen_for_good(root: Path) -> None:
    directory = await session_with(root, setup(network=True))
    other = setup(f"{STEP}; echo other")
    await Host(directory, Launch(command=other)).run()
    (chosen,) = [e for e in events(directory) if isinstance(e, ev.ProposerChosen)]
    assert (chosen.lineages, chosen.proposer, chosen.options) == ((1,), "command", other.recorded())
    assert {e.note for e in proposals(directory)} == {"other"}
    await Host(directory, Launch(limits=Limits(evaluations=4))).run()
    assert stored(directory).spent.evaluations == 4


async def test_a_command_that_reaches_nothing_runs_as_the_file_says(root: Path) -> None:
    directory = await session_with(root, setup())
    await finish(directory)
    assert stored(directory).spent.evaluations == 3


async def test_a_variable_that_is_not_set_is_said_before_anything_runs(root: Path) -> None:
    given = setup(env=("SURELY_NOT_SET",))
    directory = await session_with(root, given)
    with pytest.raises(ValueError, match="SURELY_NOT_SET, which is not set"):
        await Host(directory, Launch(command=given)).run()
    assert stored(directory).isolation is None


async def test_the_value_of_a_variable_is_in_no_file_of_the_session(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_KEY", PLANTED)
    loud = f'echo "key $AGENT_KEY"; env >&2; {STEP}; echo "with $AGENT_KEY"'
    given = setup(loud, env=("AGENT_KEY",))
    directory = await session_with(root, given)
    await Host(directory, Launch(command=given)).run()
    assert {e.note for e in proposals(directory)} == {"with <AGENT_KEY>"}
    files = [x for x in root.parent.rglob("*") if x.is_file()]
    assert any(x.name == "session.db" for x in files)
    assert [x for x in files if PLANTED.encode() in x.read_bytes()] == []


@pytest.mark.parametrize(
    ("limits", "told"), [(Limits(usd=1.0), "dollars"), (Limits(tokens=10), "tokens")]
)
async def test_what_nobody_can_count_bounds_no_command(
    root: Path, limits: Limits, told: str
) -> None:
    directory = await session_with(root, setup(), limits=limits)
    with pytest.raises(ValueError, match=f"a budget in {told} cannot be kept"):
        await finish(directory)


async def test_a_running_session_refuses_such_limits_and_forks_with_its_command(
    root: Path,
) -> None:
    directory = await session_with(root, setup(), limits=Limits(evaluations=40))
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.lineage == 1)
        refused = await run.control.send(ChangeBudget(Limits(evaluations=9, usd=1.0)))
        assert not refused.ok
        assert "nobody knows what a command uses" in refused.message
        assert (await run.control.send(Fork(1))).id == 2
        assert (await run.control.send(Fork(1, proposer="mutation"))).id == 3
        assert (await run.control.send(Fork(1, proposer="command"))).ok
    created = [x.created.proposer for x in stored(directory).lineages.values()]
    assert created == ["command", "command", "mutation", "command"]
    mutation = await new_session(root)
    async with running(mutation) as run:
        await run.until(lambda e: isinstance(e, ev.VerdictReached))
        refused = await run.control.send(Fork(1, proposer="command"))
        assert not refused.ok
        assert "--command" in refused.message


async def test_naming_a_command_leaves_lineages_alone_that_were_forked_to_something_else(
    root: Path,
) -> None:
    directory = await session_with(root, setup(), limits=Limits(evaluations=40))
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.VerdictReached) and e.lineage == 1)
        assert (await run.control.send(Fork(1, proposer="mutation"))).ok
    other = setup(f"{STEP}; echo other")
    await Host(directory, Launch(command=other, limits=Limits(evaluations=41))).run()
    made = [x.created for x in stored(directory).lineages.values()]
    assert [x.proposer for x in made] == ["command", "mutation"]
    assert made[0].options == other.recorded()


async def test_an_open_network_is_on_the_isolation_line(root: Path) -> None:
    open_ = setup(network=True)
    directory = await session_with(root, open_)
    await Host(directory, Launch(command=open_)).run()
    run = stored(directory).isolation
    assert run is not None
    assert run.isolation.startswith("commands: network OPEN · bubblewrap")
    assert "network off" in run.isolation, "for candidates it is"


async def test_plain_processes_must_be_named(root: Path) -> None:
    directory = await session_with(root, setup(), sandbox="process")
    with pytest.raises(ValueError, match="--sandbox process"):
        await finish(directory)
    await Host(directory, Launch(sandbox="process")).run()
    assert stored(directory).spent.evaluations == 3
    run = stored(directory).isolation
    assert run is not None
    assert "NO ISOLATION" in run.isolation


async def test_commands_of_all_lineages_run_at_once_and_take_no_slot(root: Path) -> None:
    """There is one slot, and each of three commands ends only once all three have begun."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        meet = f"import socket; socket.create_connection(('127.0.0.1', {port})).recv(1)"
        meeting = setup(f'python3 -S -c "{meet}"; {STEP}', network=True)
        directory = await session_with(root, meeting, lineages=3, limits=Limits(evaluations=4))
        host = asyncio.ensure_future(Host(directory, Launch(slots=1, command=meeting)).run())
        async with asyncio.timeout(60):
            ends = [(await asyncio.get_running_loop().sock_accept(server))[0] for _ in range(3)]
        for end in ends:
            end.close()
        await host
    assert len(proposals(directory)) == 3


async def test_a_sandbox_that_keeps_failing_stops_the_lineage_and_a_resume_tries_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.propose.command import proposer

    monkeypatch.setattr(proposer, "RETRY_SECONDS", 0.01)
    directory = await session_with(root, setup())
    with monkeypatch.context() as patch:

        async def refuse(*_: object) -> sandbox.Lease:
            raise sandbox.SandboxUnavailable("no room on this machine")

        patch.setattr("workbench.propose.command.shared.Commands.lease", refuse)
        closed = await finish(directory)
    assert closed.reason == "interrupted"
    assert "no room on this machine" in closed.detail
    failed = [e for e in events(directory) if isinstance(e, ev.CallFailed)]
    assert [(e.model, e.attempt, e.retry_seconds) for e in failed] == [
        ("command", 1, 0.01),
        ("command", 2, None),
    ]
    lineage = stored(directory).lineages[1]
    assert (lineage.stopped, lineage.spent) == ("command", Spend())
    await finish(directory)
    assert stored(directory).spent.evaluations == 3


async def test_a_recorded_command_is_replayed_without_being_run(root: Path) -> None:
    open_ = setup(network=True)
    directory = await session_with(root, open_)
    await Host(directory, Launch(command=open_)).run()
    replay = await create_replay(root, directory, Wish())
    closed = await finish(replay)
    assert closed.reason == "finished"
    assert stored(replay).differing == 0
    assert [x.digest for x in stored(replay).candidates.values()] == [
        x.digest for x in stored(directory).candidates.values()
    ]


async def test_what_a_recording_ends_with_is_granted_like_everything_else(root: Path) -> None:
    """It begins with a harmless command, and goes on with one that is to reach the network."""
    directory = await session_with(root, setup())
    await finish(directory)
    open_ = setup(network=True)
    await Host(directory, Launch(command=open_, limits=Limits(evaluations=4))).run()
    wish = Wish(until=3, limits=Limits(evaluations=6))
    replay = await create_replay(root, directory, wish)
    closed = await finish(replay)
    assert closed.reason == "interrupted"
    assert "only the session file says so" in closed.detail
    assert len(proposals(replay)) == 3
    await Host(replay, Launch(command=open_)).run()
    assert stored(replay).spent.evaluations == 6
    assert all(
        x.verdict is not None and x.verdict.outcome is Outcome.SCORED
        for x in stored(replay).candidates.values()
    )
