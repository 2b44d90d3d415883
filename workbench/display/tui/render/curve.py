"""Rows of text around a plot: tick labels, rules, end labels, marks below the axis."""

from __future__ import annotations

from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, BAD, GOOD, MUTED
from workbench.display.tui.render.plot import MARKS_FROM, Plot
from workbench.model.session import Session

Cell = tuple[str, str]
"""One character and its style."""


def rows(plot: Plot, session: Session) -> list[Content]:
    """Draw the whole picture, `plot.setting.height` rows of `plot.setting.width` cells."""
    labels = _tick_labels(plot)
    ends = _end_labels(plot, session)
    rules = _rules(plot, session)
    stars = _stars(plot, session)
    gutter = plot.gutter
    drawn: list[Content] = []
    for row in range(plot.rows):
        label = labels.get(row, "")
        axis = "┤" if label else "│"
        cells: list[Cell] = [(character, MUTED) for character in f"{label:>{gutter - 1}}{axis}"]
        cells += _plot_cells(plot, row, rules.get(row, ""))
        for column in stars.get(row, ()):
            cells[gutter + column] = ("★", f"{GOOD} bold")
        cells += ends.get(row, [])
        drawn.append(join(cells))
    drawn.append(join(_axis(plot, gutter)))
    if plot.setting.height >= MARKS_FROM:
        drawn.append(join(_marks(plot, session, gutter)))
    return drawn


def join(cells: list[Cell]) -> Content:
    """Turn cells into content, neighbours of one style in one run."""
    runs: list[tuple[str, str]] = []
    for character, style in cells:
        if runs and runs[-1][1] == style:
            runs[-1] = (runs[-1][0] + character, style)
        else:
            runs.append((character, style))
    return Content.assemble(*runs)


def _tick_labels(plot: Plot) -> dict[int, str]:
    high = max(1, plot.rows * 4 - 1)
    labels: dict[int, str] = {}
    for tick in plot.frame.y.ticks(plot.tick_room):
        row = round((1 - plot.frame.y.fraction(tick.value)) * high) // 4
        if 0 <= row < plot.rows:
            labels.setdefault(row, tick.label)
    return labels


def _plot_cells(plot: Plot, row: int, rule: str) -> list[Cell]:
    drawn = plot.canvas.cells(row, picked=2 * plot.setting.selected)
    cells: list[Cell] = []
    for character, pen in drawn:
        if pen:
            style = states.series(pen // 2)
            cells.append((character, f"{style} dim" if pen % 2 else style))
        else:
            cells.append(("╌", MUTED) if rule else (" ", ""))
    if rule:
        _write_free(cells, [pen == 0 for _, pen in drawn], rule)
    return cells


def _write_free(cells: list[Cell], free: list[bool], label: str) -> None:
    """Write a rule's label where no curve runs, as far right as it fits; else leave it out."""
    for start in range(len(cells) - len(label) - 1, 0, -1):
        if all(free[start : start + len(label)]):
            cells[start : start + len(label)] = [(character, MUTED) for character in label]
            return


def _rules(plot: Plot, session: Session) -> dict[int, str]:
    """Return row -> label of the baseline and the best known score, where they are in view."""
    facts, found = session.facts, dict[int, str]()
    known = ("baseline", facts.baseline), ("bound", facts.bound), ("best known", facts.best_known)
    for name, value in known:
        if value is None:
            continue
        reward = facts.direction.reward(value)
        if not _in_view(plot, session, reward):
            continue
        row = plot.height_of(session, reward) // 4
        both = f"{found[row].rstrip()} ·" if row in found else ""
        found[row] = f"{both} {name} {text.score(facts, reward, unit=False)} "
    return found


def _in_view(plot: Plot, session: Session, reward: float) -> bool:
    """Whether a rule at `reward` has a place on the picture."""
    if plot.mode == "gap" and reward >= plot.frame.reference:
        return False
    if plot.mode == "log" and session.facts.direction.score(reward) <= 0:
        return False
    return 0 <= plot.height_of(session, reward) < plot.canvas.dots_high


_APART = 4
"""Cells between two stars; where the best rose more often, one stands for several."""


def _stars(plot: Plot, session: Session) -> dict[int, list[int]]:
    """Return row -> columns where the session's best rose, the newest first."""
    numbers = {one.number for one in plot.shown}
    taken: list[int] = []
    found: dict[int, list[int]] = {}
    for rise in reversed(plot.curves.rises):
        column = min(plot.canvas.width - 1, plot.place_of(rise.x) // 2)
        row = plot.height_of(session, rise.reward) // 4
        free = all(abs(column - other) >= _APART for other in taken)
        if rise.lineage in numbers and free and 0 <= row < plot.rows:
            taken.append(column)
            found.setdefault(row, []).append(column)
    return found


def off_axis(plot: Plot, session: Session) -> str:
    """Name the best known score and the bound if they lie too far off to be drawn."""
    facts, far = session.facts, []
    if plot.mode == "gap" or not plot.shown:
        return ""
    for name, value in (("best known", facts.best_known), ("bound", facts.bound)):
        if value is not None and not _in_view(plot, session, facts.direction.reward(value)):
            far.append(f"{name} {text.number(value)}")
    verb = "is" if len(far) == 1 else "are"
    return f"{', '.join(far)} {verb} off the axis · " if far else ""


def _end_labels(plot: Plot, session: Session) -> dict[int, list[Cell]]:
    """Put each lineage's name behind the end of its curve, moved apart where they collide."""
    wanted: list[tuple[int, int, float]] = []
    for series in plot.shown:
        best = series.best[-1]
        if best is not None:
            height = plot.height_of(session, best) // 4
            wanted.append((min(plot.rows - 1, max(0, height)), series.number, best))
    picked = plot.setting.selected
    wanted.sort(key=lambda item: (item[0], item[1] != picked, item[1]))
    placed: dict[int, list[Cell]] = {}
    free = set(range(plot.rows))
    for row, number, best in wanted:
        if not free:
            break
        at = min(free, key=lambda place: (abs(place - row), place < row))
        free.discard(at)
        name = f"{'▸' if number == picked else ' '}L{number}"
        if plot.margin > 6:
            name = f"{name} {text.score(session.facts, best, unit=False)}"
        style = f"{states.series(number)} bold" if number == picked else states.series(number)
        placed[at] = [(character, style) for character in name[: plot.margin]]
    return placed


def _axis(plot: Plot, gutter: int) -> list[Cell]:
    width = plot.canvas.width
    line = list("─" * width)
    end = -1
    for tick in plot.frame.x.ticks(max(2, width // 12)):
        at = plot.place_of(tick.value) // 2
        start = min(max(0, at - len(tick.label) // 2), width - len(tick.label))
        if start > end and start >= 0:
            line[start : start + len(tick.label)] = tick.label
            end = start + len(tick.label)
    tail = f" {_UNITS[plot.setting.axis]}"[: plot.margin]
    return [(c, MUTED) for c in " " * (gutter - 1) + "└" + "".join(line) + tail]


_UNITS = {"step": "step", "evaluations": "eval", "usd": "$", "time": "time"}


def _marks(plot: Plot, session: Session, gutter: int) -> list[Cell]:
    """Draw ▲ where hints were taken and ✖ where the selected lineage's steps failed."""
    width = plot.canvas.width
    cells: list[Cell] = [(" ", "")] * width
    shown = {one.number: one for one in plot.shown}
    series = shown.get(plot.setting.selected)
    failed = series.failed if series is not None else []
    for x in failed:
        cells[min(width - 1, plot.place_of(x) // 2)] = ("✖", BAD)
    for x, number in plot.curves.hint_places(session):
        if number not in shown:
            continue
        at = min(width - 1, plot.place_of(x) // 2)
        label = f"▲L{number}"
        for offset, character in enumerate(label):
            if at + offset < width:
                cells[at + offset] = (character, ACCENT)
    tail = f" {len(failed)} ✖" if failed else ""
    return [(" ", "")] * gutter + cells + [(c, BAD) for c in tail[: plot.margin]]
