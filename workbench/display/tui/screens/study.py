"""A study while it runs, or at rest: its grid of cells; enter opens a cell's session."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static

from workbench.display.states import BAD
from workbench.display.tui.render import study as render
from workbench.display.tui.screens.confirm import Answer, Ask
from workbench.display.tui.widgets.rows import Rows
from workbench.study.error import StudyError
from workbench.study.status import CellStatus, Status, Watched

if TYPE_CHECKING:
    from workbench.display.tui.app import WorkbenchApp

SECONDS = 1.0
"""How often the sessions' tables are looked at."""


class StudyScreen(Screen[None]):
    """The grid of a study, read again every second."""

    HELP = (
        "One row for each task and competitor, one column for each seed. Enter opens the session "
        "of the marked cell: a running one to steer, another to look at. Escape goes back."
    )
    AUTO_FOCUS = "#cells"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "column(-1)", "Seed before", id="study.left", show=False),
        Binding("right,l", "column(1)", "Next seed", id="study.right", show=False),
        Binding("f", "next_failed", "Next failed", id="study.failed"),
        Binding("X", "stop", "Stop the run", id="study.stop"),
        Binding("y", "copy", "Copy command", id="study.copy"),
        Binding("escape", "back", "Back", id="study.back"),
        Binding("q", "app.leave_now", "Quit", id="study.quit"),
    ]

    def __init__(self, study: Watched) -> None:
        """Show how `study` stands; it is read in a thread of its own."""
        super().__init__()
        self._study = study
        self._status: Status | None = None
        self._rows: list[render.GridRow] = []
        self._column = 0

    def compose(self) -> ComposeResult:
        """The head, the grid, and the marked cell."""
        yield Static(id="title")
        yield Rows(id="cells", empty="reading the study…")
        yield Static(id="about")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Read the study now and again."""
        cells = self.query_one("#cells", Rows)
        cells.border_title, cells.border_subtitle = "Cells", "⏎ open its session"
        self.look()
        self.set_interval(SECONDS, self.look)

    def look(self) -> None:
        """Read the study again, unless it is being read or stands behind another screen."""
        busy = any(x.group == "study" and not x.is_finished for x in self.workers)
        if not busy and (self.is_current or self._status is None):
            self.run_worker(self._load(), group="study")

    async def _load(self) -> None:
        try:
            self._status = await asyncio.to_thread(self._study.read)
        except (StudyError, OSError) as error:
            self.query_one("#title", Static).update(Content.styled(f" {error}", BAD))
            return
        self._rows = render.grid(self._status)
        self._fill()

    def _fill(self) -> None:
        if self._status is None:
            return
        self.query_one("#title", Static).update(render.head(self._status))
        table = self.query_one("#cells", Rows)
        rows = list(enumerate(self._rows))

        def draw(one: tuple[int, render.GridRow], width: int) -> Content:
            return render.draw(one[1], width, self._column, one[0] == table.cursor)

        table.show(
            rows, draw, heading=lambda width: render.heading(self._rows, width, self._column)
        )
        self._describe()

    def _describe(self) -> None:
        if self._status is not None:
            told = render.about(self._status, self.picked)
            self.query_one("#about", Static).update(told)

    @property
    def picked(self) -> CellStatus | None:
        """The cell under the cursor."""
        cursor = self.query_one("#cells", Rows).cursor
        if cursor >= len(self._rows):
            return None
        cells = self._rows[cursor].cells
        return cells[min(self._column, len(cells) - 1)]

    def on_rows_moved(self) -> None:
        """Describe what is under the cursor."""
        self._fill()

    def on_rows_opened(self) -> None:
        """Open the session of the marked cell."""
        cell = self.picked
        if cell is None or not cell.session:
            told = "this cell was not begun yet" if cell is None else cell.message
            self.notify(told or "this cell was not begun yet", markup=False)
            return
        live = cell.state in ("running", "paused")
        self.workbench.open_session(cell.session, "attach" if live else "view")

    def action_column(self, step: int) -> None:
        """Mark the cell of another seed."""
        if self._rows:
            self._column = max(0, min(self._column + step, len(self._rows[0].cells) - 1))
            self._fill()

    def action_next_failed(self) -> None:
        """Mark the next cell that failed."""
        table = self.query_one("#cells", Rows)
        failed = [
            (at, column)
            for at, row in enumerate(self._rows)
            for column, cell in enumerate(row.cells)
            if cell.state == "failed"
        ]
        if not failed:
            self.notify("no cell has failed", markup=False)
            return
        here = (table.cursor, self._column)
        row, self._column = next((x for x in failed if x > here), failed[0])
        table.action_move_to(row)
        self._fill()

    def action_stop(self) -> None:
        """Have the run of the study stopped at a checkpoint, once confirmed."""
        if self._status is None or self._status.runner is None:
            self.notify("nobody runs this study", markup=False)
            return
        self.run_worker(self._stop(), group="flow", exclusive=True)

    async def _stop(self) -> None:
        question = Ask(
            "Stop the run of this study?",
            Answer("on", "k", "keep it running"),
            Answer("stop", "s", "stop"),
            detail="Cells under way are left at a checkpoint; the next run goes on with them.",
        )
        if await self.app.push_screen_wait(question) == "stop" and not self._study.interrupt():
            self.notify("it cannot be stopped from here", severity="error", markup=False)

    def action_copy(self) -> None:
        """Copy the command line that goes on with the study."""
        if self._status is not None:
            command = render.command(self._status)
            self.app.copy_to_clipboard(command)
            self.notify(f"copied: {command}", markup=False)

    async def action_back(self) -> None:
        """Back to the list of sessions; whoever runs the study goes on."""
        await self.workbench.action_home()

    @property
    def workbench(self) -> WorkbenchApp:
        """The application, by its own type."""
        from workbench.display.tui.app import WorkbenchApp

        assert isinstance(self.app, WorkbenchApp)
        return self.app
