"""One cell of a study: a session reduced to what comparisons need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from workbench.analysis.dynamics.runs import Run, runs_of, whole
from workbench.analysis.whole import MECHANICAL, is_simulated
from workbench.model.session import Session
from workbench.model.verdict import Direction
from workbench.model.words import one_line

FINISHED = "finished"
SHORT_DIGEST = 8


class Entry(NamedTuple):
    """What one session of a study came to."""

    task: str
    title: str
    category: str
    direction: Direction
    score_name: str
    unit: str
    labels: Mapping[str, str]
    """What was chosen for it: strategy, proposer, lineages …"""
    options: Mapping[str, str]
    """What its strategy was set up with."""
    seed: int
    journal: str
    verifier: str
    state: str
    simulated: bool
    mechanical: bool
    """Whether nothing but mechanical tuning proposed."""
    baseline: float
    """Reward of the initial files; NaN where they are not feasible."""
    best_known: float
    """As a reward; NaN where none is."""
    run: Run | None
    runs: tuple[Run, ...]
    evaluations: int
    usd: float
    limit: int | None
    """The evaluations that it was given."""


def entry_of(
    session: Session,
    journal: str,
    category: str = "",
    labels: Mapping[str, str] = MappingProxyType({}),
) -> Entry:
    """Reduce a session to its entry.

    Labels are read from the session itself; `labels` win. A strategy that they name is named with
    its options: those that a session has besides were filled in for its task.
    """
    facts, initial, nan = session.facts, session.initial, float("nan")
    known = facts.best_known
    baseline = None if initial is None else initial.reward
    proposers = {lineage.created.proposer for lineage in session.lineages.values()}
    return Entry(
        task=facts.task,
        title=facts.title or facts.task,
        category=category,
        direction=facts.direction,
        score_name=facts.score_name,
        unit=facts.unit,
        labels={**labels_of(session), **labels},
        options={} if "strategy" in labels else options_of(session),
        seed=facts.seed,
        journal=journal,
        verifier=facts.verifier_digest,
        state=session.state,
        simulated=is_simulated(session),
        mechanical=proposers == {MECHANICAL},
        baseline=nan if baseline is None else baseline,
        best_known=nan if known is None else facts.direction.reward(known),
        run=whole(session),
        runs=tuple(runs_of(session)),
        evaluations=session.spent.evaluations,
        usd=session.spent.usd,
        limit=session.limits.evaluations,
    )


def labels_of(session: Session) -> dict[str, str]:
    """Return what was chosen for a session: the same for all seeds of one competitor."""
    created = [x.created for x in session.lineages.values() if x.created.forked_from is None]
    limits = session.limits
    bound = {"evaluations": limits.evaluations, "dollars": limits.usd, "tokens": limits.tokens}
    return {
        "strategy": _together(x.strategy for x in created),
        "proposer": _together(x.proposer for x in created),
        "lineages": str(len(created)),
        "allocation": session.facts.allocation,
        **{name: f"{value:g}" for name, value in bound.items() if value is not None},
    }


def options_of(session: Session) -> dict[str, str]:
    """Return what the strategies of a session were set up with, defaults included."""
    found: dict[str, set[str]] = {}
    for lineage in session.lineages.values():
        if lineage.created.forked_from is None:
            for key, value in lineage.created.strategy_options.items():
                found.setdefault(key, set()).add(one_line(str(value)))
    return {key: "+".join(sorted(values)) for key, values in found.items()}


def competitors(entries: Sequence[Entry]) -> list[str]:
    """Name each entry's competitor by the labels in which the entries differ.

    A strategy is named with those of its options in which its own entries differ.
    """
    labels = [{**entry.labels, "strategy": _set_up(entry, entries)} for entry in entries]
    names = list(dict.fromkeys(name for each in labels for name in each))
    differing = [name for name in names if len({each.get(name, "") for each in labels}) > 1]
    return [_spoken(each, differing or ["strategy"]) for each in labels]


def _set_up(entry: Entry, entries: Sequence[Entry]) -> str:
    """Return a strategy as it is named on the command line: ``islands:islands=3``."""
    name = entry.labels.get("strategy", "")
    others = [x.options for x in entries if x.labels.get("strategy") == name]
    said = [
        f"{key}={value}"
        for key, value in entry.options.items()
        if any(other.get(key) != value for other in others)
    ]
    return f"{name}:{','.join(said)}" if said else name


def tasks_of(entries: Sequence[Entry]) -> list[str]:
    """Name each entry's task. Tasks of one name with other verifiers are other tasks."""
    verifiers: dict[str, set[str]] = {}
    for entry in entries:
        verifiers.setdefault(entry.task, set()).add(entry.verifier)
    return [
        entry.task
        if len(verifiers[entry.task]) == 1
        else f"{entry.task} ({entry.verifier[:SHORT_DIGEST]})"
        for entry in entries
    ]


def _spoken(labels: Mapping[str, str], chosen: Sequence[str]) -> str:
    bare = ("strategy", "proposer", "allocation")
    words = [
        labels.get(name, "") if name in bare else f"{labels.get(name, '–')} {name}"
        for name in chosen
    ]
    return one_line(" · ".join(word for word in words if word)) or "–"


def _together(words: Iterable[str]) -> str:
    return "+".join(sorted({one_line(word) for word in words}))
