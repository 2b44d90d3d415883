"""Killed at any point, an engine loses nothing that was committed and does nothing twice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from engine_support import events, finish, new_session, running, sequence, stored
from processes import descendants, wait_gone

from workbench.engine.client import Connection, SessionFeed
from workbench.engine.command import AddHint, Continue, Pause
from workbench.engine.host import Host
from workbench.engine.launch import Launch
from workbench.engine.spawn import EngineNotStarted, spawn
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.store import SessionBusy, holder

HERE = Path(__file__).parent
POINTS = ("before", "durable", "announced")
KINDS = {"engine_opened": 1, "move_chosen": 3, "proposal_made": 4, "verdict_reached": 5}
LAST = {"lineage_stopped": 2, "engine_closed": 1}


def host(directory: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start an engine in a process group of its own; its first line says that it serves."""
    script = [str(HERE / "crash_host.py")] if arguments else ["-m", "workbench.engine.host"]
    return subprocess.Popen(
        [sys.executable, *script, str(directory), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def host_on_a_small_disk(directory: Path) -> subprocess.Popen[str]:
    """Start an engine for which every file ends at 160 KiB."""
    command = f"ulimit -f 160; exec {sys.executable} -m workbench.engine.host {directory}"
    return subprocess.Popen(
        ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def whole(directory: Path) -> None:
    """The journal is complete: each verdict once, every candidate judged, the budget exact."""
    told = events(directory)
    verdicts = Counter(e.candidate for e in told if isinstance(e, ev.VerdictReached))
    made = Counter(e.candidate for e in told if isinstance(e, ev.ProposalMade))
    assert set(verdicts.values()) == {1}
    assert verdicts == made
    assert sum(verdicts.values()) == 12 == stored(directory).spent.evaluations


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[tuple[object, ...]]]:
    """The lineages' stories when nothing goes wrong."""

    async def run() -> Path:
        directory = await new_session(tmp_path_factory.mktemp("undisturbed"), seed=3)
        await finish(directory)
        return directory

    directory = asyncio.run(run())
    return {number: sequence(directory, number) for number in (1, 2)}


@pytest.mark.parametrize("when", POINTS)
@pytest.mark.parametrize(("kind", "nth"), [*KINDS.items(), *LAST.items()])
async def test_killed_at_a_commit_and_resumed_the_story_is_the_same(
    root: Path,
    undisturbed: dict[int, list[tuple[object, ...]]],
    when: str,
    kind: str,
    nth: int,
) -> None:
    directory = await new_session(root, seed=3)
    process = host(directory, when, kind, str(nth))
    with process:
        await asyncio.to_thread(process.wait)
    assert process.returncode == -signal.SIGKILL
    assert holder(directory) is None
    await finish(directory)
    whole(directory)
    assert {number: sequence(directory, number) for number in (1, 2)} == undisturbed


@pytest.mark.parametrize("group", [False, True], ids=["engine", "group"])
async def test_no_process_outlives_a_killed_engine_and_resume_works_at_once(
    root: Path, group: bool
) -> None:
    directory = await new_session(root, seed=3)
    process = host(directory)
    with process:
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        feed = await SessionFeed.open(directory)
        async for update in feed.updates():
            if isinstance(update, ev.Record) and isinstance(update.event, ev.VerdictReached):
                break
        family = descendants(process.pid)
        (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.wait()
        announced = set(feed.session.candidates)
        assert family
        assert wait_gone(family) == set()
        await feed.aclose()
    assert announced <= set(stored(directory).candidates)
    await finish(directory)
    whole(directory)


@pytest.mark.parametrize("seed", range(4))
async def test_killed_at_random_instants(root: Path, seed: int) -> None:
    directory = await new_session(root, seed=seed)
    rng = random.Random(seed)
    for _ in range(3):
        process = host(directory)
        with process:
            try:
                await asyncio.to_thread(process.wait, rng.uniform(0.4, 1.5))
            except subprocess.TimeoutExpired:
                process.kill()
    await finish(directory)
    whole(directory)


async def test_a_paused_lineage_is_still_paused_after_a_crash(root: Path) -> None:
    directory = await new_session(root, seed=3)
    process = host(directory)
    with process:
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        found = holder(directory)
        assert found is not None
        connection = await Connection.open(Path(found.socket))
        assert (await connection.send(Pause((2,)))).ok
        assert (await connection.send(AddHint("EAST = 1.5", (2,)))).ok
        process.kill()
        process.wait()
        await connection.aclose()
    async with running(directory) as run:
        await run.until(lambda e: isinstance(e, ev.LineageStopped) and e.lineage == 1)
        session = run.feed.session
        assert session.lineages[2].state == "paused"
        assert session.hints[1].status == "queued"
        assert (await run.control.send(Continue((2,)))).ok
        await run.end()
    whole(directory)
    assert stored(directory).hints[1].status == "taken"


async def test_a_second_engine_is_refused_with_the_holder(root: Path) -> None:
    directory = await new_session(root)
    async with running(directory):
        with pytest.raises(SessionBusy) as refused:
            await finish(directory)
        assert refused.value.pid == os.getpid()
        with pytest.raises(EngineNotStarted, match=str(os.getpid())):
            await spawn(directory)


async def test_a_signal_makes_a_clean_checkpoint(root: Path) -> None:
    directory = await new_session(root, seed=3)
    process = host(directory)
    with process:
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        family = descendants(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
        assert wait_gone(family) == set()
    session = stored(directory)
    assert session.closed is not None
    assert session.closed.reason == "interrupted"
    await finish(directory)
    whole(directory)


async def test_a_full_disk_stops_the_search_and_leaves_a_whole_session(root: Path) -> None:
    directory = await new_session(root, seed=3, limits=Limits(evaluations=3000))
    process = host_on_a_small_disk(directory)
    with process:
        out, _ = await asyncio.to_thread(process.communicate)
    assert process.returncode == 1
    assert "could not be written" in out.splitlines()[-1]
    assert "resume" in out.splitlines()[-1]
    before = stored(directory)  # reads without a fault: nothing is half-written
    assert 0 < before.spent.evaluations < 3000
    await Host(directory, Launch(Limits(evaluations=before.spent.evaluations + 3))).run()
    after = stored(directory)
    assert after.spent.evaluations == before.spent.evaluations + 3
    assert all(x.verdict is not None for x in after.candidates.values())
