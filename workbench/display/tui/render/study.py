"""The grid of a study: one row for each task and competitor, one column for each seed."""

from __future__ import annotations

import shlex
from typing import NamedTuple

from textual.content import Content

from workbench.display import states, text
from workbench.display.states import BAD, MUTED, Mark
from workbench.display.study import RESUME, head_lines, score
from workbench.study.status import CellStatus, Status

WAITING, FAILED = Mark("○", "waiting", MUTED), Mark("✖", "failed", BAD)
FINISHED = "finished"
CELL = 11
_MOST, _LEAST = 24, 11
"""Cells of a task's or a competitor's name."""


class GridRow(NamedTuple):
    """The cells of one competitor on one task, one for each seed."""

    task: str
    who: str
    cells: tuple[CellStatus, ...]


def mark(cell: CellStatus) -> Mark:
    """Say where a cell stands."""
    own = {"waiting": WAITING, "failed": FAILED}
    return own.get(cell.state) or states.of_session(cell.state)


def grid(status: Status) -> list[GridRow]:
    """Return the rows of the grid, in the order in which cells are begun."""
    names = [name for name in status.cells[0].labels if name != "strategy"] if status.cells else []
    differing = [x for x in names if len({cell.labels[x] for cell in status.cells}) > 1]
    found: dict[tuple[str, str], list[CellStatus]] = {}
    for cell in status.cells:
        words = [cell.labels["strategy"]]
        words += [f"{cell.labels[x]}{' lineages' * (x == 'lineages')}" for x in differing]
        key = (text.one_line(cell.task), text.one_line(" · ".join(words)))
        found.setdefault(key, []).append(cell)
    return [GridRow(task, who, tuple(cells)) for (task, who), cells in found.items()]


def window(seeds: int, width: int, column: int) -> range:
    """Return the columns that there is room for, the picked one among them."""
    room = max(1, (width - 2 * _name(width, seeds)) // CELL)
    first = max(0, min(column - room // 2, seeds - room))
    return range(first, min(seeds, first + room))


def heading(rows: list[GridRow], width: int, column: int) -> Content:
    """Draw the headings."""
    size = _name(width, len(rows[0].cells) if rows else 0)
    line = f"{'task':<{size}}{'competitor':<{size}}"
    for at in window(len(rows[0].cells), width, column) if rows else ():
        line += f"   {f'seed {rows[0].cells[at].seed}':<{CELL - 3}}"
    return Content.styled(line, MUTED)


def draw(row: GridRow, width: int, column: int, here: bool) -> Content:
    """Draw a row; `here` the cell in `column` is the picked one."""
    size = _name(width, len(row.cells))
    parts: list[Content] = [Content(f"{_cut(row.task, size)}{_cut(row.who, size)}")]
    for at in window(len(row.cells), width, column):
        cell, picked = row.cells[at], here and at == column
        sign = mark(cell)
        told = f"{'▸' if picked else ' '}{sign.glyph} {_cut(_word(cell), CELL - 2)[:-1]}"
        parts.append(Content.styled(told, f"bold {sign.style}" if picked else sign.style))
    return Content.assemble(*parts)


def head(status: Status) -> Content:
    """Say in one line how the whole stands."""
    counts = [
        f"{count} {state}" for state, count in status.states.items() if count and state != FINISHED
    ]
    done = f" {status.finished} of {len(status.cells)} cells {FINISHED} "
    return Content.assemble(
        (done, "bold"),
        "".join(f"· {x} " for x in counts),
        (f"  {text.one_line(status.name)}", MUTED),
    )


def about(status: Status, cell: CellStatus | None) -> Content:
    """Say how the whole is spent, and all of the picked cell."""
    whole = f" {head_lines(status)[1]}"
    if cell is None:
        return Content.styled(whole, MUTED)
    sign = mark(cell)
    parts = [f"best {score(cell.best, cell.unit)}", f"{cell.evaluations}/{cell.limit} evaluations"]
    parts += [f"${cell.usd:.2f}"] if cell.usd else []
    parts = [text.one_line(cell.message)] if cell.message else parts
    told = f"  {' · '.join(parts)}  "
    return Content.assemble((whole, MUTED), "\n ", (sign.text, sign.style), told, (cell.id, MUTED))


def command(status: Status) -> str:
    """Return the command line that goes on with the study, or reports one that is finished."""
    done = status.finished == len(status.cells)
    words = "workbench report" if done else RESUME
    return f"{words} {shlex.quote(status.directory)}"


def _name(width: int, seeds: int) -> int:
    """Return the room for a name: what all seeds leave, within reason."""
    return max(_LEAST, min(_MOST, (width - seeds * CELL) // 2))


def _cut(words: str, size: int) -> str:
    short = words if len(words) < size else f"{words[: size - 2]}…"
    return f"{short:<{size}}"


def _word(cell: CellStatus) -> str:
    if cell.state == "finished":
        return score(cell.best, cell.unit).partition(" ")[0]
    if cell.state in ("waiting", "failed"):
        return "" if cell.state == "waiting" else cell.state
    return f"{cell.evaluations}/{cell.limit}"
