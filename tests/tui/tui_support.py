"""Helpers of the terminal UI's tests: an application on a scripted session, and what it shows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot
from textual.strip import Strip
from tui_scripted import (
    Journal,
    RecordingControl,
    ScriptedFeed,
    ScriptedOpener,
    ScriptedSession,
    demo,
)

from workbench.display.opener import Exit
from workbench.display.tui.app import WorkbenchApp
from workbench.engine.feed import Update


class Stage:
    """A running application with its scripted session."""

    def __init__(
        self,
        app: WorkbenchApp,
        pilot: Pilot[Exit],
        feed: ScriptedFeed,
        control: RecordingControl,
        opener: ScriptedOpener,
    ) -> None:
        self.app, self.pilot = app, pilot
        self.feed, self.control, self.opener = feed, control, opener

    async def settle(self) -> None:
        """Let messages, workers and repaints come to rest."""
        await self.pilot.pause()
        self.app.repaint_view()
        await self.pilot.pause()

    async def push(self, *updates: Update) -> None:
        self.feed.push(*updates)
        await self.feed.delivered()
        await self.settle()

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    def strips(self) -> list[Strip]:
        """The screen in front as it is drawn, row by row."""
        return self.app.screen._compositor.render_strips(self.app.size)

    def rows(self) -> list[str]:
        return [strip.text for strip in self.strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.rows())


@asynccontextmanager
async def stage(
    journal: Journal | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    live: bool = True,
    control: bool = True,
    opener: ScriptedOpener | None = None,
    home: bool = False,
    theme: str = "",
) -> AsyncIterator[Stage]:
    """Run the application on a scripted session; `home` starts at the list of sessions."""
    feed = ScriptedFeed(journal or demo(steps=12), live=live)
    steering = RecordingControl()
    session = ScriptedSession(feed, steering if control else None)
    desk = opener or ScriptedOpener(session=session)
    app = WorkbenchApp(desk, None if home else session)
    if theme:
        app.theme = theme
    async with app.run_test(size=size) as pilot:
        one = Stage(app, pilot, feed, steering, desk)
        await one.settle()
        yield one
