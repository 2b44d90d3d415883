"""The live reward curve."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.reactive import reactive
from textual.strip import Strip

from workbench.display.tui.render import curve
from workbench.display.tui.render.plot import Plot, Setting, YAxis, title
from workbench.display.tui.render.series import X_AXES, XAxis
from workbench.display.tui.view import View
from workbench.display.tui.widgets.steady import Steady


class CurveView(Steady):
    """Best-so-far curves of all lineages; costs what is new, and nothing while hidden."""

    axis: reactive[XAxis] = reactive[XAxis]("step", init=False)
    mode: reactive[YAxis] = reactive[YAxis]("linear", init=False)

    def __init__(self, view: View, *, id: str | None = None) -> None:
        """Show `view`."""
        super().__init__(id=id)
        self._view = view
        self.plot = Plot()
        self._rows: list[Content] = []

    def refresh_view(self) -> None:
        """Bring the picture up to date, if it is on the screen at all."""
        width, height = self.size
        if width < 1 or height < 1 or self._view.session.created is None:
            return
        dashed = self.app.no_color or "series-dashes" in self.app.current_theme.variables
        setting = Setting(width, height, self.axis, self.mode, self._view.lineage, dashed)
        self.plot.update(self._view.session, setting)
        self._rows = curve.rows(self.plot, self._view.session)
        off = curve.off_axis(self.plot, self._view.session)
        self.entitle(title(self._view.session, setting), f"{off}c x-axis · y y-axis")
        self.repaint()

    def action_cycle_axis(self) -> None:
        """Run the curve over the next abscissa."""
        self.axis = X_AXES[(X_AXES.index(self.axis) + 1) % len(X_AXES)]

    def action_toggle_mode(self) -> None:
        """Switch between scores and the logarithm of the gap."""
        self.mode = "gap" if self.mode == "linear" else "linear"

    def watch_axis(self) -> None:
        """Draw with the new abscissa."""
        self.refresh_view()

    def watch_mode(self) -> None:
        """Draw with the new ordinate."""
        self.refresh_view()

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
