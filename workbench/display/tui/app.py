"""The application: one session at a time in front, the list of all behind it."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import ModalScreen, Screen
from textual.timer import Timer

from workbench.display.config.model import Value
from workbench.display.config.place import config_file
from workbench.display.config.settings import Settings
from workbench.display.opener import (
    Attached,
    Exit,
    OpenFailed,
    OpenMode,
    SessionOpener,
    Words,
    mode_for,
)
from workbench.display.tui import notify, palette, picture
from workbench.display.tui.looks import Looks
from workbench.display.tui.notify import Notice
from workbench.display.tui.run import Run
from workbench.display.tui.screens.base import RunScreen
from workbench.display.tui.screens.dashboard import Dashboard
from workbench.display.tui.screens.home import Home
from workbench.display.tui.screens.opening import Opening
from workbench.display.tui.screens.settings import SettingsScreen
from workbench.display.tui.screens.study import StudyScreen
from workbench.display.tui.screens.themes import ThemeChooser
from workbench.display.tui.themes import palette as colours
from workbench.study.status import Watched

LONG = 5_000
"""Records from which a journal takes so long to be read that something is shown meanwhile."""
REPAINT_SECONDS = 0.15
"""Shortest time between repaints of what comes from the feed."""
THEME_SECONDS = 1.0
"""How often a person's own themes are looked at."""
INTERRUPT_SECONDS = 5.0
"""A second ctrl+c within this time leaves."""

WIDTHS = [(0, "-tiny"), (60, "-narrow"), (100, "-mid"), (140, "-wide")]
"""Style class of a screen by its columns."""
HEIGHTS = [(0, "-flat"), (16, "-short"), (30, "-tall"), (36, "-full")]
"""Style class of a screen by its rows."""


class WorkbenchApp(App[Exit]):
    """Shows sessions that an opener hands out. Knows feeds and controls, no engine."""

    TITLE = "workbench"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "toggle_help", "Help", id="app.help", key_display="?"),
        Binding("comma", "settings", "Settings", id="app.settings", show=False, key_display=","),
        Binding("ctrl+t", "themes", "Theme", id="app.theme", show=False),
        Binding("ctrl+s", "picture", "Save picture", id="app.picture", show=False, priority=True),
        Binding(
            "ctrl+p", "command_palette", "Palette", id="app.palette", show=False, priority=True
        ),
        Binding("ctrl+q", "leave_now", "Quit at once", id="app.quit", show=False, priority=True),
        Binding("ctrl+c", "interrupt", "Twice: quit", id="app.interrupt", show=False, system=True),
    ]

    def __init__(
        self,
        opener: SessionOpener,
        attached: Attached | None = None,
        first: tuple[str, OpenMode] | None = None,
        settings: Settings | None = None,
        study: Watched | None = None,
    ) -> None:
        """Start with `attached` in front, or the session to be opened `first`, or a `study`, or the
        list.

        `settings` are a person's own; by default none, and what is changed lasts for this run.
        """
        super().__init__()
        self.opener = opener
        self.run_in_front: Run | None = None
        self._first = attached
        self._open_first = first
        self._study = study
        self.failed: OpenFailed | None = None
        """Why what was to be opened first could not be."""
        self._painted = (-1, 0)
        self._painted_at = 0.0
        self._paint_due: Timer | None = None
        self._interrupted = 0.0
        self.looks = Looks(self, settings or Settings())

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give themes that are not ours a palette for curves and diffs."""
        return colours.defaults(self.current_theme)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Spell signs in ASCII, last of all, where they must be."""
        filters = super().get_line_filters()
        return [*filters, self.looks.ascii] if self.looks.ascii.enabled else filters

    async def on_mount(self) -> None:
        """Show the first screen and start repainting."""
        if self.looks.problems:
            self.notify(self.looks.problems, severity="error", markup=False, timeout=10)
        self.looks.map_keys()
        await self.push_screen(Home(self.opener))
        if self._study is not None:
            await self.push_screen(StudyScreen(self._study))
        if self._first is not None:
            await self.show_session(self._first)
        if self._open_first is not None:
            self.open_session(*self._open_first, only=True)
        self.set_interval(1.0, self.repaint_view)  # time goes by without an update too
        self.set_interval(THEME_SECONDS, self.follow_themes)

    def follow_themes(self) -> None:
        """Show changes of a person's own themes at once."""
        problems = self.looks.themes.poll()
        if problems:
            self.notify(problems, severity="error", markup=False, timeout=10)

    def on_change(self) -> None:
        """Have the view painted soon: at once after a rest, else `REPAINT_SECONDS` later."""
        if self._paint_due is None:
            rest = self._painted_at + REPAINT_SECONDS - time.monotonic()
            self._paint_due = self.set_timer(max(0.001, rest), self.repaint_view)

    def repaint_view(self) -> None:
        """Repaint the screen in front if its view has changed, or a second has gone by live."""
        if self._paint_due is not None:
            self._paint_due.stop()  # the clock may come first: two due at once would never be one
        self._paint_due, self._painted_at = None, time.monotonic()
        run = self.run_in_front
        if run is None or not self.is_running:
            return  # no session, or the screens are being taken down
        self.tell(run.notices.due(time.monotonic()))
        second = int(time.time()) if run.view.attached else 0
        state = (run.view.version, second)
        if state == self._painted:
            return
        # What stands behind a question is seen, what stands behind another screen is not.
        seen = next(s for s in reversed(self.screen_stack) if not isinstance(s, ModalScreen))
        if isinstance(seen, RunScreen) and seen.ready:
            only_time = state[0] == self._painted[0]
            self._painted = state
            if only_time:
                seen.refresh_clock()
            else:
                seen.refresh_view()

    def tell(self, notices: Iterable[Notice]) -> None:
        """Show what a person wants to be told; loudly, if so set, while they look elsewhere."""
        wanted = self.looks.settings.config.notify
        told = [notice for notice in notices if getattr(wanted, notice.kind)]
        for one in told:
            self.notify(one.text, title=one.title, severity=one.severity, markup=False)
        if not told or self.app_focus:
            return
        if wanted.bell:
            self.bell()
        if wanted.desktop != "off" and self._driver is not None:
            for one in told:
                self._driver.write(
                    notify.desktop_sequence(wanted.desktop, one, "TMUX" in os.environ)
                )

    async def show_session(self, attached: Attached) -> None:
        """Put a session in front and follow its feed."""
        await self.close_session()
        run = self.run_in_front = Run(attached, self.on_change)
        self._painted = (-1, 0)
        self.run_worker(run.drain(), group="drain", exclusive=True)
        await self.push_screen(Dashboard(run))

    async def close_session(self) -> None:
        """Let go of the session in front; its engine runs on."""
        run, self.run_in_front = self.run_in_front, None
        if run is not None:
            self.workers.cancel_group(self, "drain")
            await run.attached.close()

    def open_session(self, path: str, mode: OpenMode, only: bool = False) -> None:
        """Open a session; says why if it cannot be opened, and then, if it is the `only` one that
        is wanted, leaves."""

        async def work() -> None:
            glance = await self.opener.glance(path)
            if glance is not None and glance.records >= LONG:
                await self.push_screen(Opening(glance))
            try:
                attached = await self.opener.open(path, mode)
            except OpenFailed as error:
                if only:
                    self.failed = error
                    self.depart(Exit())
                    return
                await self._close_opening()
                self.notify(str(error), severity="error", markup=False, timeout=10)
            else:
                await self._close_opening()
                await self.show_session(attached)

        self.run_worker(work(), group="open", exclusive=True)

    async def _close_opening(self) -> None:
        if isinstance(self.screen, Opening):
            await self.pop_screen()

    def start_session(self, words: Words) -> None:
        """Begin a new session; says why if it cannot be started."""

        async def work() -> None:
            try:
                await self.show_session(await self.opener.start(words))
            except OpenFailed as error:
                self.notify(str(error), severity="error", markup=False, timeout=10)

        self.run_worker(work(), group="open", exclusive=True)

    async def action_home(self) -> None:
        """Back to the study, or from it to the list of sessions; the engine of this one runs on."""
        self.workers.cancel_group(self, "open")
        if isinstance(self.screen, StudyScreen):
            await self.pop_screen()
        while len(self.screen_stack) > 1 and not isinstance(self.screen, Home | StudyScreen):
            await self.pop_screen()
        await self.close_session()
        if isinstance(self.screen, Home):
            self.screen.reload()

    def depart(self, farewell: Exit) -> None:
        """Leave the application with what is to be said afterwards."""
        self.exit(farewell)

    def action_leave_now(self) -> None:
        """Leave at once; an engine runs on."""
        self.depart(Exit() if self.run_in_front is None else self.run_in_front.leave())

    def action_interrupt(self) -> None:
        """Leave on the second ctrl+c in a row; an engine runs on."""
        now = time.monotonic()
        if now - self._interrupted <= INTERRUPT_SECONDS:
            self.action_leave_now()
            return
        self._interrupted = now
        self.notify("press ctrl+c again to quit; a running engine runs on", markup=False)

    def action_settings(self) -> None:
        """Show every setting, to be changed."""
        if not isinstance(self.screen, SettingsScreen):
            self.push_screen(SettingsScreen(self.looks))

    def action_themes(self, then: Callable[[], None] = lambda: None) -> None:
        """Choose a theme, each shown as one comes to it; `then` is called once one is chosen."""

        def chosen(name: str | None) -> None:
            if name is not None:
                self.change_setting("theme", name)
                then()

        self.push_screen(ThemeChooser(self.looks.themes), chosen)

    def change_setting(self, key: str, value: Value | None) -> None:
        """Put a setting in force; says so if it cannot be kept for the next start."""
        problem = self.looks.change(key, value)
        if problem:
            self.notify(problem, severity="error", markup=False, timeout=10)

    def action_picture(self) -> None:
        """Save an SVG of the screen in front and say where."""
        try:
            path = picture.save(self)
        except OSError as error:
            told = f"no picture was saved: {error.strerror or error} ({picture.folder()})"
            self.notify(told, severity="error", markup=False)
        else:
            self.notify(f"saved {path}", title="Picture", markup=False)

    def action_toggle_help(self) -> None:
        """Show or hide the keys of the screen in front."""
        if self.screen.query("HelpPanel"):
            self.action_hide_help_panel()
        else:
            self.action_show_help_panel()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Offer every action of the screen in front, then Textual's own commands."""
        yield from palette.commands(self, screen)
        for command in super().get_system_commands(screen):
            # Ours say more.
            if command.title not in ("Quit", "Keys", "Theme", "Screenshot", "Maximize", "Minimize"):
                yield command


async def run_app(opener: SessionOpener, start: str | None, study: Watched | None = None) -> Exit:
    """Run the terminal UI until a person leaves it.

    `start` is the path or id of a session to show first; None shows the `study`, or the list of
    sessions.
    Raises `OpenFailed` if that session cannot be opened.
    """
    first: tuple[str, OpenMode] | None = None
    if start is not None:
        rows = [row for row in await opener.sessions() if start in (row.path, row.id)]
        path = rows[0].path if rows else start
        first = path, mode_for(rows[0]) if rows else "attach"
    app = WorkbenchApp(opener, first=first, settings=Settings(config_file()), study=study)
    gc.freeze()  # modules and classes stay: each look at them all holds the keys up for 50 ms
    try:
        farewell = await app.run_async()
    finally:
        await app.close_session()
    if app.failed is not None:
        raise app.failed
    return farewell or Exit()
