"""The report of a study: competitors at equal budget, with intervals over seeds."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.analysis.report import standing, tasks
from workbench.analysis.report.document import (
    Column,
    Document,
    Fact,
    Paragraph,
    Section,
    Table,
    Value,
)
from workbench.analysis.report.session import SIMULATION, Origin
from workbench.analysis.study.comparison import Comparison, block_of, compared
from workbench.analysis.study.entry import FINISHED, Entry, competitors, tasks_of
from workbench.model.words import number

RULES = """\
Feasible comes first, whatever the sign of a score: nothing feasible loses to every score and ties
with itself.

Ties share the mean of the ranks that they take up.

Profiles: best/reward where all rewards of a task are above zero, reward/best where all are below;
where a task has both signs only the best are within any factor.

Win: better than the initial files by more than rounding. Medals: 1, 0.67 and 0.33 for reaching the
best, second and third mean of a task.

Normalised gain: 0 is the initial files' score, 1 the best that anybody reached on the task; nothing
feasible is 0.

Intervals: 95 %, seeds drawn again with replacement, for every task by itself; none below three
seeds. Tests: Wilcoxon signed rank on normalised gains paired by task and seed, two-sided, p held
together by Holm's method."""


def document(
    name: str, entries: Sequence[Entry], origin: Origin, notes: Sequence[str] = (), absent: int = 0
) -> Document:
    """Return everything that the report of a study says.

    `notes` say how the study was made, `absent` how many of its cells were not begun.
    """
    block = block_of(entries)
    found = compared(block)
    verifiers = sorted({entry.verifier[:16] for entry in entries})
    source = f"Study {origin.journal}, {len(entries)} journals; verifiers {', '.join(verifiers)}"
    return Document(
        title=f"Study {name}",
        lead=_lead(entries, found),
        facts=tuple(_head(entries, found, absent)),
        sections=(
            standing.section(found, source),
            tasks.section(entries, found, source),
            standing.laws(entries),
            _cells(entries),
            _made(origin, found, notes),
        ),
        source=source,
    )


def _lead(entries: Sequence[Entry], found: Comparison) -> str:
    scores, budget = found.block.scores, found.block.budget
    said = [SIMULATION] if any(entry.simulated for entry in entries) else []
    within = "" if budget is None else f", each within {budget} evaluations"
    said.append(
        f"{len(scores.competitors)} competitors on {len(scores.tasks)} tasks with {scores.seeds} "
        f"seeds each{within}."
    )
    return " ".join(said)


def _head(entries: Sequence[Entry], found: Comparison, absent: int) -> list[Fact]:
    finished = sum(entry.state == FINISHED for entry in entries)
    facts = [
        Fact("cells", f"{finished} of {len(entries) + absent}", "finished"),
        Fact("evaluations", str(sum(entry.evaluations for entry in entries))),
    ]
    if found.gains and found.block.scores.seeds:
        best = max(range(len(found.gains)), key=lambda at: found.gains[at].value)
        gain = found.gains[best]
        facts.append(
            Fact("largest mean gain", number(gain.value), found.block.scores.competitors[best])
        )
    usd = sum(entry.usd for entry in entries)
    if usd:
        facts.append(Fact("dollars", f"{usd:.4g}"))
    return facts


def _cells(entries: Sequence[Entry]) -> Section:
    rows: list[tuple[Value, ...]] = []
    for entry, task, who in zip(entries, tasks_of(entries), competitors(entries), strict=True):
        reached = None if entry.run is None else entry.direction.score(float(entry.run.best[-1]))
        rows.append(
            (
                task,
                who,
                entry.seed,
                reached,
                entry.evaluations,
                entry.usd,
                entry.state,
                entry.journal,
                entry.verifier[:16],
            )
        )
    words = ("task", "competitor", "state", "journal", "verifier")
    columns = ("task", "competitor", "seed", "best", "evaluations", "dollars", "state", "journal")
    table = Table(
        "cells",
        "Every cell with its journal and its verifier",
        tuple(Column(x, x not in words) for x in (*columns, "verifier")),
        tuple(rows),
        "Best: of the whole session, whatever the budget of the comparison.",
    )
    return Section("Cells", (table,))


def _made(origin: Origin, found: Comparison, notes: Sequence[str]) -> Section:
    left_out = found.block.left_out
    texts = [f"Made by: {origin.command}", *notes]
    if left_out:
        texts.append(f"Left out of every comparison: {'; '.join(left_out)}.")
    seeds = {
        task: ", ".join(map(str, chosen))
        for task, chosen in zip(found.block.scores.tasks, found.block.seeds, strict=True)
    }
    if len(set(seeds.values())) == 1:
        texts.append(f"Seeds: {next(iter(seeds.values()))}.")
    elif seeds:
        texts.append("Seeds: " + "; ".join(f"{task} {told}" for task, told in seeds.items()) + ".")
    rules = (" ".join(rule.split()) for rule in RULES.split("\n\n"))
    return Section("How it was made", tuple(Paragraph(text) for text in (*texts, *rules)))
