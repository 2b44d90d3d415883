"""The sections of a study on who is ahead: ranks, gains, medals, profiles, tests, laws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.analysis.dynamics.fit import Fit, Outcome
from workbench.analysis.dynamics.frequency import frequency
from workbench.analysis.dynamics.magnitude import magnitude
from workbench.analysis.report.document import (
    Axis,
    Block,
    Column,
    Figure,
    Line,
    Paragraph,
    Section,
    Table,
    Value,
)
from workbench.analysis.report.values import chance, percent, plus_minus, ranged
from workbench.analysis.study.comparison import Comparison, profiles
from workbench.analysis.study.entry import Entry, competitors

FACTORS = np.geomspace(1.0, 4.0, 121)
NAMED = (1.0, 1.05, 1.1, 1.25, 2.0)


def section(found: Comparison, source: str) -> Section:
    """Return the section on how the competitors stand."""
    if not found.block.scores.seeds:
        said = "; ".join(found.block.left_out) or "there are no cells"
        return Section("Standing", (Paragraph(f"Nothing can be compared yet: {said}."),))
    blocks: list[Block] = [_standing(found), _profile(found, source)]
    if found.tests:
        blocks.append(_tests(found))
    if len(found.categories) > 1:
        blocks.append(_categories(found))
    return Section("Standing", tuple(blocks))


def _standing(found: Comparison) -> Table:
    names = found.block.scores.competitors
    order = sorted(range(len(names)), key=lambda at: found.ranks[at].value)
    named = profiles(found.block, NAMED)
    rows: list[tuple[Value, ...]] = []
    for at in order:
        won, (one, some, every) = found.medals[at], found.passes[at]
        rows.append(
            (
                names[at],
                ranged(*found.ranks[at]),
                ranged(*found.gains[at]),
                ranged(*found.wins[at]),
                won.score,
                f"{won.gold}-{won.silver}-{won.bronze}",
                float(named[at, 0]),
                float(named[at, 2]),
                one,
                some,
                every,
            )
        )
    seeds = found.block.scores.seeds
    columns = (
        Column("competitor", False),
        *(Column(name) for name in ("average rank", "normalised gain", "win rate")),
        Column("medal score", form="brief"),
        Column("medals"),
        *(Column(name, form="share") for name in ("best", "within 10 %")),
        *(Column(name, form="share") for name in ("pass@1", f"pass@{seeds}", f"pass^{seeds}")),
    )
    note = (
        "Means with 95 % intervals over seeds; best first by average rank. Best and within 10 %: "
        "shares of tasks and seeds. Pass: a run beats the initial files."
    )
    return Table("standing", "How the competitors stand", columns, tuple(rows), note)


def _profile(found: Comparison, source: str) -> Figure:
    shares = profiles(found.block, list(FACTORS))
    lines = tuple(
        Line(name, FACTORS, row, "steps", at)
        for at, (name, row) in enumerate(
            zip(found.block.scores.competitors, shares, strict=True), 1
        )
    )
    return Figure(
        "performance-profile",
        "Performance profile: share of tasks and seeds within a factor of the best",
        Axis("factor of the best", log=True),
        Axis("share"),
        lines,
        source,
        note="Higher and further left is better (Dolan and Moré).",
    )


def _tests(found: Comparison) -> Table:
    rows: list[tuple[Value, ...]] = []
    for test in sorted(found.tests, key=lambda test: np.nan_to_num(test.found.p, nan=2.0)):
        x = test.found
        rows.append(
            (
                test.first,
                test.second,
                ranged(*x.difference),
                x.wins,
                x.losses,
                chance(x.p),
                chance(test.held),
            )
        )
    columns = ("first", "second", "mean difference", "wins", "losses", "p", "p, all together")
    return Table(
        "paired-tests",
        "Paired tests between competitors",
        tuple(Column(name, name not in ("first", "second")) for name in columns),
        tuple(rows),
        "Difference of normalised gains, first minus second, paired by task and seed. No test is "
        "made below five pairs that differ. Seeds of one task are more alike than tasks are, so a "
        "small p speaks of these tasks.",
    )


def _categories(found: Comparison) -> Table:
    names = found.block.scores.competitors
    rows: list[tuple[Value, ...]] = [
        (category or "none named", *(float(x) for x in ranks))
        for category, ranks in found.categories.items()
    ]
    columns = (Column("category", False), *(Column(name, form="brief") for name in names))
    return Table("category-ranks", "Average rank in each category", columns, tuple(rows))


def laws(entries: Sequence[Entry]) -> Section:
    """Return the section on how the competitors' lineages improve."""
    groups: dict[str, list[Entry]] = {}
    for entry, name in zip(entries, competitors(entries), strict=True):
        groups.setdefault(name, []).append(entry)
    rows: list[tuple[Value, ...]] = []
    for name, members in groups.items():
        runs = [run for entry in members for run in entry.runs]
        often, much = frequency(runs), magnitude(runs)
        improved = often.improvements / often.steps if often.steps else float("nan")
        rows.append(
            (
                name,
                len(runs),
                often.steps,
                percent(improved),
                _told(often.likelihood),
                _scale(often.likelihood),
                chance(often.null_p),
                _told(much.likelihood),
            )
        )
    columns = ("competitor", "lineages", "steps", "improve", "f(t) exponent", "level", "1/t: p")
    table = Table(
        "laws",
        "How the competitors' lineages improve",
        tuple(Column(name, name != "competitor") for name in (*columns, "g(k) exponent")),
        tuple(rows),
        "By maximum likelihood, over the lineages of all tasks and seeds. Independent draws of one "
        "law have the exponent 1 and the level 1 (the null line 1/t).",
    )
    return Section("Dynamics", (table,))


def _told(fit: Outcome) -> str:
    if isinstance(fit, Fit):
        return plus_minus(fit.exponent, fit.error)
    return f"not fitted: {fit.reason}"


def _scale(fit: Outcome) -> float | None:
    return fit.scale if isinstance(fit, Fit) else None
