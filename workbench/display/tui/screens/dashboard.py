"""The dashboard: lineages, curve and events; with room, also candidates, diff and verifier."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Footer

from workbench.display.tui.render import lineages
from workbench.display.tui.run import Run
from workbench.display.tui.screens.base import RunScreen
from workbench.display.tui.screens.lineage import LineageScreen
from workbench.display.tui.widgets.candidates import CandidateTree
from workbench.display.tui.widgets.curve import CurveView
from workbench.display.tui.widgets.diffs import DiffPane
from workbench.display.tui.widgets.feed import EventFeed
from workbench.display.tui.widgets.panes import Pane, VerifierPane
from workbench.display.tui.widgets.rows import Rows
from workbench.display.tui.widgets.status import StatusBar


class Dashboard(RunScreen):
    """Is it getting better, what does it cost, what needs me?"""

    HELP = (
        "Select a lineage with the arrow keys; enter opens it. Space pauses at the next safe "
        "point, h writes a hint; c, x and y change the axes of the curve, F whose are shown, and "
        "while the curve has the keys, digits switch single ones off and on. m marks the candidate "
        "shown, M compares those that are marked, z gives a pane the whole screen."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "curve_axis", "X-axis", id="curve.x"),
        Binding("y", "curve_mode", "Y-axis", id="curve.y"),
        Binding("x", "curve_log_x", "Log x", id="curve.log_x", show=False),
        Binding("F", "curve_filter", "Whose curves", id="curve.filter", show=False),
        Binding("b", "base", "Diff base", id="diff.base", show=False),
    ]

    def __init__(self, run: Run) -> None:
        """Show `run`."""
        super().__init__(run)
        self._rows: list[lineages.Row] = []

    def compose(self) -> ComposeResult:
        """All panes; the style sheet decides which are shown, and where."""
        yield StatusBar(self.view)
        with Container(id="panes"):
            with Container(id="top"):
                yield Rows(id="lineages", empty="no lineage yet")
                yield CurveView(self.view, id="curve")
            with Container(id="detail"):
                yield CandidateTree(self.view, id="candidates")
                yield DiffPane(self.run, id="diff")
                yield VerifierPane(self.run, id="verifier")
            yield EventFeed(self.view, id="events")
        yield from self.chrome()
        yield Footer(compact=True)

    def on_mount(self) -> None:
        """Name the panes and take the keys."""
        self.query_one("#lineages", Rows).border_title = "Lineages"
        self.focus_main()

    def focus_main(self) -> None:
        """The lineage table has the keys."""
        self.query_one("#lineages", Rows).focus()

    def refresh_view(self) -> None:
        """Show what has changed in every visible pane."""
        super().refresh_view()
        self.query_one(StatusBar).repaint()
        self._refresh_table()
        self.query_one(CurveView).refresh_view()
        self.query_one(CandidateTree).refresh_view()
        for pane in self.query(Pane):
            pane.refresh_view()
        self.query_one(EventFeed).refresh_view()

    def _refresh_table(self) -> None:
        session = self.view.session
        self._rows = [lineages.row_of(self.view, x) for x in session.lineages.values()]
        numbers = [row.number for row in self._rows]
        place = numbers.index(self.view.lineage) if self.view.lineage in numbers else 0
        columns = lru_cache(2)(partial(lineages.columns, self._rows))  # the same for every row
        table = self.query_one("#lineages", Rows)
        table.show(
            self._rows,
            lambda row, width: lineages.line(row, columns(width)),
            cursor=place,
            heading=lambda width: lineages.heading(columns(width)),
        )

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Select another lineage."""
        if message.rows.id == "lineages":
            self.view.pick_lineage(self._rows[message.index].number)
        elif isinstance(message.rows, CandidateTree):
            self.view.pick_candidate(message.rows.candidate_at(message.index))
        self.refresh_view()

    def on_rows_opened(self, message: Rows.Opened) -> None:
        """Open the lineage under the cursor, or the lineage of the candidate there."""
        if message.rows.id == "lineages" and self._rows:
            self.view.pick_lineage(self._rows[message.index].number)
        self.app.push_screen(LineageScreen(self.run))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer another base only where there is room for a diff."""
        if action == "base":
            return bool(self.query(DiffPane)) and self.query_one(DiffPane).is_on_screen
        return super().check_action(action, parameters)

    def action_base(self) -> None:
        """Compare with the next thing that there is."""
        self.next_base()

    def action_curve_axis(self) -> None:
        """Run the curve over step, evaluations, dollars or time."""
        self.query_one(CurveView).action_cycle_axis()

    def action_curve_mode(self) -> None:
        """Show scores, the logarithm of the gap, or of the scores."""
        self.query_one(CurveView).action_toggle_mode()

    def action_curve_log_x(self) -> None:
        """Make the abscissa of the curve logarithmic, or linear again."""
        self.query_one(CurveView).action_log_x()

    def action_curve_filter(self) -> None:
        """Show all curves, the selected lineage's alone, or those of the best few."""
        self.query_one(CurveView).action_filter()
