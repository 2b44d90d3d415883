"""Rows of the home screen, and what is told of the one under the cursor."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from workbench.display import states, text
from workbench.display.opener import OpenMode, SessionRow, TaskRow, command_for, mode_for
from workbench.display.states import BAD, MUTED


class _Column(NamedTuple):
    heading: str
    width: int
    least: int
    """Room from which it is shown."""


_STATE = 14
_COLUMNS = {
    "lineages": _Column("lin", 3, 50),
    "best": _Column("best", 10, 0),
    "spent": _Column("spent", 11, 84),
    "cost": _Column("cost", 11, 60),
    "age": _Column("changed", 10, 72),
}
_NAME, _SCORE, _CATEGORY = 26, 11, 25
_WIDE_SCORE = 17
"""With room for a unit that is a word."""
_CATEGORY_FROM, _TITLE_FROM = 120, 72


def _shown(width: int) -> list[str]:
    return [name for name, column in _COLUMNS.items() if width >= column.least]


def _line(width: int, state: str, task: str, cells: dict[str, str]) -> str:
    shown = _shown(width)
    room = max(8, width - _STATE - sum(_COLUMNS[name].width + 1 for name in shown))
    line = f"{state[: _STATE - 1]:<{_STATE}}{task[:room]:<{room}}"
    for name in shown:
        size = _COLUMNS[name].width
        line += f" {cells[name][:size]:>{size}}"
    return line


def session_heading(width: int) -> Content:
    """Draw the headings of the session list."""
    headings = {name: column.heading for name, column in _COLUMNS.items()}
    return Content.styled(_line(width, "state", "task", headings), MUTED)


def session(row: SessionRow, width: int, now: float) -> Content:
    """Draw one session."""
    if row.problem:
        return Content.assemble(
            (f"{'✖ broken':<{_STATE}}", BAD),
            (f"{text.one_line(row.task) or row.id}  {text.one_line(row.problem)}", BAD),
        )
    mark = states.of_session(row.state)
    cells = {
        "lineages": str(row.lineages),
        "best": text.one_line(row.best) or "–",
        "spent": text.one_line(row.spent).partition(" · ")[0],
        "cost": text.one_line(row.cost) or "–",
        "age": text.age(now - row.updated),
    }
    line = _line(width, mark.text, text.one_line(row.title or row.task), cells)
    return Content(line).stylize(mark.style, 0, min(len(mark.text), len(line)))


_DOES: dict[OpenMode, str] = {
    "attach": "attaches to its engine",
    "resume": "goes on with it",
    "view": "shows it",
}


def about_session(row: SessionRow) -> Content:
    """Say what enter does to a session, and the command line that does the same."""
    if row.problem:
        told = f" {text.one_line(row.problem)}"
        return Content.assemble(
            (f" {row.id}", "bold"), (told, BAD), (" · R saves what it still holds", MUTED)
        )
    counted = f" · {row.candidates} candidates · {text.one_line(row.spent)}"
    return Content.assemble(
        (f" {row.id}", "bold"),
        (counted, MUTED),
        f"\n ⏎ {_DOES[mode_for(row)]}: ",
        (command_for(row), "bold"),
    )


def task_heading(width: int) -> Content:
    """Draw the headings of the task list."""
    return Content.styled(
        _task_line(width, "task", "baseline", "best known", "category", "title"), MUTED
    )


def _task_line(width: int, name: str, baseline: str, best: str, category: str, title: str) -> str:
    size = _WIDE_SCORE if width >= _CATEGORY_FROM else _SCORE
    room = max(12, min(_NAME, width - 2 * (size + 1)))
    line = (
        f"{name[:room]:<{room}} {_fitting(baseline, size):>{size}} {_fitting(best, size):>{size}}"
    )
    if width >= _CATEGORY_FROM:
        line += f"  {category[:_CATEGORY]:<{_CATEGORY}}"
    return f"{line}  {title}" if width >= _TITLE_FROM else line


def _fitting(score: str, size: int) -> str:
    """Leave the unit out where it does not fit."""
    return score if len(score) <= size else score.partition(" ")[0][:size]


def task(row: TaskRow, width: int) -> Content:
    """Draw one task: name, baseline, best known, category, title."""
    name = text.one_line(row.name)
    if row.problem:
        told = (text.one_line(row.problem), BAD)
        return Content.assemble((f"✖ {name}  ", f"bold {BAD}"), told)
    line = _task_line(
        width,
        name,
        text.one_line(row.baseline) or "–",
        text.one_line(row.best_known) or "–",
        text.one_line(row.category),
        text.one_line(row.title),
    )
    return Content(line).stylize("bold", 0, min(len(name), len(line)))


def about_task(row: TaskRow) -> Content:
    """Say what a task is about."""
    if row.problem:
        return Content.styled(f" {text.one_line(row.problem)}", BAD)
    parts = [f" {text.one_line(row.title)}"]
    parts += [text.one_line(part) for part in (row.category, row.score) if part]
    return Content.assemble(
        " · ".join(parts),
        "\n ⏎ new session: ",
        (f"workbench run {text.one_line(row.name)}", "bold"),
    )
