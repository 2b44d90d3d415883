"""Eight lineages of fifty steps, one call in ten failing, killed again and again: all is accounted.

The server's own record is held against the journal: no reply is lost or paid twice, none that had
arrived is asked for again, and costs agree to the token.
"""

from __future__ import annotations

import asyncio
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from engine_support import events, new_session, stored
from loopback_support import KINDS, PRICE, chosen, named

from workbench.dev import FakeModel, Pace, Script, SeededFaults
from workbench.dev.record import Call
from workbench.model import event as ev
from workbench.model.calls import calls_in
from workbench.model.limits import Spend

HOST = Path(__file__).parent / "quick_host.py"
KILLS = 6
LINEAGES, STEPS = 8, 50

Made = ev.ProposalMade
Told = Made | ev.ProposalFailed


def engine(directory: Path) -> subprocess.Popen[bytes]:
    """Start an engine in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, str(HOST), str(directory)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


async def killed_again_and_again(directory: Path, server: FakeModel, rng: random.Random) -> int:
    """Run the session to its end through `KILLS` kills, each at some call; return how many."""
    kills = 0
    while True:
        process = engine(directory)
        ending = asyncio.ensure_future(asyncio.to_thread(process.wait))
        wanted = server.counts.calls + rng.randint(5, 80)
        reached = asyncio.ensure_future(server.until(lambda now, n=wanted: now.calls >= n))
        if kills < KILLS:
            await asyncio.wait({ending, reached}, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(rng.uniform(0, 0.05))  # some instant of the calls under way
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
        code = await ending
        reached.cancel()
        if code != -signal.SIGKILL:
            assert code == 0
            return kills


def requests(told: list[Told]) -> list[str]:
    """The provider's identifiers of the calls that the journal knows an answer of."""
    return [str(event.detail["request"]) for event in told if calls_in(event.detail)]


@pytest.mark.timeout(300)
async def test_no_reply_is_lost_paid_twice_or_asked_for_again(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(
        inject=SeededFaults(0.1, seed=11, retry_after=0.05), pace=Pace(0.01, 0.0005), keep=10_000
    )
    async with FakeModel(script) as server:
        name = named("anthropic", server, monkeypatch)
        directory = await new_session(
            root, **chosen(name, lineages=LINEAGES, evaluations=LINEAGES * STEPS, max_barren=1000)
        )
        kills = await killed_again_and_again(directory, server, random.Random(4))
        calls = {f"req_{call.number:024x}": call for call in server.calls}
    assert kills == KILLS
    session = stored(directory)
    assert session.state == "finished"
    assert session.spent.evaluations == LINEAGES * STEPS + 1
    assert {x.stopped for x in session.lineages.values()} == {"budget"}
    told = [e for e in events(directory) if isinstance(e, Told) and e.lineage is not None]
    lost = [e for e in events(directory) if isinstance(e, ev.ProposalLost)]
    completed = {request for request, call in calls.items() if call.outcome == "completed"}
    answered = requests(told)
    # Each answer once; one that had arrived whole and is not there was in flight at a kill.
    assert len(answered) == len(set(answered))
    assert len(completed - set(answered)) <= len(lost) <= KILLS * LINEAGES
    assert len(completed & set(answered)) > 0.9 * len(completed)
    ends = Counter((event.lineage, event.step) for event in (*told, *lost))
    assert set(ends.values()) == {1}
    # Every call the server saw is in the journal: answered, failed, or cut by a kill. One that was
    # asked for again would be one more.
    failed = [e for e in events(directory) if isinstance(e, ev.CallFailed)]
    known = len(failed) + sum(e.reason != "aborted" for e in told if not isinstance(e, Made))
    known += sum(isinstance(e, Made) for e in told)
    assert known <= len(calls) <= known + len(lost)
    costs_agree(told, calls)
    moves = {(e.lineage, e.step): e for e in events(directory) if isinstance(e, ev.MoveChosen)}
    for cut in lost:
        assert cut.spend == moves[cut.lineage, cut.step].reserved + Spend(unknown=1)
    assert session.spent.unknown >= len(lost)


def costs_agree(told: list[Told], calls: dict[str, Call]) -> None:
    """What the journal paid for each whole answer is what the server counted, at its price."""
    checked = 0
    for event in told:
        for call in calls_in(event.detail):
            served = calls[str(event.detail["request"])]
            if served.outcome == "completed":
                used = {kind: getattr(served.usage, kind) for kind in KINDS}
                assert {kind: getattr(call, kind) for kind in KINDS} == used
                assert call.usd == pytest.approx(sum(used[k] * PRICE[k] for k in KINDS) / 1e6)
                assert event.spend.usd == call.usd
                checked += 1
    assert checked > LINEAGES * STEPS * 0.8
