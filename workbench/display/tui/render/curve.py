"""Rows of text around a plot: tick labels, rules, end labels, marks below the axis."""

from __future__ import annotations

from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, BAD, MUTED
from workbench.display.tui.render.plot import MARKS_FROM, Plot
from workbench.model.session import Session

Cell = tuple[str, str]
"""One character and its style."""


def rows(plot: Plot, session: Session) -> list[Content]:
    """Draw the whole picture, `plot.setting.height` rows of `plot.setting.width` cells."""
    labels = _tick_labels(plot)
    ends = _end_labels(plot, session)
    rules = _rules(plot, session)
    gutter = plot.gutter
    drawn: list[Content] = []
    for row in range(plot.rows):
        label = labels.get(row, "")
        axis = "┤" if label else "│"
        cells: list[Cell] = [(character, MUTED) for character in f"{label:>{gutter - 1}}{axis}"]
        cells += _plot_cells(plot, row, rules.get(row, ""))
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
    drawn = plot.canvas.cells(row)
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
    facts, found = session.facts, {}
    for name, value in (("baseline", facts.baseline), ("best known", facts.best_known)):
        if value is None:
            continue
        reward = facts.direction.reward(value)
        if plot.setting.mode == "gap" and reward >= plot.frame.reference:
            continue
        row = plot.height_of(session, reward) // 4
        if 0 <= row < plot.rows:
            found[row] = f" {name} {text.score(facts, reward, unit=False)} "
    return found


def off_axis(plot: Plot, session: Session) -> str:
    """Name the best known score if it lies too far off to be drawn; empty if it is in view."""
    known = session.facts.best_known
    if known is None or plot.setting.mode == "gap":
        return ""
    reward = session.facts.direction.reward(known)
    if 0 <= plot.height_of(session, reward) < plot.canvas.dots_high:
        return ""
    return f"best known {text.score(session.facts, reward, unit=False)} is off the axis · "


def _end_labels(plot: Plot, session: Session) -> dict[int, list[Cell]]:
    """Put each lineage's name behind the end of its curve, moved apart where they collide."""
    wanted: list[tuple[int, int, float]] = []
    for series in plot.curves.series.values():
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
    unit = {"step": "step", "time": "time", "evaluations": "eval"}[plot.setting.axis]
    tail = f" {unit}"[: plot.margin]
    return [(c, MUTED) for c in " " * (gutter - 1) + "└" + "".join(line) + tail]


def _marks(plot: Plot, session: Session, gutter: int) -> list[Cell]:
    """Draw ▲ where hints were taken and ✖ where the selected lineage's steps failed."""
    width = plot.canvas.width
    cells: list[Cell] = [(" ", "")] * width
    series = plot.curves.series.get(plot.setting.selected)
    failed = series.failed if series is not None else []
    for x in failed:
        cells[min(width - 1, plot.place_of(x) // 2)] = ("✖", BAD)
    for x, number in plot.curves.hint_places(session):
        at = min(width - 1, plot.place_of(x) // 2)
        label = f"▲L{number}"
        for offset, character in enumerate(label):
            if at + offset < width:
                cells[at + offset] = (character, ACCENT)
    tail = f" {len(failed)} ✖" if failed else ""
    return [(" ", "")] * gutter + cells + [(c, BAD) for c in tail[: plot.margin]]
