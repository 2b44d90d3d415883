"""Studies in words: what happens while one runs, and how one stands."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.display import text
from workbench.study.grid import Cell, depth
from workbench.study.running import Outcome, Told
from workbench.study.spec import Spec
from workbench.study.status import CellStatus, Status

RESUME = "workbench study resume"


def cell_line(spec: Spec, cell: Cell) -> str:
    """Name a cell by all that was chosen for it, as far as the study has several."""
    parts = [cell.task, cell.strategy]
    parts += [cell.maker.label] if len(spec.makers) > 1 or cell.maker.models else []
    parts += [cell.allocator] if len(spec.allocators) > 1 else []
    parts += [f"{cell.width}×{depth(spec, cell.width)}", f"seed {cell.seed}"]
    return text.one_line("  ".join(parts))


def told_line(spec: Spec, told: Told) -> str:
    """Say what happened to a cell."""
    parts = [f"{told.kind:<11}", cell_line(spec, told.cell)]
    one = told.session
    if one is not None and told.kind in ("finished", "interrupted"):
        parts += [score(one.best_score, one.unit), *text.spend(one.spent, one.limits)]
        parts.append(text.duration(one.elapsed))
    if told.kind == "failed":
        parts.append(told.message)
    return text.clean("  ".join(parts))


def score(best: float | None, unit: str) -> str:
    """Return a best score as people read it."""
    return "–" if best is None else text.with_unit(text.number(best), unit)


def outcome_line(outcome: Outcome, total: int) -> str:
    """Say in one line what a run came to."""
    parts = [f"{outcome.finished} of {total} cells finished"]
    parts += [f"{outcome.failed} failed"] if outcome.failed else []
    if outcome.unaffordable:
        parts.append(f"{outcome.unaffordable} not begun: together they might pass usd_total")
    parts += [f"{outcome.left} left"] if outcome.left else []
    return ", ".join(parts)


def added_line(added: Iterable[str]) -> str:
    """Say which strategies a study has that its spec does not name; empty if none."""
    names = " and ".join(added)
    return f"added to the strategies: {names}, without which none can be judged" if names else ""


def head_lines(status: Status) -> list[str]:
    """Say how the whole stands."""
    states = ", ".join(f"{count} {state}" for state, count in status.states.items() if count)
    spent = f"{text.count(status.evaluations)} of {text.count(status.limit)} evaluations"
    cap = "" if status.usd_total is None else f" of ${status.usd_total:g}"
    money = f" · ${status.usd:.2f}{cap}" if status.usd or cap else ""
    runner = status.runner
    by = "nobody runs it" if runner is None else f"process {runner.pid} on {runner.host} runs it"
    if runner is None and status.finished < len(status.cells):
        by += f"; go on: {RESUME} {status.directory}"
    lines = [f"{status.name}: {len(status.cells)} cells: {states}", f"{spent}{money} · {by}"]
    return [text.one_line(line) for line in (*lines, added_line(status.added)) if line]


def status_lines(status: Status) -> list[str]:
    """Say how the study stands, cell by cell."""
    rows = [row(cell) for cell in status.cells]
    widths = [max((len(x[at]) for x in rows), default=0) for at in range(len(HEADS))]
    widths = [max(width, len(head)) for width, head in zip(widths, HEADS, strict=True)]
    table = [
        "  ".join(f"{word:<{width}}" for word, width in zip(words, widths, strict=True)).rstrip()
        for words in (HEADS, *rows)
    ]
    return [*head_lines(status), "", *table]


HEADS = (
    "state",
    "task",
    "strategy",
    "proposer",
    "allocation",
    "lineages",
    "seed",
    *("best", "done"),
)


def row(cell: CellStatus) -> tuple[str, ...]:
    """Return the words of a cell's row; what it failed of comes in the place of its best."""
    labels = [cell.labels[name] for name in HEADS[2:6]]
    best = score(cell.best, cell.unit) if cell.session else "–"
    done = f"{cell.evaluations}/{cell.limit}" + (f"  {cell.message}" if cell.message else "")
    words = (cell.state, cell.task, *labels, str(cell.seed), best, done)
    return tuple(text.one_line(word) for word in words)
