"""The sections on how a search improves: laws, width and depth, what comes next."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.analysis.dynamics.depth import Cell
from workbench.analysis.dynamics.fit import Fit, Outcome
from workbench.analysis.dynamics.frequency import Frequency
from workbench.analysis.dynamics.magnitude import Magnitude
from workbench.analysis.dynamics.outlook import Outlook
from workbench.analysis.report.document import (
    Axis,
    Column,
    Figure,
    Form,
    Line,
    Paragraph,
    Section,
    Table,
    Value,
)
from workbench.analysis.report.values import chance, plus_minus
from workbench.analysis.scores.table import Array

OFTEN_NOTE = (
    "Dots: the share of runs that improved, steps gathered into bins of ratio 1.5. The null line "
    "1/t is what independent draws of one law give, so an exponent of 1 alone is no merit; a level "
    "above 1 is."
)
MUCH_NOTE = (
    "Dots: the k-th improvement as a share of all that its run gained, averaged over the runs that "
    "have one. The laws are fitted to every run's own gains, each run with a scale of its own."
)
DEPTH_NOTE = (
    "Chains × steps at one budget, from the recorded runs alone: the mean best over all choices of "
    "that many of them, as a share of the best cell's gain, with a 95 % interval over runs. Forks "
    "are no runs of their own here."
)
NEXT_NOTE = (
    "Per evaluation and per dollar: what the last half of the steps gained. By the laws: the "
    "chance of an improvement at the next step times the size of the next one. Always of the "
    "best of what the row names."
)


def dynamics(often: Frequency, much: Magnitude, source: str) -> Section:
    """Return the section on frequency and magnitude."""
    return Section(
        "Dynamics",
        (frequency_figure(often, source), magnitude_figure(much, source), fits(often, much)),
    )


def frequency_figure(often: Frequency, source: str) -> Figure:
    """Return how often runs improve, with its laws and the null line."""
    t = often.bins.t
    lines = [Line("", t, often.bins.rate, "marks", 1)]
    if len(t):
        across = np.geomspace(float(t[0]), float(t[-1]), 60)
        lines.append(Line("1/t, by chance", across, 1 / across, "dashes"))
        lines += _laws(across, often.likelihood, often.log_log, cap=1.0)
    return Figure(
        "improvement-frequency",
        "How often a step improves its lineage's best",
        Axis("step t", log=True),
        Axis("share of steps", log=True),
        tuple(lines),
        source,
        note=f"{often.improvements} improvements in {often.steps} steps of {often.runs} runs. "
        + OFTEN_NOTE,
    )


def magnitude_figure(much: Magnitude, source: str) -> Figure:
    """Return how much improvements add, with its laws."""
    lines = [Line("", much.k, much.share, "marks", 1)]
    if len(much.k) > 1:
        across = np.geomspace(1.0, float(much.k[-1]), 60)
        # The laws are of single gains; drawn through the shares, where they say how these fall.
        weight = much.share[much.share > 0]
        lift = float(np.exp(np.log(weight).mean())) if len(weight) else 1.0
        for line in _laws(across, much.likelihood, much.log_log):
            middle = np.exp(np.interp(np.log(much.k), np.log(across), np.log(line.y)).mean())
            lines.append(line._replace(y=line.y * lift / middle))
    return Figure(
        "improvement-magnitude",
        "What the k-th improvement adds",
        Axis("improvement k", log=True),
        Axis("share of a run's gain", log=True),
        tuple(lines),
        source,
        note=MUCH_NOTE,
    )


def _laws(across: Array, *fits: Outcome, cap: float = np.inf) -> list[Line]:
    return [
        Line(fit.method, across, np.minimum(cap, fit.at(across)), "line", at)
        for at, fit in enumerate(fits, 2)
        if isinstance(fit, Fit)
    ]


def fits(often: Frequency, much: Magnitude) -> Table:
    """Return all fits, refused ones with the reason."""
    rows = [
        *(_fit("frequency f(t)", x) for x in (often.likelihood, often.log_log)),
        *(_fit("magnitude g(k)", x) for x in (much.likelihood, much.log_log)),
    ]
    note = "Exponent a of a law x^−a. Log-log drops bins without improvements, likelihood does not."
    if np.isfinite(often.null_p):
        note += f" The exponent 1 of pure chance has p {chance(often.null_p)}."
    columns = ("law", "method", "exponent", "scale", "R²", "points", "")
    return Table(
        "fits",
        "Fitted laws",
        tuple(Column(name, name not in ("law", "method", ""), _form(name)) for name in columns),
        tuple(rows),
        note,
    )


def _fit(law: str, fit: Outcome) -> tuple[Value, ...]:
    if isinstance(fit, Fit):
        exponent = plus_minus(fit.exponent, fit.error)
        level = abs(fit.exponent) < 2 * fit.error
        word = "not told from a level line" if level else ""
        return law, fit.method, exponent, fit.scale, fit.r2, fit.points, word
    return law, fit.method, None, None, None, None, f"not fitted: {fit.reason}"


def depth(cells: Sequence[Cell]) -> Section:
    """Return the section on width against depth."""
    columns = ("chains", "steps each", "runs", "share of the best cell", "from", "to", "")
    table = Table(
        "width-depth",
        "Width against depth at one budget",
        tuple(Column(name, name != "", _form(name)) for name in columns),
        tuple((x.width, x.depth, x.runs, x.share, x.low, x.high, x.reason) for x in cells),
        DEPTH_NOTE,
    )
    return Section("Width and depth", (table if cells else Paragraph("No run yet."),))


def _form(name: str) -> Form:
    shares = ("share of the best cell", "from", "to")
    brief = ("scale", "R²", "per evaluation", "by the laws", "per dollar")
    return "share" if name in shares else "brief" if name in brief else "plain"


def outlook(found: Sequence[Outlook], has_cost: bool) -> Section:
    """Return the section on what the next step can be expected to gain."""
    columns = ["", "last steps", "improvements", "per evaluation", "by the laws"]
    rows: list[tuple[Value, ...]] = []
    for x in found:
        cells: list[Value] = [x.name, x.steps, x.improvements, x.recent, x.by_law]
        rows.append((*cells, *((x.per_usd,) if has_cost else ()), x.reason))
    columns += ["per dollar"] if has_cost else []
    table = Table(
        "outlook",
        "Expected gain of what comes next",
        tuple(Column(name, name != "", _form(name)) for name in (*columns, "")),
        tuple(rows),
        NEXT_NOTE,
    )
    return Section("Outlook", (table,))
