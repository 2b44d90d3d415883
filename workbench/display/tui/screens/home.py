"""The first screen: sessions to open again, tasks to begin."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from workbench.display.opener import SessionOpener, SessionRow, StartOptions, TaskRow, mode_for
from workbench.display.tui.render import home
from workbench.display.tui.screens.new_run import NewRun
from workbench.display.tui.widgets.rows import Rows


class Home(Screen[None]):
    """Sessions above, tasks below."""

    HELP = "Enter attaches to a running session, resumes an interrupted one, views a finished one."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New session", id="home.new"),
        Binding("r", "reload", "Reload", id="home.reload"),
        Binding("q", "app.leave_now", "Quit", id="home.quit"),
    ]

    def __init__(self, opener: SessionOpener) -> None:
        """List what `opener` knows."""
        super().__init__()
        self._opener = opener
        self._sessions: list[SessionRow] = []
        self._tasks: list[TaskRow] = []

    def compose(self) -> ComposeResult:
        """Two lists."""
        yield Static(Content.styled(" workbench  sessions and tasks", "bold"), id="title")
        yield Rows(id="sessions", empty="no session yet: choose a task below and press enter")
        yield Rows(id="tasks", empty="no task found")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Name the lists and fill them."""
        sessions = self.query_one("#sessions", Rows)
        sessions.border_title, sessions.border_subtitle = "Sessions", "⏎ attach, resume or view"
        tasks = self.query_one("#tasks", Rows)
        tasks.border_title, tasks.border_subtitle = "Tasks", "⏎ new session"
        self.reload()

    def reload(self) -> None:
        """Read both lists again."""
        self.run_worker(self._load(), group="load", exclusive=True)

    def action_reload(self) -> None:
        """Read both lists again."""
        self.reload()

    async def _load(self) -> None:
        self._sessions = await self._opener.sessions()
        self._tasks = self._opener.tasks()
        now = time.time()
        self.query_one("#sessions", Rows).show(
            self._sessions,
            lambda row, width: home.session(row, width, now),
            heading=home.session_heading,
        )
        self.query_one("#tasks", Rows).show(self._tasks, home.task)
        if not self._sessions:
            self.query_one("#tasks", Rows).focus()

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Open a session by its state, or the form for a task."""
        if message.rows.id == "tasks":
            self._ask_new(self._tasks[message.index])
            return
        row = self._sessions[message.index]
        if row.problem:
            self.notify(row.problem, severity="error", markup=False)
            return
        from workbench.display.tui.app import WorkbenchApp

        assert isinstance(self.app, WorkbenchApp)
        self.app.open_session(row.path, mode_for(row))

    def action_new(self) -> None:
        """Ask for a new session of the task under the cursor."""
        place = self.query_one("#tasks", Rows).cursor
        if self._tasks:
            self._ask_new(self._tasks[place])

    def _ask_new(self, task: TaskRow) -> None:
        opener = self._opener
        form = NewRun(self._tasks, task, opener.strategies(), opener.problem)
        self.app.push_screen(form, self._start)

    def _start(self, choice: tuple[str, StartOptions] | None) -> None:
        from workbench.display.tui.app import WorkbenchApp

        assert isinstance(self.app, WorkbenchApp)
        if choice is not None:
            self.app.start_session(*choice)
