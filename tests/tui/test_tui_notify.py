"""What is told in passing: what nobody did, joined, at most so often, and as a person wants it."""

from __future__ import annotations

import pytest
from textual import events
from tui_scripted import Journal, demo
from tui_support import Stage, stage

from workbench.display.config.settings import Settings
from workbench.display.tui.notify import Notice, Notices, desktop_sequence
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.model.session import Session


class Told:
    """A session whose journal is written on, and what is told of it."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.session = Session(journal.records)
        self.notices = Notices(self.session)
        self._seen = len(journal.records)

    def at(self, now: float) -> list[Notice]:
        """What is told at `now` of all that was written since."""
        for record in self.journal.records[self._seen :]:
            self.session.apply(record)
            self.notices.note(record)
        self._seen = len(self.journal.records)
        return self.notices.due(now)


def test_nothing_of_what_was_there_is_news() -> None:
    assert Told(demo(steps=3)).at(0.0) == []


def test_a_new_best_is_told_with_score_gain_and_lineage() -> None:
    told = Told(demo(steps=1))
    told.journal.step(2, 2, 1, 2.0, "a\n")
    (notice,) = told.at(0.0)
    assert (notice.kind, notice.title) == ("best", "New best")
    assert notice.text.startswith("2× by L2 (+")
    told.journal.step(3, 2, 1, 1.5, "b\n")  # a best of its lineage alone
    assert told.at(60.0) == []


def test_bests_that_follow_each_other_fast_are_told_as_one() -> None:
    told = Told(demo(steps=1))
    told.journal.step(1, 2, 1, 2.0, "a\n")
    assert len(told.at(0.0)) == 1
    told.journal.step(2, 2, 1, 3.0, "b\n")
    told.journal.step(3, 2, 1, 4.5, "c\n")
    assert told.at(9.9) == []
    (notice,) = told.at(10.0)
    assert notice.text.startswith("4.5× by L3 (+2.5)")
    assert told.at(60.0) == []


def test_a_best_that_a_person_finds_wrong_is_told_no_more() -> None:
    told = Told(demo(steps=1))
    told.journal.step(1, 2, 1, 2.0, "a\n")
    told.at(0.0)
    wrong = told.journal.step(2, 2, 1, 3.0, "b\n")
    told.journal.add(ev.CandidateJudged(wrong, "cheats", "me"))
    assert told.at(60.0) == []


def test_lineages_that_stop_by_themselves_are_told_together_by_reason() -> None:
    told = Told(demo(steps=1))
    told.journal.add(ev.LineageStopped(1, "budget"))
    told.journal.add(ev.LineageStopped(2, "budget"))
    told.journal.add(ev.LineageStopped(3, "model", "the [key] is refused"))
    told.journal.add(ev.LineageStopped(4, "person"))
    both, refused = told.at(0.0)
    assert both == Notice("stopped", "L1 L2 stopped", "budget")
    assert refused == Notice("stopped", "L3 stopped", "model: the [key] is refused", "error")


def test_lineages_that_stop_one_after_the_other_do_not_fill_the_screen() -> None:
    told = Told(demo(steps=2))
    told.journal.add(ev.LineageStopped(1, "budget"))
    assert [x.title for x in told.at(0.0)] == ["L1 stopped"]
    told.journal.add(ev.LineageStopped(2, "budget"))
    assert told.at(3.0) == []
    told.journal.add(ev.LineageStopped(3, "budget"))
    assert [x.title for x in told.at(12.0)] == ["L2 L3 stopped"]


def test_the_budget_is_told_at_eighty_percent_and_when_it_is_used_up() -> None:
    journal = Journal(limits=Limits(evaluations=5))
    journal.open()
    journal.initial()
    journal.lineage(1)
    told = Told(journal)
    texts = []
    for step in range(1, 5):
        journal.step(1, step, 1, 0.5, f"{step}\n")
        texts.append([x.text for x in told.at(step * 20.0)])
    assert texts[:2] == [[], []]
    assert texts[2][0].startswith("80% of the budget is used: 4/5 ev")
    assert texts[3][0].startswith("100% of the budget is used: 5/5 ev")
    journal.add(ev.BudgetChanged(Limits(evaluations=6)))  # a person knows what they did
    assert told.at(100.0) == []
    journal.step(1, 5, 1, 0.5, "5\n")
    assert [x.kind for x in told.at(120.0)] == ["budget"]


def test_faults_of_the_machine_are_joined_and_so_are_its_pauses_told() -> None:
    told = Told(demo(steps=1))
    for attempt in (1, 2, 3):
        told.journal.add(ev.InfrastructureFailed(2, 1, attempt, "no [space] left"))
    told.journal.add(ev.PauseRequested((1, 2), "engine", "the disk is full"))
    told.journal.add(ev.PauseRequested((3,), "me"))
    paused, failed = told.at(0.0)
    assert (paused.title, paused.text) == ("L1 L2 paused by the engine", "the disk is full")
    assert failed.text == ("#2 could not be verified: no [space] left (2 more in the last seconds)")
    assert {paused.severity, failed.severity} == {"error"}


@pytest.mark.parametrize("tmux", [False, True])
def test_the_desktop_is_told_in_the_terminal_s_own_words(tmux: bool) -> None:
    notice = Notice("best", "New; best", "2\x07.8 \x1b]0;x\x07 by L1; #9")
    plain = desktop_sequence("osc9", notice, tmux=False)
    assert plain == "\x1b]9;New, best: 2.8 by L1, #9\x07"
    titled = desktop_sequence("osc777", notice, tmux)
    said = "\x1b]777;notify;New, best;2.8 by L1, #9\x07"
    assert titled == (f"\x1bPtmux;\x1b{said}\x1b\\" if tmux else said)


def wanting(**kinds: bool | str) -> Settings:
    settings = Settings()
    settings.change("glyphs", "unicode")
    for name, value in kinds.items():
        settings.change(f"notify.{name}", value)
    return settings


async def rise(one: Stage, reward: float = 9.5) -> None:
    """Have a lineage reach a new best."""
    journal = one.feed.journal
    before = len(journal.records)
    journal.step(2, 99, 1, reward, f"{reward}\n")
    await one.push(*journal.records[before:])


async def test_a_new_best_is_on_the_screen_and_may_be_switched_off() -> None:
    async with stage(demo(steps=2)) as one:
        await rise(one)
        assert "9.5× by L2" in one.notices()
    async with stage(demo(steps=2), settings=wanting(best=False)) as one:
        await rise(one)
        assert one.notices() == ""


async def test_bell_and_desktop_are_for_a_terminal_out_of_focus(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    rung: list[str] = []
    settings = wanting(bell=True, desktop="osc9")
    async with stage(demo(steps=2), settings=settings) as one:
        assert one.app._driver is not None
        monkeypatch.setattr(one.app, "bell", lambda: rung.append("bell"))
        monkeypatch.setattr(one.app._driver, "write", rung.append)
        notice = Notice("stopped", "L1 stopped", "budget")
        one.app.tell([notice])
        assert rung == []
        one.app.post_message(events.AppBlur())
        await one.pilot.pause()
        one.app.tell([notice])
        assert rung == ["bell", "\x1b]9;L1 stopped: budget\x07"]
        one.app.tell([])
        one.app.post_message(events.AppFocus())
        await one.pilot.pause()
        one.app.tell([notice])
        assert len(rung) == 2
    async with stage(demo(steps=2)) as one:  # off, unless a person wants it
        monkeypatch.setattr(one.app, "bell", lambda: rung.append("bell"))
        one.app.post_message(events.AppBlur())
        await one.pilot.pause()
        one.app.tell([notice])
        assert len(rung) == 2
