"""The section of a study on each of its tasks: scores with intervals, and mean curves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from workbench.analysis.report.document import (
    Axis,
    Block,
    Column,
    Figure,
    Line,
    Paragraph,
    Rule,
    Section,
    Table,
    Value,
)
from workbench.analysis.report.values import NOTHING, ranged
from workbench.analysis.scores.table import Array
from workbench.analysis.study.comparison import Comparison, normalised
from workbench.analysis.study.curves import mean_curve
from workbench.analysis.study.entry import Entry, competitors, tasks_of
from workbench.analysis.uncertainty.bootstrap import Interval, of_mean
from workbench.model.verdict import Direction


def section(entries: Sequence[Entry], found: Comparison, source: str) -> Section:
    """Return the section on the tasks that can be compared."""
    scores = found.block.scores
    if not scores.seeds:
        return Section("Tasks", (Paragraph("No task has a seed with every competitor yet."),))
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry, task, name in zip(entries, tasks_of(entries), competitors(entries), strict=True):
        groups.setdefault((task, name), []).append(entry)
    blocks: list[Block] = [_scores(groups, found)]
    shape = _shape(entries, found)
    if shape is not None:
        blocks.append(shape)
    for at, task in enumerate(scores.tasks):
        blocks.append(_curves(groups, found, at, task, source))
    return Section("Tasks", tuple(blocks))


def _of_task(groups: dict[tuple[str, str], list[Entry]], task: str) -> list[Entry]:
    return [entry for (named, _), members in groups.items() if named == task for entry in members]


def _scores(groups: dict[tuple[str, str], list[Entry]], found: Comparison) -> Table:
    """Return one column for each task: what is known of it, then what each competitor reached."""
    scores, nan = found.block.scores, float("nan")
    members = [_of_task(groups, task) for task in scores.tasks]
    ways = [each[0].direction for each in members]
    known = {
        "initial files": list(scores.baselines),
        "best known": [each[0].best_known for each in members],
        "tuning ceiling": [
            max((float(x.run.best[-1]) for x in each if x.mechanical and x.run), default=nan)
            for each in members
        ],
    }
    rows: list[tuple[Value, ...]] = [
        (name, *(_score(way, float(x)) for way, x in zip(ways, rewards, strict=True)))
        for name, rewards in known.items()
    ]
    for place, name in enumerate(scores.competitors):
        means = (_mean(way, row[place]) for way, row in zip(ways, scores.rewards, strict=True))
        rows.append((name, *means))
    note = (
        "Mean score over seeds with its 95 % interval; where a seed found nothing feasible there "
        "is no mean. Tuning ceiling: the best of all cells whose proposer was mechanical alone."
    )
    heads = [f"{task}, {way}" for task, way in zip(scores.tasks, ways, strict=True)]
    columns = (Column("", False), *(Column(head) for head in heads))
    return Table("scores", "Scores", columns, tuple(rows), note)


def _score(direction: Direction, reward: float) -> float | None:
    return None if np.isnan(reward) else direction.score(reward)


def _mean(direction: Direction, rewards: Array) -> str:
    if np.isnan(rewards).any():
        feasible = int((~np.isnan(rewards)).sum())
        return f"{NOTHING} ({feasible} of {len(rewards)} feasible)"
    value, low, high = of_mean(list(rewards * direction.score(1.0)))
    return ranged(value, low, high)


def _shape(entries: Sequence[Entry], found: Comparison) -> Table | None:
    """Return width against depth where the study has several widths at one budget."""
    widths = dict(zip(competitors(entries), (x.labels["lineages"] for x in entries), strict=True))
    scores, budget = found.block.scores, found.block.budget
    if len(set(widths.values())) < 2 or budget is None:
        return None
    gains = normalised(scores)
    rows: list[tuple[Value, ...]] = []
    for width in sorted({int(x) for x in widths.values()}):
        places = [at for at, name in enumerate(scores.competitors) if widths[name] == str(width)]
        told: Interval = of_mean(list(gains[:, places].mean(axis=(0, 1))))
        rows.append((width, budget // width, len(places), ranged(*told)))
    columns = ("lineages", "evaluations each", "competitors", "normalised gain")
    return Table(
        "width-depth",
        "Width against depth at one budget",
        tuple(map(Column, columns)),
        tuple(rows),
        "Mean over tasks and competitors of that width, with its interval over seeds.",
    )


def _curves(
    groups: dict[tuple[str, str], list[Entry]],
    found: Comparison,
    at: int,
    task: str,
    source: str,
) -> Figure:
    scores, seeds = found.block.scores, found.block.seeds[at]
    members = _of_task(groups, task)
    some = members[0]
    sign = some.direction.score(1.0)
    longest = int(max((x.run.evaluations[-1] for x in members if x.run is not None), default=1))
    bands, lines = [], []
    for place, name in enumerate(scores.competitors, 1):
        runs = [x.run for x in groups[task, name] if x.seed in seeds]
        curve = mean_curve(runs, found.block.budget or longest)
        bands.append(Line(name, curve.x, curve.low * sign, "band", place, curve.high * sign))
        lines.append(Line(name, curve.x, curve.mean * sign, "steps", place))
    known = (("initial files", float(scores.baselines[at])), ("best known", some.best_known))
    return Figure(
        f"curves-{at + 1}",
        f"{some.title}: mean best {some.score_name} so far",
        Axis("evaluations"),
        Axis(some.score_name + (f" ({some.unit})" if some.unit else "")),
        (*bands, *lines),
        f"{source.partition(';')[0]}, {len(members)} of them here; verifier {some.verifier[:16]}",
        tuple(Rule(f"{name} {x * sign:.6g}", x * sign) for name, x in known if not np.isnan(x)),
        f"Mean over {len(seeds)} seeds; bands are its 95 % interval.",
    )
