"""The reward plot: best-so-far step lines and raw scores in braille, with axes, rules and marks.

A plot is brought up to date, not drawn anew: while the axes hold, an update paints only the dots of
points that are new. When a value leaves the axes they are widened with room to grow and all is
painted again, where a line costs one look-up per column however many points it has.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from workbench.display import text
from workbench.display.tui.render import scale, series
from workbench.display.tui.render.canvas import Canvas
from workbench.display.tui.render.scale import Dollars, Linear, Log, Scale, Seconds, nice_step
from workbench.display.tui.render.series import Curves, Series, XAxis
from workbench.model.candidate import LineageId
from workbench.model.session import Session

YAxis = Literal["linear", "gap", "log"]
Y_AXES: tuple[YAxis, ...] = ("linear", "gap", "log")
"""What a curve may show, in the order `y` cycles through."""
MARKS_FROM, LABELS_FROM = 8, 56
"""Height from which there is a row of marks, width from which end labels carry the score."""

_DASHES = ("11111111", "11111100", "1100", "111111001100", "11110000", "1000", "11101110", "110000")
"""One pattern of dots for each series style, so that curves differ without colour."""
_RAW, _LINE = 0, 1
_LEAST: dict[XAxis, float] = {"step": 10.0, "evaluations": 10.0, "usd": 0.01, "time": 60.0}
"""How far an axis reaches at least, so that the first points do not fill it."""
_ACROSS: dict[XAxis, type[Linear]] = {"usd": Dollars, "time": Seconds}
_SPELL: dict[XAxis, scale.Spell] = {"usd": scale.dollars, "time": scale.seconds}
_FAR = 4
"""By how much a rule may stretch the ordinate; a farther one would flatten the curves."""


class Setting(NamedTuple):
    """What a person has chosen to see."""

    width: int
    height: int
    axis: XAxis = "step"
    mode: YAxis = "linear"
    selected: LineageId = 0
    dashed: bool = False
    """Whether curves differ by dashes too: for themes without hues."""
    log_x: bool = False
    shown: frozenset[LineageId] | None = None
    """Whose curves are drawn; None: everybody's."""


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
        self.shown: list[Series] = []
        """The curves that are drawn."""
        self.mode: YAxis = "linear"
        """What the ordinate shows: as set, but no logarithm of what is not above zero."""
        self.setting = Setting(0, 0)
        self.frame = Frame(Linear(0, 1), Linear(0, 1), 0.0)
        self.canvas = Canvas(0, 0)
        self.repaints = 0
        """How often all was painted, for proving that updates are incremental."""
        self._columns: dict[LineageId, tuple[int, int | None]] = {}
        self._points: dict[LineageId, int] = {}
        self._judgements = 0

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
        # Another selection changes whose cells are whose, and no dot.
        fresh = setting._replace(selected=self.setting.selected) != self.setting
        if setting.axis != self.curves.axis or session.judgements != self._judgements:
            # Another abscissa, or a person changed what counts: the points are others.
            self.curves, fresh = Curves(setting.axis), True
            self._judgements = session.judgements
        self.curves.absorb(session)
        self.setting = setting
        self.shown = [
            one
            for number, one in self.curves.series.items()
            if setting.shown is None or number in setting.shown
        ]
        mode = self._mode(session)
        fresh, self.mode = fresh or mode != self.mode, mode
        if fresh or not self._fits(session):
            self._reframe(session)
        for one in self.shown:
            self._paint_points(session, one)
            self._paint_line(session, one)

    def _mode(self, session: Session) -> YAxis:
        ends = series.bounds(self.shown)
        score = session.facts.direction.score
        positive = ends is not None and min(map(score, ends)) > 0
        return "linear" if self.setting.mode == "log" and not positive else self.setting.mode

    def height_of(self, session: Session, reward: float) -> int:
        """Return the dot row of a reward; may lie off the canvas."""
        value = self._value(session, reward, self.frame.reference)
        return round((1 - self.frame.y.fraction(value)) * (self.canvas.dots_high - 1))

    def place_of(self, x: float) -> int:
        """Return the dot column of an abscissa."""
        return round(self.frame.x.fraction(x) * (self.canvas.dots_wide - 1))

    def _value(self, session: Session, reward: float, reference: float) -> float:
        if self.mode == "gap":
            return reference - reward
        return session.facts.direction.score(reward)

    def _fits(self, session: Session) -> bool:
        if series.reach(self.shown) > self.frame.x.high:
            return False
        if self.mode == "gap" and reference_of(session) != self.frame.reference:
            return False
        values = self._span(session, self.frame.reference)
        return values is None or (
            self.frame.y.low <= values[0] and values[1] <= self.frame.y.high * (1 + 1e-12)
        )

    def _span(self, session: Session, reference: float) -> tuple[float, float] | None:
        """Return the lowest and highest value that the lines and rules must have room for."""
        ends = series.bounds(self.shown)
        if ends is None:
            return None
        values = sorted(self._value(session, reward, reference) for reward in ends)
        low, high = values[0], values[-1]
        if self.mode == "gap":
            return max(low, self.frame.y.low), high
        own = self._length(low, high)
        for rule in (session.facts.baseline, session.facts.best_known, session.facts.bound):
            if rule is None or (self.mode == "log" and rule <= 0):
                continue
            wider = min(low, rule), max(high, rule)
            if own == 0 or self._length(*wider) <= _FAR * own:
                low, high = wider
                own = own or self._length(low, high)
        return low, high

    def _length(self, low: float, high: float) -> float:
        """Return how long a part of the ordinate is, whatever its unit."""
        return math.log(high / low) if self.mode == "log" else high - low

    def _reframe(self, session: Session) -> None:
        reference = reference_of(session)
        self.frame = Frame(self._x_scale(), self._y_scale(session, reference), reference)
        width = max(1, self.setting.width - self.gutter - self.margin)
        self.canvas = Canvas(width, self.rows)
        self._columns.clear()
        self._points.clear()
        self.repaints += 1

    def _x_scale(self) -> Scale:
        axis = self.setting.axis
        far = max(_LEAST[axis], series.reach(self.shown))
        if self.setting.log_x:
            begins = [one.least for one in self.shown if one.least is not None]
            low = min(begins, default=_LEAST[axis] / 10)
            return Log(low, max(2 * low, _rounder(far)), _SPELL.get(axis, text.number))
        half = nice_step(far, 5) / 2
        return _ACROSS.get(axis, Linear)(0, -(-far // half) * half)

    def _y_scale(self, session: Session, reference: float) -> Scale:
        if self.mode == "gap":
            gaps = [
                reference - best
                for one in self.shown
                for best in one.best
                if best is not None and best < reference
            ]
            low = min(gaps, default=1.0)
            return Log(low * 0.7, max(gaps, default=1.0) * 1.2)
        span = self._span(session, reference)
        if span is None:
            return Linear(0, 1)
        if self.mode == "log":
            room = (span[1] / span[0]) ** 0.08
            return Log(span[0] / room, span[1] * room)
        pad = (span[1] - span[0]) * 0.08
        return Linear(span[0] - pad, span[1] + pad)

    def _paint_points(self, session: Session, one: Series) -> None:
        start = self._points.get(one.number, 0)
        pen, bottom = 2 * one.number + 1, self.canvas.dots_high - 1
        for index in range(start, len(one.raw)):
            reward = one.raw[index]
            if reward is not None:
                # A raw score off the axis is drawn at its edge: seen, but never in charge.
                height = min(bottom, max(0, self.height_of(session, reward)))
                self.canvas.dot(self.place_of(one.xs[index]), height, pen, _RAW)
        self._points[one.number] = len(one.raw)

    def _paint_line(self, session: Session, one: Series) -> None:
        begin = self.place_of(one.xs[0])
        column, height = self._columns.get(one.number, (begin, None))
        pen = 2 * one.number
        dashes = _DASHES[(one.number - 1) % len(_DASHES) if self.setting.dashed else 0]
        end = self.place_of(one.xs[-1])
        wide = max(1, self.canvas.dots_wide - 1)
        for x in range(column, end + 1):
            edge = one.xs[-1] if x == end else self.frame.x.value((x + 0.5) / wide)
            best = one.best_at(edge)
            if best is None:
                continue
            now = self.height_of(session, best)
            if height is not None and now != height:
                self.canvas.column(x, height, now, pen, _LINE)
            elif dashes[x % len(dashes)] == "1" or x == end:
                self.canvas.dot(x, now, pen, _LINE)
            height = now
        self._columns[one.number] = (max(column, end), height)


def reference_of(session: Session) -> float:
    """Return the reward that gaps are measured to: the best known, or the best seen if better."""
    best = session.best_candidate
    seen = best.reward if best is not None else None
    known = session.facts.best_known
    target = None if known is None else session.facts.direction.reward(known)
    return max((r for r in (seen, target) if r is not None), default=0.0)


def _rounder(value: float) -> float:
    """Return the next of 1, 2, 5 × 10ⁿ that is no smaller."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(f * power for f in (1, 2, 5, 10) if f * power >= value * (1 - 1e-9))


BY: dict[XAxis, str] = {
    "step": "step",
    "evaluations": "evaluations",
    "usd": "dollars",
    "time": "active time",
}
"""Axis -> how a title calls it."""


def title(session: Session, setting: Setting) -> str:
    """Say in one line what the plot shows."""
    facts = session.facts
    name = text.one_line(facts.score_name)
    unit = f" [{text.one_line(facts.unit)}]" if facts.unit else ""
    by = f"{'log ' if setting.log_x else ''}{BY[setting.axis]}"
    whose = _whose(setting.shown, len(session.lineages))
    if setting.mode == "gap":
        best = session.best_candidate
        known = facts.best_known is not None and (
            best is None
            or best.reward is None
            or facts.direction.reward(facts.best_known) >= best.reward
        )
        to = "best known" if known else "best seen"
        return f"Gap to {to} {name}{unit} by {by} · log{whose}"
    better = "higher" if facts.direction == "maximize" else "lower"
    return f"Best {name}{unit} by {by} · {setting.mode} · {better} is better{whose}"


def _whose(shown: frozenset[LineageId] | None, among: int) -> str:
    if shown is None or len(shown) >= among:
        return ""
    if len(shown) == 1:
        return f" · only L{min(shown)}"
    return f" · {len(shown) or 'none'} of {among}"
