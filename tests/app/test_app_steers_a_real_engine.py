"""The real application over a real engine process: watch, pause, hint, resume, detach."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from engine_support import events, new_session, stored
from processes import descendants, wait_gone

from workbench.cli.desk import FullDesk
from workbench.display.tui.app import WorkbenchApp
from workbench.engine.client import SessionFeed
from workbench.engine.command import Shutdown
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.store import holder


class Second:
    """Another viewer of the same session: what it sees has been announced."""

    def __init__(self, feed: SessionFeed) -> None:
        self.feed = feed
        self._updates = feed.updates()

    async def until(self, wanted: Callable[[ev.AnyEvent], bool]) -> ev.AnyEvent:
        async for update in self._updates:
            if isinstance(update, ev.Record) and wanted(update.event):
                return update.event
        raise AssertionError("the feed ended first")


@pytest.mark.timeout(90)
async def test_pause_hint_and_resume_through_the_screen(root: Path) -> None:
    directory = await new_session(root, lineages=1, limits=Limits(evaluations=5000))
    desk = FullDesk(root)
    attached = await desk.open(str(directory), "resume")
    second = Second(await SessionFeed.open(directory))
    app = WorkbenchApp(desk, attached)
    async with app.run_test(size=(80, 24)) as pilot:
        await second.until(lambda e: isinstance(e, ev.VerdictReached) and e.lineage == 1)
        await pilot.press("space")
        await second.until(lambda e: isinstance(e, ev.LineagePaused))
        before = second.feed.session.lineages[1].step
        await pilot.press("h")
        await pilot.press(*"EAST = 1.75")
        await pilot.press("enter")
        await second.until(lambda e: isinstance(e, ev.HintQueued))
        assert second.feed.session.hints[1].text == "EAST = 1.75"
        assert second.feed.session.lineages[1].step == before
        await pilot.press("escape")
        await pilot.press("space")
        taken = await second.until(lambda e: isinstance(e, ev.HintTaken))
        await second.until(
            lambda e: (
                isinstance(e, ev.VerdictReached)
                and second.feed.session.candidates[e.candidate].step >= before + 5
            )
        )
        await pilot.press("q")
        await pilot.press("d")
    assert isinstance(taken, ev.HintTaken)
    assert taken.step == before + 1
    found = holder(directory)
    assert found is not None, "detaching leaves the engine at work"
    await second.feed.send(Shutdown())
    await second.until(lambda e: isinstance(e, ev.EngineClosed))
    await second.feed.aclose()
    session = stored(directory)
    steps = {x.step: x for x in session.candidates.values() if x.lineage == 1}
    assert "EAST" in steps[taken.step].note
    assert "EAST" in steps[taken.step].hint_note
    assert steps[taken.step].hints == (1,)
    assert not any(x.hints for step, x in steps.items() if step != taken.step)
    assert session.hints[1].taken[1].gain is not None
    steering = (
        ev.PauseRequested,
        ev.LineagePaused,
        ev.HintQueued,
        ev.LineageResumed,
        ev.HintTaken,
    )
    story = [ev.kind_of(e) for e in events(directory) if isinstance(e, steering)]
    assert story == [
        "pause_requested",
        "lineage_paused",
        "hint_queued",
        "lineage_resumed",
        "hint_taken",
    ]


@pytest.mark.timeout(60)
async def test_stopping_from_the_screen_ends_the_engine_at_a_checkpoint(root: Path) -> None:
    directory = await new_session(root, lineages=1, limits=Limits(evaluations=5000))
    desk = FullDesk(root)
    attached = await desk.open(str(directory), "resume")
    found = holder(directory)
    assert found is not None
    assert found.pid != os.getpid()
    second = Second(await SessionFeed.open(directory))
    app = WorkbenchApp(desk, attached)
    async with app.run_test(size=(100, 30)) as pilot:
        await second.until(lambda e: isinstance(e, ev.VerdictReached) and e.lineage == 1)
        family = descendants(found.pid)
        await pilot.press("q")
        await pilot.press("s")
        await second.until(lambda e: isinstance(e, ev.EngineClosed))
        await second.feed.aclose()
    session = stored(directory)
    assert session.closed is not None
    assert session.closed.reason == "interrupted"
    assert family
    assert wait_gone(family) == set()
