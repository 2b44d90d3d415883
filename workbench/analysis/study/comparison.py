"""Competitors compared at equal budget, over all tasks and seeds that every one of them has."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from workbench.analysis.dynamics.runs import within
from workbench.analysis.scores.chances import pass_all, pass_at
from workbench.analysis.scores.medals import Medals, medals
from workbench.analysis.scores.profile import profile
from workbench.analysis.scores.ranks import average_ranks, category_ranks, win_rates
from workbench.analysis.scores.table import Array, Scores
from workbench.analysis.study.entry import FINISHED, Entry, competitors, tasks_of
from workbench.analysis.uncertainty.bootstrap import Interval, over_seeds
from workbench.analysis.uncertainty.paired import Paired, compare, holm

ALL_PAIRS = 8
"""Competitors up to which every pair is tested; of more, the best against each of the others."""


class Block(NamedTuple):
    """What is compared, and what had to be left out of it."""

    scores: Scores
    seeds: tuple[tuple[int, ...], ...]
    """Seeds of each task, in the order of the table's last axis."""
    budget: int | None
    """Evaluations that every session is looked at within; None where none had a bound."""
    left_out: tuple[str, ...]
    """Why cells are not in it, in words."""


class Test(NamedTuple):
    """One comparison of two competitors by their normalised gains."""

    first: str
    second: str
    found: Paired
    held: float
    """The p-value that holds together with all others (Holm)."""


class Comparison(NamedTuple):
    """How the competitors stand."""

    block: Block
    ranks: list[Interval]
    gains: list[Interval]
    """Mean normalised gain: 0 is the initial files, 1 the best of all on that task."""
    wins: list[Interval]
    medals: list[Medals]
    categories: dict[str, Array]
    tests: list[Test]
    passes: list[tuple[float, float, float]]
    """Chance over seeds of beating the initial files, mean over tasks: with one seed, with at least
    one of all, with all."""


def block_of(entries: Sequence[Entry]) -> Block:
    """Gather finished entries into the largest full table: all competitors, equal seeds a task.

    A competitor of which nothing is finished is left out: it must not keep others from the table.
    """
    finished = [entry for entry in entries if entry.state == FINISHED]
    names, tasks = competitors(entries), tasks_of(entries)
    there = {name for entry, name in zip(entries, names, strict=True) if entry.state == FINISHED}
    order = [name for name in dict.fromkeys(names) if name in there or not there]
    known = list(dict.fromkeys(tasks))
    cells: dict[tuple[str, str], dict[int, Entry]] = {}
    for entry, name, task in zip(entries, names, tasks, strict=True):
        if entry.state == FINISHED:
            cells.setdefault((task, name), {}).setdefault(entry.seed, entry)
    budget = _budget(finished)
    full = {
        task: sorted(set.intersection(*(set(cells.get((task, name), {})) for name in order)))
        for task in known
    }
    kept = [task for task in known if full[task]]
    count = min((len(full[task]) for task in kept), default=0)
    seeds = tuple(tuple(full[task][:count]) for task in kept)
    rewards = np.full((len(kept), len(order), count), np.nan)
    baselines, categories = np.full(len(kept), np.nan), []
    for at, task in enumerate(kept):
        for place, name in enumerate(order):
            for column, seed in enumerate(seeds[at]):
                rewards[at, place, column] = _reached(cells[task, name][seed], budget)
        some = next(iter(cells[task, order[0]].values()))
        baselines[at] = some.baseline
        categories.append(some.category)
    scores = Scores(tuple(kept), tuple(order), rewards, baselines, tuple(categories))
    return Block(scores, seeds, budget, tuple(_left_out(entries, names, kept, scores)))


def _budget(entries: Sequence[Entry]) -> int | None:
    return min((x.limit for x in entries if x.limit is not None), default=None)


def _reached(entry: Entry, budget: int | None) -> float:
    if entry.run is None:
        return float("nan")
    return within(entry.run, np.inf if budget is None else budget)


def _left_out(
    entries: Sequence[Entry], names: Sequence[str], kept: Sequence[str], scores: Scores
) -> list[str]:
    known = dict.fromkeys(tasks_of(entries))
    unfinished = sum(entry.state != FINISHED for entry in entries)
    missing = [task for task in known if task not in kept]
    more = len(entries) - unfinished - scores.rewards.size
    absent = [name for name in dict.fromkeys(names) if name not in scores.competitors]
    found = [f"cells that are not finished: {unfinished}"] if unfinished else []
    if absent:
        found.append(f"competitors without a finished cell: {', '.join(absent)}")
    if missing:
        found.append(f"tasks that no seed has with every competitor: {', '.join(missing)}")
    if more > 0:
        found.append(f"finished cells whose seed not every competitor has: {more}")
    return found


def normalised(scores: Scores) -> Array:
    """Return gains over the baseline as a share of the largest on each task; nothing feasible
    has gained nothing. Of the shape of `scores.rewards`."""
    found = np.zeros_like(scores.rewards)
    for at, task in enumerate(scores.rewards):
        feasible = task[~np.isnan(task)]
        if not len(feasible):
            continue
        base = scores.baselines[at]
        base = float(feasible.min()) if np.isnan(base) else float(base)
        top = float(feasible.max()) - base
        if top > 0:
            found[at] = np.where(np.isnan(task), 0.0, (task - base) / top)
    return found


def by_block(rewards: Array) -> Array:
    """Return rewards (tasks, competitors, seeds) as one row for each task and seed."""
    return np.moveaxis(rewards, 2, 1).reshape(-1, rewards.shape[1])


def compared(block: Block) -> Comparison:
    """Return how the competitors of a full table stand."""
    scores = block.scores
    gains = normalised(scores)
    # Baselines ride along as a first column: a draw of seeds then keeps each task with its own.
    base = np.broadcast_to(scores.baselines[:, None, None], (len(gains), 1, scores.seeds))
    both = np.concatenate([base, scores.rewards], axis=1)
    return Comparison(
        block=block,
        ranks=over_seeds(scores.rewards, lambda drawn: average_ranks(by_block(drawn))),
        gains=over_seeds(gains, lambda drawn: np.asarray(drawn.mean(axis=(0, 2)))),
        wins=over_seeds(both, _wins)[1:],
        medals=medals(scores.means) if scores.seeds else [],
        categories=category_ranks(
            by_block(scores.rewards), np.repeat(scores.categories, scores.seeds).tolist()
        ),
        tests=_tests(scores.competitors, by_block(gains)),
        passes=_passes(scores),
    )


def _wins(drawn: Array) -> Array:
    rows = by_block(drawn)
    return win_rates(rows, rows[:, 0])


def profiles(block: Block, factors: Sequence[float]) -> Array:
    """Return the performance profiles over tasks and seeds, (competitors, factors)."""
    return profile(by_block(block.scores.rewards), factors)


def _tests(names: Sequence[str], gains: Array) -> list[Test]:
    if len(names) < 2 or not len(gains):
        return []
    pairs = list(itertools.combinations(range(len(names)), 2))
    if len(names) > ALL_PAIRS:
        best = int(gains.mean(axis=0).argmax())
        pairs = [(best, other) for other in range(len(names)) if other != best]
    found = [compare(list(gains[:, a]), list(gains[:, b])) for a, b in pairs]
    held = holm([one.p for one in found])
    return [
        Test(names[a], names[b], one, p) for (a, b), one, p in zip(pairs, found, held, strict=True)
    ]


def _passes(scores: Scores) -> list[tuple[float, float, float]]:
    found = []
    for place in range(len(scores.competitors)):
        each = []
        for at, base in enumerate(scores.baselines):
            if not np.isnan(base) and scores.seeds:
                won = win_rates(scores.rewards[at, place][:, None], np.full(scores.seeds, base))
                passed = round(float(won[0]) * scores.seeds)
                tries = (scores.seeds, passed)
                each.append(
                    (pass_at(*tries, 1), pass_at(*tries, tries[0]), pass_all(*tries, tries[0]))
                )
        one, some, every = np.mean(each, axis=0) if each else (np.nan, np.nan, np.nan)
        found.append((float(one), float(some), float(every)))
    return found
