"""A score that was confirmed, or could not be, and one of a shared sandbox: told with the rest."""

from __future__ import annotations

import io
from pathlib import Path

from tui_scripted import Journal, ScriptedFeed

from workbench.display import plain, summary
from workbench.display.tui.render import verdict as render
from workbench.model import event as ev
from workbench.model.event import Record
from workbench.model.session import Session
from workbench.model.verdict import Outcome, Verdict

CONFIRMED = Verdict(
    Outcome.SCORED,
    "time 7",
    score=7.0,
    reward=7.0,
    verification="shared",
    tier="namespaces",
    raw_score=9.5,
    confirmations=3,
    confirmed_min=6.5,
    confirmed_max=7.25,
)
DENIED = Verdict(
    Outcome.INVALID, "it scored 9.5 once, but …", raw_score=9.5, confirmations=2, tier="container"
)


def judged(verdict: Verdict) -> tuple[Journal, list[Record]]:
    journal = Journal()
    journal.open()
    journal.initial()
    journal.lineage(1)
    known = len(journal.records)
    journal.move(1, 1)
    number = journal.propose(1, 1, (1,), "a\n", note="faster")
    journal.add(ev.VerdictReached(number, 1, verdict))
    later = journal.records[known:]
    del journal.records[known:]
    return journal, later


async def told(verdict: Verdict) -> str:
    journal, later = judged(verdict)
    feed = ScriptedFeed(journal)
    feed.push(*later)
    feed.close()
    out = io.StringIO()
    await plain.follow(feed, Path("/sessions/one"), out)
    return out.getvalue()


def pane(verdict: Verdict) -> list[str]:
    journal, later = judged(verdict)
    session = Session([*journal.records, *later])
    lines = render.lines(session.candidates[2], session.facts, session.best)
    return [line.plain for line in lines]


async def test_the_feed_says_raw_and_confirmed_and_shared() -> None:
    assert "7× (shared, confirmed, raw 9.5) new best" in await told(CONFIRMED)
    plainly = Verdict(Outcome.SCORED, "time 7", score=7.0, reward=7.0)
    assert "7× new best" in await told(plainly)


def test_the_pane_says_how_often_and_how_far_apart() -> None:
    shown = "\n".join(" ".join(line.split()) for line in pane(CONFIRMED))
    assert "raw score 9.5" in shown
    assert "confirmed 3 times, 6.5 to 7.25, their median above" in shown
    assert "verified shared · namespaces" in shown
    denied = "\n".join(" ".join(line.split()) for line in pane(DENIED))
    assert "raw score 9.5" in denied
    assert "confirmed not, tried 2 times" in denied


def test_the_summary_has_both_scores_and_how_they_came_about() -> None:
    journal, later = judged(CONFIRMED)
    session = Session([*journal.records, *later])
    said = summary.candidate(session.candidates[2], session.facts)
    assert (said["score"], said["raw_score"]) == (7.0, 9.5)
    assert (said["verification"], said["tier"]) == ("shared", "namespaces")
