"""The first screen: sessions to open again, tasks to begin."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from workbench.display import text
from workbench.display.opener import (
    OpenFailed,
    SessionOpener,
    SessionRow,
    TaskRow,
    command_for,
    mode_for,
)
from workbench.display.tui.render import home
from workbench.display.tui.screens.confirm import Answer, Ask
from workbench.display.tui.screens.new_run import NewRun, Said
from workbench.display.tui.widgets.filter import FilterLine, matches
from workbench.display.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from workbench.display.tui.app import WorkbenchApp

_RUNS = ("running", "pausing", "paused")


class Home(Screen[None]):
    """Sessions above, tasks below."""

    HELP = (
        "Enter attaches to a running session, resumes an interrupted one, views a finished one; "
        "v views any. On a task it opens the form for a new session. Tab changes the list."
    )
    AUTO_FOCUS = "#sessions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New session", id="home.new"),
        Binding("slash", "filter", "Filter", id="home.filter", key_display="/"),
        Binding("v", "view", "View", id="home.view"),
        Binding("D", "delete", "Delete", id="home.delete"),
        Binding("R", "recover", "Recover", id="home.recover"),
        Binding("y", "copy", "Copy command", id="home.copy", show=False),
        Binding("r", "reload", "Reload", id="home.reload", show=False),
        Binding("q", "app.leave_now", "Quit", id="home.quit"),
    ]

    def __init__(self, opener: SessionOpener) -> None:
        """List what `opener` knows."""
        super().__init__()
        self._opener = opener
        self._all_sessions: list[SessionRow] = []
        self._all_tasks: list[TaskRow] = []
        self._sessions: list[SessionRow] = []
        self._tasks: list[TaskRow] = []
        self._words = ""

    def compose(self) -> ComposeResult:
        """Two lists, and what is under the cursor."""
        yield Static(Content.styled(" workbench  sessions and tasks", "bold"), id="title")
        yield FilterLine(id="filter")
        yield Rows(id="sessions", empty="no session yet: choose a task below and press enter")
        yield Rows(id="tasks", empty="no task found")
        yield Static(id="about")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Name the lists and fill them."""
        sessions, tasks = self._lists()
        sessions.border_title, sessions.border_subtitle = "Sessions", "⏎ attach, resume or view"
        tasks.border_title, tasks.border_subtitle = "Tasks", "⏎ new session"
        self.reload()

    def _lists(self) -> tuple[Rows, Rows]:
        return self.query_one("#sessions", Rows), self.query_one("#tasks", Rows)

    def reload(self) -> None:
        """Read both lists again."""
        self.run_worker(self._load(), group="load", exclusive=True)

    def action_reload(self) -> None:
        """Read both lists again."""
        self.reload()

    async def _load(self) -> None:
        self._all_sessions = await self._opener.sessions()
        self._all_tasks = await asyncio.to_thread(self._opener.tasks)
        self._fill()
        if not self._all_sessions and not self.query_one(FilterLine).has_focus:
            self._lists()[1].focus()

    def _fill(self) -> None:
        words, now = self._words, time.time()
        self._sessions = [
            row
            for row in self._all_sessions
            if matches(words, row.id, row.title, row.task, row.state, row.problem)
        ]
        self._tasks = [
            row for row in self._all_tasks if matches(words, row.name, row.title, row.category)
        ]
        sessions, tasks = self._lists()
        sessions.show(
            self._sessions,
            lambda row, width: home.session(row, width, now),
            heading=home.session_heading,
        )
        tasks.show(self._tasks, home.task, heading=home.task_heading)
        self._describe()

    def _describe(self) -> None:
        session, task = self._picked_session(), self._picked_task()
        told = Content("")
        if session is not None:
            told = home.about_session(session)
        elif task is not None:
            told = home.about_task(task)
        self.query_one("#about", Static).update(told)
        self.refresh_bindings()

    def _picked_session(self) -> SessionRow | None:
        """The session under the cursor, if the list of sessions has the keys."""
        sessions, tasks = self._lists()
        if tasks.has_focus or sessions.cursor >= len(self._sessions):
            return None
        return self._sessions[sessions.cursor]

    def _picked_task(self) -> TaskRow | None:
        """The task under the cursor, whichever list has the keys."""
        place = self._lists()[1].cursor
        return self._tasks[place] if place < len(self._tasks) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done to what is under the cursor."""
        if action not in ("view", "delete", "recover", "copy") or not self.is_mounted:
            return True
        row = self._picked_session()
        if row is None:
            return False
        return bool(row.problem) if action == "recover" else action == "delete" or not row.problem

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Describe what is under the cursor of the list that has the keys now."""
        self._describe()

    def on_rows_moved(self) -> None:
        """Describe what is under the cursor."""
        self._describe()

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Open a session by its state, or the form for a task."""
        if message.rows.id == "tasks":
            self._ask_new(self._tasks[message.index])
            return
        row = self._sessions[message.index]
        if row.problem:
            self.notify(row.problem, severity="error", markup=False)
        else:
            self.workbench.open_session(row.path, mode_for(row))

    def on_filter_line_narrowed(self, message: FilterLine.Narrowed) -> None:
        """Show what has the words."""
        self._words = message.words
        self._fill()

    def on_filter_line_left(self) -> None:
        """Back to the list that still shows something."""
        sessions, tasks = self._lists()
        (sessions if self._sessions else tasks).focus()

    def action_filter(self) -> None:
        """Narrow both lists."""
        self.query_one(FilterLine).open()

    def action_view(self) -> None:
        """Show a session without an engine of its own."""
        row = self._picked_session()
        if row is not None:
            self.workbench.open_session(row.path, "view")

    def action_copy(self) -> None:
        """Copy the command line that opens the session."""
        row = self._picked_session()
        if row is not None:
            self.app.copy_to_clipboard(command_for(row))
            self.notify(f"copied: {command_for(row)}", markup=False)

    def action_delete(self) -> None:
        """Delete a session, once confirmed."""
        row = self._picked_session()
        if row is not None:
            self.run_worker(self._delete(row), group="flow", exclusive=True)

    async def _delete(self, row: SessionRow) -> None:
        if row.state in _RUNS and not row.problem:
            told = f"{row.id} is {row.state}: an engine holds it; open it and stop that one first"
            self.notify(told, severity="error", markup=False)
            return
        kept = f"{row.candidates} candidates, best {text.one_line(row.best) or '–'}"
        question = Ask(
            f"Delete {row.id}?",
            Answer("keep", "k", "keep it"),
            Answer("delete", "d", "delete for good"),
            detail=f"{row.problem or kept}. {row.path} goes with all that is in it, for good.",
        )
        if await self.app.push_screen_wait(question) != "delete":
            return
        try:
            await self._opener.delete(row.path)
        except OpenFailed as error:
            self.notify(str(error), severity="error", markup=False, timeout=10)
        self.reload()

    def action_recover(self) -> None:
        """Make a new session of what a damaged one still holds."""
        row = self._picked_session()
        if row is not None:
            self.run_worker(self._recover(row), group="load", exclusive=True)

    async def _recover(self, row: SessionRow) -> None:
        try:
            made = await self._opener.recover(row.path)
        except OpenFailed as error:
            self.notify(str(error), severity="error", markup=False, timeout=10)
        else:
            self.notify(f"saved as {made}; {row.id} is as it was", markup=False)
        await self._load()

    def action_new(self) -> None:
        """Ask for a new session of the task under the cursor."""
        task = self._picked_task()
        if task is not None:
            self._ask_new(task)

    def _ask_new(self, task: TaskRow) -> None:
        self.app.push_screen(NewRun(self._opener, task.name), self._start)

    def _start(self, said: Said | None) -> None:
        if said is not None:
            self.workbench.start_session(said)

    @property
    def workbench(self) -> WorkbenchApp:
        """The application, by its own type."""
        from workbench.display.tui.app import WorkbenchApp

        assert isinstance(self.app, WorkbenchApp)
        return self.app
