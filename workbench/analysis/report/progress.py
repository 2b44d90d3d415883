"""The sections on what a session reached: curves, lineages, its bests one after the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.analysis.dynamics.runs import Run
from workbench.analysis.edits.cycling import Cycling
from workbench.analysis.report.document import (
    Axis,
    Block,
    Column,
    Figure,
    Line,
    Rule,
    Section,
    Table,
    Value,
)
from workbench.analysis.scores.chances import pass_at
from workbench.analysis.whole import Analysis
from workbench.model.event import SessionCreated
from workbench.model.lineage import name_of
from workbench.model.session import Session

LAST_BESTS = 25
"""New bests that are listed, the newest."""
DRAWS = (1, 10, 100)


def progress(session: Session, analysis: Analysis, source: str) -> Section:
    """Return the section with the curves and what each lineage came to."""
    blocks: list[Block] = [
        curves(session.facts, analysis.runs, source),
        gap(session.facts, analysis.runs, source),
        lineages(session, analysis),
        bests(session),
    ]
    chances = passes(session)
    return Section("Progress", (*blocks, chances) if chances.rows else tuple(blocks))


def curves(facts: SessionCreated, runs: Sequence[Run], source: str) -> Figure:
    """Return every lineage's best and its single scores over evaluations."""
    score = facts.direction.score
    lines: list[Line] = []
    for at, run in enumerate(runs, 1):
        lines.append(Line(run.name, run.evaluations, _scores(facts, run.rewards), "dots", at))
    for at, run in enumerate(runs, 1):
        lines.append(Line(run.name, run.evaluations, _scores(facts, run.best), "steps", at))
    known = (("baseline", facts.baseline), ("best known", facts.best_known), ("bound", facts.bound))
    rules = tuple(Rule(f"{name} {value:.6g}", value) for name, value in known if value is not None)
    ends = sorted({score(float(run.best[-1])) for run in runs})
    span = f"From {ends[0]:.6g} to {ends[-1]:.6g} at the end. " if len(ends) > 1 else ""
    return Figure(
        "best-so-far",
        f"Best {facts.score_name} so far, of each lineage",
        Axis("evaluations of the lineage"),
        Axis(facts.score_name + (f" ({facts.unit})" if facts.unit else "")),
        _kept_in_view(lines),
        source,
        rules,
        f"{span}Dots are single candidates; those far below the curves are left out.",
    )


def _kept_in_view(lines: list[Line]) -> tuple[Line, ...]:
    """Leave out single scores that lie so far off that the curves would be flat lines."""
    ends = np.concatenate([x.y for x in lines if x.shape == "steps"] or [np.empty(0)])
    if not len(ends):
        return tuple(lines)
    room = 0.5 * float(ends.max() - ends.min())
    low, high = float(ends.min()) - room, float(ends.max()) + room
    found = []
    for line in lines:
        if line.shape == "dots":
            seen = (line.y >= low) & (line.y <= high)
            line = line._replace(x=line.x[seen], y=line.y[seen])
        found.append(line)
    return tuple(found)


def gap(facts: SessionCreated, runs: Sequence[Run], source: str) -> Figure:
    """Return how far each lineage's best is from the best known, or from the best here."""
    reached = max((float(run.best[-1]) for run in runs), default=float("nan"))
    known = facts.best_known
    reference = reached if known is None else max(reached, facts.direction.reward(known))
    what = "best known" if known is not None and reference > reached else "best of all"
    lines = [
        Line(
            run.name, np.arange(len(run.best), dtype=np.float64), reference - run.best, "steps", at
        )
        for at, run in enumerate(runs, 1)
    ]
    return Figure(
        "gap",
        f"Gap to the {what}, on logarithmic axes",
        Axis("step", log=True),
        Axis("gap", log=True),
        tuple(lines),
        source,
        note=f"Reference: {facts.direction.score(reference):.6g}. A straight line is a power law; "
        "a curve ends where its gap is zero.",
    )


def _scores(
    facts: SessionCreated, rewards: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return rewards * facts.direction.score(1.0)


def lineages(session: Session, analysis: Analysis) -> Table:
    """Return what each lineage is and came to."""
    runs = {run.name: run for run in analysis.runs}
    cycles: dict[str, Cycling] = {cycle.lineage: cycle for cycle in analysis.cycles}
    score = session.facts.direction.score
    rows: list[tuple[Value, ...]] = []
    for lineage in session.lineages.values():
        run, cycle, best = runs.get(lineage.name), cycles.get(lineage.name), lineage.best_reward
        rows.append(
            (
                lineage.name,
                lineage.created.strategy,
                lineage.created.proposer,
                lineage.step,
                lineage.spent.evaluations,
                None if best is None else score(best),
                None if run is None else float(run.best[-1] - run.best[0]),
                None if run is None else len(run.improvements),
                None if cycle is None else cycle.share,
                lineage.spent.usd,
                lineage.stopped or lineage.state,
            )
        )
    names = ("", "strategy", "proposer", "steps", "evaluations", "best", "gain", "improvements")
    words = ("", "strategy", "proposer", "state")
    columns = (*names, "cycling", "dollars", "state")
    note = "Cycling: the share of added lines that the lineage had deleted before, byte for byte."
    return Table(
        "lineages",
        "Lineages",
        tuple(
            Column(name, name not in words, "share" if name == "cycling" else "plain")
            for name in columns
        ),
        tuple(rows),
        note if analysis.cycles else "",
    )


def bests(session: Session) -> Table:
    """Return the session's new bests, newest first."""
    score = session.facts.direction.score
    found, best = [], None
    points = sorted(
        (
            (point.elapsed, lineage.id, point)
            for lineage in session.lineages.values()
            for point in lineage.curve
            if point.reward is not None and point.reward == point.best
        ),
        key=lambda item: item[:2],
    )
    for elapsed, number, point in points:
        if best is not None and point.reward is not None and point.reward > best:
            found.append((elapsed, number, point, point.reward - best))
        best = point.reward if best is None else max(best, point.reward or best)
    rows: list[tuple[Value, ...]] = []
    for elapsed, number, point, gain in reversed(found[-LAST_BESTS:]):
        candidate = session.candidates[point.candidate or 1]
        told = score(point.reward or 0.0)
        rows.append(
            (candidate.id, name_of(number), point.step, told, gain, elapsed, candidate.operator,
             candidate.note)
        )  # fmt: skip
    columns = ("candidate", "lineage", "step", "score", "gain", "seconds", "operator", "note")
    return Table(
        "bests",
        f"New bests of the session, {len(rows)} of {len(found)}",
        tuple(
            Column(x, x not in ("lineage", "operator", "note"), "brief" if x == "gain" else "plain")
            for x in columns
        ),
        tuple(rows),
    )


def passes(session: Session) -> Table:
    """Return the chance that one of k of the session's candidates is feasible, or an advance."""
    judged = [
        x for x in session.candidates.values() if x.lineage is not None and x.verdict is not None
    ]
    start = None if session.initial is None else session.initial.reward
    kinds = [("feasible", sum(x.reward is not None for x in judged))]
    if start is not None:
        above = sum(x.reward is not None and x.reward > start for x in judged)
        kinds.append(("better than the initial files", above))
    draws = [k for k in DRAWS if k <= len(judged)]
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (name, count, *(pass_at(len(judged), count, k) for k in draws)) for name, count in kinds
    )
    return Table(
        "pass-at-k",
        "Chance that at least one of k candidates is …",
        (
            Column("", False),
            Column("candidates"),
            *(Column(f"pass@{k}", form="share") for k in draws),
        ),
        rows if draws else (),
        f"Without bias, from {len(judged)} verified candidates.",
    )
