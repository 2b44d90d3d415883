"""The lineage table: one row per lineage, columns that give way when there is little room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, MUTED, Mark
from workbench.display.tui.view import View
from workbench.model.lineage import Lineage
from workbench.model.session import Session

DELTA_STEPS = 10
TREND_CELLS = 10
_BARS = "▁▂▃▄▅▆▇█"


class Column(NamedTuple):
    """A column: which field it shows, under which heading, how wide."""

    field: str
    heading: str
    width: int
    """Cells it takes at most."""
    right: bool = False
    least: int = 0
    """Cells it takes at least: one whose words come and go must not push the others about."""


_ALL = (
    Column("name", "id", 5),
    Column("state", "state", 13, least=9),
    Column("step", "step", 6, True),
    Column("best", "best", 14, True),
    Column("delta", f"Δ/{DELTA_STEPS}", 11, True),
    Column("last", "last", 14, True),
    Column("trend", "trend", TREND_CELLS),
    Column("spent", "spent", 14, True),
    Column("share", "share", 5, True),
    Column("tokens", "tokens", 7, True),
    Column("cache", "cache", 5, True),
    Column("hint", "hint", 10),
    Column("marks", "marked", 11),
)
_OPTIONAL = ("share", "tokens", "cache", "marks")
"""What is there only once some lineage has it."""
_DROPPED = ("trend", "tokens", "cache", "marks", "spent", "share", "last", "delta", "hint", "step")
"""What gives way first; id, state and best always stay."""


class Row(msgspec.Struct, frozen=True):
    """One lineage as the table shows it."""

    number: int
    name: str
    state: Mark
    step: str
    best: str
    delta: str
    last: str
    trend: str
    spent: str
    share: str
    """Of the steps that an allocator gave."""
    tokens: str
    cache: str
    hint: str
    marks: str
    """Signs of its candidates that are marked."""


def row_of(view: View, lineage: Lineage) -> Row:
    """Read a lineage's row off the session."""
    session = view.session
    return Row(
        number=lineage.id,
        name=lineage.name,
        state=states.of_lineage(lineage, view.live.get(lineage.id), view.ended == "gone"),
        step=str(lineage.step),
        best=text.score(session.facts, lineage.best_reward, unit=False),
        delta=_delta(session, lineage),
        last=_last(session, lineage),
        trend=sparkline([point.best for point in lineage.curve[-4 * TREND_CELLS :]]),
        spent=text.spend(lineage.spent, lineage.share)[-1 if text.has_cost(lineage.spent) else 0],
        share=text.dealt(session, lineage),
        tokens=text.count(lineage.spent.tokens) if lineage.spent.tokens else "",
        cache="" if lineage.reading.hit_rate is None else f"{lineage.reading.hit_rate:.0%}",
        hint=_hint(session, lineage),
        marks="".join(view.marks.of(n) for _, n in view.marks if n in lineage.candidates),
    )


def _delta(session: Session, lineage: Lineage) -> str:
    """Say how the best score changed over the last `DELTA_STEPS` steps."""
    if not lineage.curve:
        return "–"
    earlier = len(lineage.curve) - 1 - DELTA_STEPS
    before = lineage.curve[earlier].best if earlier >= 0 else lineage.origin.reward
    now = lineage.curve[-1].best
    if before is None or now is None:
        return "–"
    direction = session.facts.direction
    return text.signed(direction.score(now) - direction.score(before))


def _last(session: Session, lineage: Lineage) -> str:
    """Say what the newest finished step gave."""
    if not lineage.curve or lineage.curve[-1].step == 0:
        return "–"
    point = lineage.curve[-1]
    verdict = None if point.candidate is None else session.candidates[point.candidate].verdict
    if verdict is None:
        return "✖ none"
    if verdict.feasible:
        return text.score(session.facts, verdict.reward, unit=False)
    return states.of_outcome(verdict.outcome).text


def _hint(session: Session, lineage: Lineage) -> str:
    waiting = session.waiting_hints(lineage.id)
    if waiting:
        word = "standing" if all(hint.standing for hint in waiting) else "queued"
        return f"▲ {len(waiting)} {word}"
    steps = [h.taken[lineage.id].step for h in session.hints.values() if lineage.id in h.taken]
    return f"✔ @{max(steps)}" if steps else "–"


def sparkline(values: Sequence[float | None]) -> str:
    """Draw the newest values as bars, between their own lowest and highest."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    stride = max(1, -(-len(known) // TREND_CELLS))
    sampled = known[::-1][::stride][::-1]
    low, span = min(known), max(known) - min(known)
    if span <= 0:
        return _BARS[0] * len(sampled)
    return "".join(_BARS[min(7, int((value - low) / span * 8))] for value in sampled)


def columns(rows: Sequence[Row], width: int) -> tuple[Column, ...]:
    """Choose the columns that fit into `width` cells, each as wide as what it has to show."""
    shown = [x for x in _ALL if x.field not in _OPTIONAL or any(getattr(r, x.field) for r in rows)]
    chosen = [column._replace(width=_wanted(column, rows)) for column in shown]
    for name in _DROPPED:
        if _needed(chosen) <= width:
            break
        chosen = [column for column in chosen if column.field != name]
    return tuple(chosen)


def _wanted(column: Column, rows: Sequence[Row]) -> int:
    shown = [len(_cell(row, column.field)) for row in rows]
    return min(column.width, max([len(column.heading), column.least, *shown]))


def _needed(chosen: Sequence[Column]) -> int:
    return 2 + sum(column.width for column in chosen) + len(chosen) - 1


def heading(chosen: Sequence[Column]) -> Content:
    """Draw the headings."""
    cells = [_fit(column, Content.styled(column.heading, MUTED)) for column in chosen]
    return Content.assemble("  ", Content(" ").join(cells))


def line(row: Row, chosen: Sequence[Column]) -> Content:
    """Draw one row; a bar in the lineage's own colour stands before its name."""
    cells = [_fit(column, _cell(row, column.field)) for column in chosen]
    return Content.assemble(("▌ ", states.series(row.number)), Content(" ").join(cells))


def _cell(row: Row, field: str) -> Content:
    if field == "state":
        return Content.styled(row.state.text, row.state.style)
    value = str(getattr(row, field))
    if field in ("name", "trend"):
        return Content.styled(value, states.series(row.number))
    if field == "best":
        return Content.styled(value, "bold")
    if field in ("hint", "marks") and value != "–":
        return Content.styled(value, ACCENT)
    if field == "last" and value[:1] in ("✖", "!"):
        return Content.styled(value, states.BAD)
    return Content.styled(value, MUTED if value in ("–", "0") else "")


def _fit(column: Column, cell: Content) -> Content:
    cell = cell.truncate(column.width, ellipsis=True)
    gap = column.width - cell.cell_length
    return cell.pad_left(gap) if column.right else cell.pad_right(gap)
