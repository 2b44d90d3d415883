"""`plain` and `json` on a scripted journal: each event once, in order, safe to print."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from tui_scripted import Journal, ScriptedFeed, live

from workbench.display import jsonl, plain, summary
from workbench.model import event as ev
from workbench.model.event import Record
from workbench.model.limits import Limits
from workbench.model.session import Session
from workbench.model.verdict import Direction, Outcome

PATH = Path("/sessions/one")


def begun(**facts: object) -> Journal:
    """A session with its first candidate scored and one lineage."""
    journal = Journal(**facts)
    journal.open()
    journal.initial()
    journal.lineage(1)
    return journal


def following(journal: Journal, known: int) -> ScriptedFeed:
    """A feed that knows the first `known` records and brings the others as updates."""
    later = journal.records[known:]
    del journal.records[known:]
    feed = ScriptedFeed(journal)
    feed.push(*later)
    feed.close()
    return feed


async def plain_lines(journal: Journal, known: int) -> list[str]:
    out = io.StringIO()
    await plain.follow(following(journal, known), PATH, out)
    return out.getvalue().splitlines()


async def json_lines(feed: ScriptedFeed) -> list[dict[str, Any]]:
    out = io.StringIO()
    await jsonl.follow(feed, PATH, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


async def test_plain_tells_head_events_and_result() -> None:
    journal = begun()
    known = len(journal.records)
    journal.step(1, 1, 1, 1.5, "a\n")
    journal.step(1, 2, 2, 1.2, "b\n")
    journal.step(1, 3, 2, None, "c\n")
    journal.add(ev.LineageStopped(1, "budget", "its share is used up"))
    journal.add(ev.EngineClosed("finished"))
    lines = await plain_lines(journal, known)
    assert lines == [
        "matmul-tile (matmul-tile): maximize speed-up, best known 3.1",
        "1 lineage, seed 1, may spend $5.00, 399 evaluations",
        "session /sessions/one",
        "00:08 L1   ★ #2 1.5× new best +0.5  unroll by 1",
        "00:12 L1   " + lines[4][11:],
        "00:16 L1   " + lines[5][11:],
        "00:16 L1   ■ stopped: budget its share is used up",
        lines[7],
        "finished: 4/400 ev · $0.03/5.00 in 0:16",
        "best 1.5× (#2, L1), from 1×",
    ]
    assert "#3 1.2× no gain" in lines[4]
    assert "#4" in lines[5]
    assert "ran past 10 s" in lines[5]
    assert "engine closed: finished" in lines[7]


@pytest.mark.parametrize(
    ("proposer", "options", "told"),
    [
        ("mutation", {}, None),
        ("anthropic:x", {"models": ["anthropic:x"]}, "proposed by anthropic:x"),
        ("command", {"command": "agent", "network": True}, "by command: agent (network on)"),
    ],
)
async def test_plain_names_models_and_commands_in_its_head(
    proposer: str, options: dict[str, object], told: str | None
) -> None:
    journal = begun()
    journal.add(ev.ProposerChosen((1,), proposer, options))
    journal.add(ev.EngineClosed("finished"))
    lines = await plain_lines(journal, len(journal.records) - 1)
    head = lines[: lines.index("session /sessions/one")]
    assert (len(head) == 2) == (told is None)
    assert told is None or told in head[2]


async def test_plain_shows_the_score_as_the_task_counts_it() -> None:
    journal = begun(direction=Direction.MINIMIZE, unit="ms", score_name="time")
    known = len(journal.records)
    journal.step(1, 1, 1, 1.25, "a\n")
    lines = await plain_lines(journal, known)
    assert lines[0].startswith("matmul-tile (matmul-tile): minimize time")
    assert "★ #2 −1.25 ms new best −0.25" in lines[3]
    assert lines[-1] == "best −1.25 ms (#2, L1), from −1 ms"


async def test_plain_without_a_feasible_candidate_says_so() -> None:
    journal = Journal()
    journal.open()
    journal.propose(None, 0, (), "x\n")
    journal.verdict(None, None, Outcome.INFEASIBLE, "circles overlap")
    journal.lineage(1)
    lines = await plain_lines(journal, 2)
    assert any("#1" in line and "circles overlap" in line for line in lines)
    assert lines[-1] == "no feasible candidate"


@pytest.mark.parametrize("rude", ["\x1b]0;owned\x07", "\x1b[2J", "\x9b31m", "\u202e", "\r\n"])
async def test_plain_prints_no_control_of_others(rude: str) -> None:
    journal = begun(title=f"mat{rude}mul", task="mat", score_name=f"sp{rude}eed", unit=f"×{rude}")
    known = len(journal.records)
    journal.add(ev.HintQueued(1, f"try{rude}this", (1,), author=f"me{rude}"))
    journal.propose(1, 1, (1,), "a\n", note=f"no{rude}te")
    journal.verdict(1, None, Outcome.FAILED, f"exit{rude} 1")
    journal.add(ev.EngineClosed("interrupted", f"disk{rude}"))
    journal.add(ev.EngineOpened(1, "host", "0", f"line{rude}", "none"))
    lines = await plain_lines(journal, known)
    assert "\n".join(lines).isprintable() or all(line.isprintable() for line in lines)
    assert len(lines) == 3 + 4 + 2


async def test_plain_is_loud_without_isolation() -> None:
    lines = await plain_lines(begun(sandbox="process"), 4)
    assert lines[3] == plain.UNSAFE
    assert not any("WARNING" in line for line in await plain_lines(begun(), 4))


async def test_json_prints_every_record_once_and_no_progress() -> None:
    journal = begun()
    known = len(journal.records)
    journal.step(1, 1, 1, 1.5, "a\n")
    closed = journal.add(ev.EngineClosed("finished"))
    later = journal.records[known:]
    del journal.records[known:]
    feed = ScriptedFeed(journal)
    feed.push(live(1, "proposing"), *later[:2], live(1, "verifying"), *later[2:])
    feed.close()
    lines = await json_lines(feed)
    assert [line.get("seq") for line in lines] == [*(x.seq for x in later), None]
    assert [line["kind"] for line in lines] == [*(ev.kind_of(x.event) for x in later), "finished"]
    assert lines[0]["lineage"] == 1
    assert lines[-2]["elapsed"] == closed.elapsed
    assert lines[-1]["best"] == {"candidate": 2, "reward": 1.5, "score": 1.5, "feasible": True}
    assert lines[-1]["session"] == str(PATH)


async def test_every_kind_of_event_is_a_json_line_of_its_own_kind() -> None:
    journal = begun()
    journal.step(1, 1, 1, 1.5, "a\n")
    journal.move(1, 2)
    told: list[ev.AnyEvent] = [
        ev.ProposalFailed(1, 2, "unusable", "two\nlines\u2028"),
        ev.HintQueued(1, "a\nb", (1,)),
        ev.HintEdited(1, "c"),
        ev.HintTaken(1, 1, 3),
        ev.HintWithdrawn(1),
        ev.PauseRequested((1,), "person"),
        ev.LineagePaused(1),
        ev.LineageResumed((1,), "person"),
        ev.BudgetChanged(Limits(evaluations=9)),
        ev.SharesAllotted({1: Limits(evaluations=9)}, "budget changed"),
        ev.InfrastructureFailed(2, 1, 1, "no fork"),
        ev.Heartbeat(),
        ev.LineageStopped(1, "person"),
    ]
    known = len(journal.records)
    for event in told:
        journal.add(event)
    lines = await json_lines(following(journal, known))
    assert [line["kind"] for line in lines[:-1]] == [ev.kind_of(x) for x in told]
    assert lines[-1]["kind"] == "interrupted"


def folded(*records: Record) -> Session:
    return Session(records)


def test_the_summary_holds_what_scripts_rely_on() -> None:
    journal = begun()
    journal.step(1, 1, 1, 1.5, "a\n")
    journal.step(1, 2, 2, None, "b\n")
    journal.add(ev.HintQueued(1, "wider", (1,), standing=True, author="me"))
    journal.add(ev.HintTaken(1, 1, 3))
    session = folded(*journal.records)
    told = json.loads(json.dumps(summary.session(session, PATH, "running"), allow_nan=False))
    assert told["state"] == "running"
    assert [x["status"] for x in told["candidates"]] == ["scored", "scored", "timeout"]
    assert [x["parents"] for x in told["candidates"]] == [[], [1], [2]]
    assert [x["feasible"] for x in told["candidates"]] == [True, True, False]
    assert told["best"]["candidate"] == told["lineages"][0]["best"]["candidate"] == 2
    assert told["hints"][0]["taken"]["1"]["step"] == 3
    assert told["spent"]["proposals"] == 2


def test_a_candidate_without_its_verdict_is_unverified() -> None:
    journal = begun()
    journal.move(1, 1)
    journal.propose(1, 1, (1,), "a\n")
    told = summary.session(folded(*journal.records), PATH, "interrupted")["candidates"][-1]
    assert (told["status"], told["reward"], told["feasible"]) == ("unverified", None, False)


def test_a_session_before_its_first_verdict_has_no_best() -> None:
    journal = Journal()
    told = summary.ending(folded(*journal.records), PATH, "interrupted")
    assert (told["initial"], told["best"], told["evaluations"]) == (None, None, 0)
