"""Rows of the home screen."""

from __future__ import annotations

from textual.content import Content

from workbench.display import states, text
from workbench.display.opener import SessionRow, TaskRow
from workbench.display.states import BAD, MUTED

_STATE, _BEST, _SPENT, _AGE = 14, 9, 15, 10
_SIZE_FROM = 40
"""Room from which a title is followed by the session's size and id."""


def session_heading(width: int) -> Content:
    """Draw the headings of the session list."""
    return Content.styled(_columns(width, "state", "task", "best", "spent", "changed"), MUTED)


def _columns(width: int, state: str, task: str, best: str, spent: str, changed: str) -> str:
    room = _task_room(width)
    line = f"{state:<{_STATE}}{task[:room]:<{room}} {best[:_BEST]:>{_BEST}}"
    if width >= 60:
        line += f" {spent[:_SPENT]:>{_SPENT}}"
    return f"{line} {changed[:_AGE]:>{_AGE}}" if width >= 72 else line


def _task_room(width: int) -> int:
    used = _STATE + 1 + _BEST
    used += (1 + _SPENT) * (width >= 60) + (1 + _AGE) * (width >= 72)
    return max(8, width - used)


def session(row: SessionRow, width: int, now: float) -> Content:
    """Draw one session."""
    mark = states.of_session(row.state)
    if row.problem:
        return Content.assemble(
            (f"{'✖ broken':<{_STATE}}", BAD),
            (f"{text.one_line(row.task)}  {text.one_line(row.problem)}", BAD),
        )
    title = text.one_line(row.title or row.task)
    if _task_room(width) >= _SIZE_FROM:
        title = f"{title} · {row.lineages} lineages, {row.candidates} candidates · {row.id}"
    line = _columns(
        width,
        mark.text,
        title,
        text.one_line(row.best) or "–",
        text.one_line(row.spent),
        text.age(now - row.updated),
    )
    return Content(line).stylize(mark.style, 0, min(len(mark.text), len(line)))


def task(row: TaskRow, width: int) -> Content:
    """Draw one task."""
    return Content.assemble(
        (f"{text.one_line(row.name):<24} ", "bold"), (text.one_line(row.title), MUTED)
    )
