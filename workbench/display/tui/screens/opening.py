"""A session that is being opened: what its own tables tell before its journal is read."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer

from workbench.display import states, text
from workbench.display.opener import Glance, GlanceRow
from workbench.display.states import MUTED
from workbench.display.tui.widgets.line import InfoLine
from workbench.display.tui.widgets.rows import Rows


class Opening(Screen[None]):
    """State, best and spending of each lineage, while a long journal is read."""

    HELP = "The journal is being read. Escape goes back to the list of sessions."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.home", "Back", id="opening.back"),
    ]

    def __init__(self, glance: Glance) -> None:
        """Show `glance` until the session itself is there."""
        super().__init__()
        self._glance = glance

    def compose(self) -> ComposeResult:
        """The head, the lineages, and what is being waited for."""
        yield InfoLine(self._head, id="title")
        yield Rows(id="lineages", empty="no lineage yet")
        yield InfoLine(self._told, id="info")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Show the lineages as their table has them."""
        table = self.query_one("#lineages", Rows)
        table.border_title = "Lineages"
        table.show(self._glance.rows, lambda row, width: draw(row))

    def _head(self) -> Content:
        glance = self._glance
        return Content.assemble(
            (f" {text.one_line(glance.title)} ", "bold"),
            (f" best {glance.best}" if glance.best else " nothing feasible yet", ""),
            (f"  {glance.spent}", MUTED),
        )

    def _told(self) -> Content:
        return Content.styled(f" reading {self._glance.records:,} records of its journal…", MUTED)


def draw(row: GlanceRow) -> Content:
    """Draw one lineage."""
    mark = states.of_session(row.state) if row.state in states.SESSIONS else states.STOPPED
    return Content.assemble(
        (f"L{row.number:<4}", f"bold {states.series(row.number)}"),
        (f"{mark.text:<14}", mark.style),
        f"{row.step:>7}  ",
        (f"{row.best or '–':>14}", "bold"),
        (f"  {row.spent}", MUTED),
    )
