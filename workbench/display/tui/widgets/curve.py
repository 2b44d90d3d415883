"""The live reward curve."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive
from textual.strip import Strip

from workbench.display.tui.render import curve
from workbench.display.tui.render.plot import Y_AXES, Plot, Setting, YAxis, title
from workbench.display.tui.render.series import XAxis, axes
from workbench.display.tui.view import View
from workbench.display.tui.widgets.steady import Steady
from workbench.model.candidate import LineageId

Whose = Literal["all", "selected", "top"]
WHOSE: tuple[Whose, ...] = ("all", "selected", "top")
"""Whose curves are shown, in the order in which they are cycled through."""
TOP = 4


class CurveView(Steady, can_focus=True):
    """Best-so-far curves of all lineages; costs what is new, and nothing while hidden."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "filter", "Whose curves", id="curve.filter_focused", show=False),
        *(
            Binding(str(n), f"switch({n})", f"L{n} on or off", id=f"curve.l{n}", show=False)
            for n in range(1, 10)
        ),
    ]
    whose: reactive[Whose] = reactive[Whose]("all", init=False)
    log_x: reactive[bool] = reactive(False, init=False)
    axis: reactive[XAxis] = reactive[XAxis]("step", init=False)
    mode: reactive[YAxis] = reactive[YAxis]("linear", init=False)

    def __init__(self, view: View, *, id: str | None = None) -> None:
        """Show `view`."""
        super().__init__(id=id)
        self._view = view
        self.plot = Plot()
        self._off: set[LineageId] = set()
        """Lineages whose curves a person has switched off."""
        self._rows: list[Content] = []

    def refresh_view(self) -> None:
        """Bring the picture up to date, if it is on the screen at all."""
        width, height = self.size
        session = self._view.session
        if width < 1 or height < 1 or not self.is_on_screen or session.created is None:
            return
        dashed = self.app.no_color or "series-dashes" in self.app.current_theme.variables
        setting = Setting(
            width=width,
            height=height,
            axis=self.axis,
            mode=self.mode,
            selected=self._view.lineage,
            dashed=dashed,
            log_x=self.log_x,
            shown=self._shown(),
        )
        self.plot.update(session, setting)
        self._rows = curve.rows(self.plot, session)
        off = curve.off_axis(self.plot, session)
        self.entitle(
            title(session, setting._replace(mode=self.plot.mode)),
            f"{off}c x-axis · x log x · y y-axis · F whose",
        )
        self.repaint()

    def _shown(self) -> frozenset[LineageId] | None:
        """Return whose curves are wanted; None for everybody's."""
        lineages = self._view.session.lineages
        wanted = set(lineages)
        if self.whose == "selected":
            wanted = {self._view.lineage}
        elif self.whose == "top":
            rated = {n: x.best_reward for n, x in lineages.items() if x.best_reward is not None}
            wanted = set(sorted(rated, key=lambda number: (-rated[number], number))[:TOP])
        wanted -= self._off
        return None if wanted >= set(lineages) else frozenset(wanted)

    def action_cycle_axis(self) -> None:
        """Run the curve over the next abscissa that there is."""
        known = axes(self._view.session)
        place = known.index(self.axis) if self.axis in known else -1
        self.axis = known[(place + 1) % len(known)]

    def action_log_x(self) -> None:
        """Make the abscissa logarithmic, or linear again."""
        self.log_x = not self.log_x

    def action_toggle_mode(self) -> None:
        """Show scores, the logarithm of the gap, or, where all are above zero, of the scores."""
        self.mode = Y_AXES[(Y_AXES.index(self.mode) + 1) % len(Y_AXES)]
        if self.mode == "log" and self.plot.mode != "log":
            self.mode = "linear"

    def action_filter(self) -> None:
        """Show all curves, the selected lineage's alone, or those of the best few."""
        self.whose = WHOSE[(WHOSE.index(self.whose) + 1) % len(WHOSE)]

    def action_switch(self, number: LineageId) -> None:
        """Switch one lineage's curve off, or on again."""
        if number in self._view.session.lineages:
            self._off ^= {number}
            self.refresh_view()

    def watch_whose(self) -> None:
        """Draw the curves that are wanted."""
        self.refresh_view()

    def watch_log_x(self) -> None:
        """Draw with the new abscissa."""
        self.refresh_view()

    def watch_axis(self) -> None:
        """Draw with the new abscissa."""
        self.refresh_view()

    def watch_mode(self) -> None:
        """Draw with the new ordinate."""
        self.refresh_view()

    def on_mount(self) -> None:
        """Draw anew for a theme that has curves differ in another way."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self.refresh_view())

    def on_resize(self, event: events.Resize) -> None:
        """Draw at the new size."""
        self.refresh_view()

    def draw_line(self, y: int) -> Strip:
        """Draw one row."""
        style = self.visual_style
        width = self.size.width
        if y >= len(self._rows):
            return Strip.blank(width, style.rich_style)
        strip = Strip(self._rows[y].render_segments(style))
        return strip.adjust_cell_length(width, style.rich_style)
