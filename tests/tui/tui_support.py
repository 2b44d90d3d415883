"""Helpers of the terminal UI's tests: an application on a scripted session, and what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
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

from workbench.display.config.settings import Settings
from workbench.display.opener import Exit
from workbench.display.tui.app import WorkbenchApp
from workbench.engine.feed import Update

BRIEF = {"command", "load", "open", "edit", "preview"}
"""Groups of workers that end by themselves; others wait for a person or for the feed."""


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
        busy = [w.wait() for w in self.app.workers if w.group in BRIEF and not w.is_finished]
        await asyncio.gather(*busy, return_exceptions=True)
        await self.pilot.pause()
        late = [w.wait() for w in self.app.workers if w.group in BRIEF and not w.is_finished]
        await asyncio.gather(*late, return_exceptions=True)
        self.app.repaint_view()
        await self.pilot.pause()

    async def push(self, *updates: Update) -> None:
        self.feed.push(*updates)
        await self.feed.delivered()
        await self.settle()

    async def until(self, true: Callable[[], bool]) -> None:
        """Let the application go on until something is `true`; fails after five seconds."""
        async with asyncio.timeout(5):
            while not true():
                await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settle()

    def strips(self) -> list[Strip]:
        """The screen in front as it is drawn, row by row."""
        return self.app.screen._compositor.render_strips(self.app.size)

    def rows(self) -> list[str]:
        return [strip.text for strip in self.strips()]

    def notices(self) -> str:
        """What the application has told in passing, and in the line at the bottom."""
        told = [notice.message for notice in self.app._notifications]
        return "\n".join([*told, *filter(None, [getattr(self.app.screen, "answer", "")])])

    @property
    def prose(self) -> str:
        """The same without frames and line breaks, for texts that wrap."""
        return " ".join(self.text.translate(dict.fromkeys(map(ord, "│╭╮╰╯─"), " ")).split())

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
    settings: Settings | None = None,
) -> AsyncIterator[Stage]:
    """Run the application on a scripted session; `home` starts at the list of sessions.

    Without `settings` all is as by default, whatever the locale of whoever runs the tests.
    """
    if settings is None:
        settings = Settings()
        settings.change("glyphs", "unicode")
    feed = ScriptedFeed(journal or demo(steps=12), live=live)
    steering = RecordingControl()
    session = ScriptedSession(feed, steering if control else None)
    desk = opener or ScriptedOpener(session=session)
    app = WorkbenchApp(desk, None if home else session, settings=settings)
    if theme:
        app.theme = theme
    app.animation_level = "none"
    async with app.run_test(size=size) as pilot:
        one = Stage(app, pilot, feed, steering, desk)
        await one.settle()
        yield one
