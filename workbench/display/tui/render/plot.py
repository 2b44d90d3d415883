"""The reward plot: best-so-far step lines and raw scores in braille, with axes, rules and marks.

A plot is brought up to date, not drawn anew: while the axes hold, an update paints only the dots of
points that are new. When a value leaves the axes they are widened with room to grow and all is
painted again, where a line costs one look-up per column however many points it has.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from workbench.display import text
from workbench.display.tui.render.canvas import Canvas
from workbench.display.tui.render.scale import Linear, Log, Scale, Seconds, nice_step
from workbench.display.tui.render.series import Curves, Series, XAxis
from workbench.model.candidate import LineageId
from workbench.model.session import Session

YAxis = Literal["linear", "gap"]
MARKS_FROM, LABELS_FROM = 8, 56
"""Height from which there is a row of marks, width from which end labels carry the score."""

_DASHES = ("11111111", "11111100", "1100", "111111001100", "11110000", "1000", "11101110", "110000")
"""One pattern of dots for each series style, so that curves differ without colour."""
_RAW, _LINE, _PICKED = 0, 1, 2


class Setting(NamedTuple):
    """What a person has chosen to see."""

    width: int
    height: int
    axis: XAxis = "step"
    mode: YAxis = "linear"
    selected: LineageId = 0
    dashed: bool = False
    """Whether curves differ by dashes too: for themes without hues."""


class Frame(NamedTuple):
    """The axes in force. Equal frames have equal pictures for equal points."""

    x: Scale
    y: Scale
    reference: float
    """Reward at gap zero."""


class Plot:
    """A picture of all curves of a session that is kept up to date by `update`."""

    def __init__(self) -> None:
        """Start without a picture."""
        self.curves = Curves("step")
        self.setting = Setting(0, 0)
        self.frame = Frame(Linear(0, 1), Linear(0, 1), 0.0)
        self.canvas = Canvas(0, 0)
        self.repaints = 0
        """How often all was painted, for proving that updates are incremental."""
        self._columns: dict[LineageId, tuple[int, int | None]] = {}
        self._points: dict[LineageId, int] = {}

    @property
    def gutter(self) -> int:
        """Cells left of the plot: tick labels and the axis."""
        labels = [tick.label for tick in self.frame.y.ticks(self.tick_room)]
        return max((len(label) for label in labels), default=0) + 1

    @property
    def margin(self) -> int:
        """Cells right of the plot, for the end labels."""
        return 13 if self.setting.width >= LABELS_FROM else 5

    @property
    def rows(self) -> int:
        """Rows of the plot itself, without axis and marks."""
        below = 2 if self.setting.height >= MARKS_FROM else 1
        return max(1, self.setting.height - below)

    @property
    def tick_room(self) -> int:
        """How many tick labels the ordinate has room for."""
        return max(2, (self.rows + 1) // 3)

    def update(self, session: Session, setting: Setting) -> None:
        """Bring the picture up to date with `session` for `setting`."""
        fresh = setting != self.setting
        if setting.axis != self.curves.axis:
            self.curves = Curves(setting.axis)
        self.curves.absorb(session)
        self.setting = setting
        if fresh or not self._fits(session):
            self._reframe(session)
        for series in self.curves.series.values():
            self._paint_points(session, series)
            self._paint_line(session, series)

    def height_of(self, session: Session, reward: float) -> int:
        """Return the dot row of a reward; may lie off the canvas."""
        value = self._value(session, reward, self.frame.reference)
        return round((1 - self.frame.y.fraction(value)) * (self.canvas.dots_high - 1))

    def place_of(self, x: float) -> int:
        """Return the dot column of an abscissa."""
        return round(self.frame.x.fraction(x) * (self.canvas.dots_wide - 1))

    def _value(self, session: Session, reward: float, reference: float) -> float:
        if self.setting.mode == "gap":
            return reference - reward
        return session.facts.direction.score(reward)

    def _fits(self, session: Session) -> bool:
        if self.curves.reach > self.frame.x.high:
            return False
        if self.setting.mode == "gap" and reference_of(session) != self.frame.reference:
            return False
        values = self._span(session, self.frame.reference)
        return values is None or (
            self.frame.y.low <= values[0] and values[1] <= self.frame.y.high * (1 + 1e-12)
        )

    def _span(self, session: Session, reference: float) -> tuple[float, float] | None:
        """Return the lowest and highest value that the lines and rules must have room for."""
        bounds = self.curves.bounds()
        if bounds is None:
            return None
        values = sorted(self._value(session, reward, reference) for reward in bounds)
        low, high = values[0], values[-1]
        if self.setting.mode == "gap":
            return max(low, self.frame.y.low), high
        for rule in (session.facts.baseline, session.facts.best_known):
            if rule is None:
                continue
            wider = max(high, rule) - min(low, rule)
            if high == low or wider <= 4 * (high - low):  # a far rule would flatten the curves
                low, high = min(low, rule), max(high, rule)
        return low, high

    def _reframe(self, session: Session) -> None:
        reference = reference_of(session)
        self.frame = Frame(self._x_scale(), self._y_scale(session, reference), reference)
        width = max(1, self.setting.width - self.gutter - self.margin)
        self.canvas = Canvas(width, self.rows)
        self._columns.clear()
        self._points.clear()
        self.repaints += 1

    def _x_scale(self) -> Scale:
        least = 60.0 if self.setting.axis == "time" else 10.0
        reach = max(least, self.curves.reach)
        half = nice_step(reach, 5) / 2
        high = -(-reach // half) * half
        return Seconds(0, high) if self.setting.axis == "time" else Linear(0, high)

    def _y_scale(self, session: Session, reference: float) -> Scale:
        if self.setting.mode == "gap":
            gaps = [
                reference - best
                for series in self.curves.series.values()
                for best in series.best
                if best is not None and best < reference
            ]
            low = min(gaps, default=1.0)
            return Log(low * 0.7, max(gaps, default=1.0) * 1.2)
        span = self._span(session, reference)
        if span is None:
            return Linear(0, 1)
        pad = (span[1] - span[0]) * 0.08
        return Linear(span[0] - pad, span[1] + pad)

    def _paint_points(self, session: Session, series: Series) -> None:
        start = self._points.get(series.number, 0)
        pen, bottom = 2 * series.number + 1, self.canvas.dots_high - 1
        for index in range(start, len(series.raw)):
            reward = series.raw[index]
            if reward is not None:
                # A raw score off the axis is drawn at its edge: seen, but never in charge.
                height = min(bottom, max(0, self.height_of(session, reward)))
                self.canvas.dot(self.place_of(series.xs[index]), height, pen, _RAW)
        self._points[series.number] = len(series.raw)

    def _paint_line(self, session: Session, series: Series) -> None:
        begin = self.place_of(series.xs[0])
        column, height = self._columns.get(series.number, (begin, None))
        rank = _PICKED if series.number == self.setting.selected else _LINE
        pen = 2 * series.number
        dashes = _DASHES[(series.number - 1) % len(_DASHES) if self.setting.dashed else 0]
        end = self.place_of(series.xs[-1])
        span = self.frame.x.high - self.frame.x.low
        wide = max(1, self.canvas.dots_wide - 1)
        for x in range(column, end + 1):
            edge = series.xs[-1] if x == end else self.frame.x.low + (x + 0.5) * span / wide
            best = series.best_at(edge)
            if best is None:
                continue
            now = self.height_of(session, best)
            if height is not None and now != height:
                self.canvas.column(x, height, now, pen, rank)
            elif dashes[x % len(dashes)] == "1" or x == end:
                self.canvas.dot(x, now, pen, rank)
            height = now
        self._columns[series.number] = (max(column, end), height)


def reference_of(session: Session) -> float:
    """Return the reward that gaps are measured to: the best known, or the best seen if better."""
    best = session.best_candidate
    seen = best.reward if best is not None else None
    known = session.facts.best_known
    target = None if known is None else session.facts.direction.reward(known)
    return max((r for r in (seen, target) if r is not None), default=0.0)


def title(session: Session, setting: Setting) -> str:
    """Say in one line what the plot shows."""
    facts = session.facts
    name = text.one_line(facts.score_name)
    unit = f" [{text.one_line(facts.unit)}]" if facts.unit else ""
    by = {"step": "step", "time": "active time", "evaluations": "evaluations"}[setting.axis]
    if setting.mode == "gap":
        best = session.best_candidate
        known = facts.best_known is not None and (
            best is None
            or best.reward is None
            or facts.direction.reward(facts.best_known) >= best.reward
        )
        to = "best known" if known else "best seen"
        return f"Gap to {to} {name}{unit} by {by} · log"
    better = "higher" if facts.direction == "maximize" else "lower"
    return f"Best {name}{unit} by {by} · linear · {better} is better"
