"""One session analysed: every figure that reports and screens show of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from workbench.analysis.dynamics.depth import Cell, width_depth
from workbench.analysis.dynamics.failures import Failure, infeasible, without_candidate
from workbench.analysis.dynamics.frequency import Frequency, frequency
from workbench.analysis.dynamics.hinted import HintEffect, hint_effect
from workbench.analysis.dynamics.magnitude import Magnitude, magnitude
from workbench.analysis.dynamics.outlook import Outlook, outlook, outlooks
from workbench.analysis.dynamics.runs import Run, runs_of, whole
from workbench.analysis.edits import cycling as cycle
from workbench.analysis.edits import gains
from workbench.analysis.edits.cycling import Cycling
from workbench.analysis.edits.gains import Kinds, kinds_of
from workbench.analysis.edits.texts import Texts, remembered
from workbench.model.event import Record
from workbench.model.session import Session
from workbench.model.simulation import SIMULATION

MECHANICAL = "mutation"
"""The proposer that tunes numbers and edits statements without understanding them."""


class Ceiling(NamedTuple):
    """What mechanical tuning reached on the same task: the yardstick of every best."""

    reward: float
    evaluations: int
    source: str
    """The session it was found in."""


class Looks(NamedTuple):
    """How many candidates' texts an analysis reads at most."""

    edits: int = gains.MOST
    cycling: int = cycle.MOST


ALL = Looks()


class Analysis(NamedTuple):
    """What a session's journal says of how it searched."""

    run: Run | None
    """All lineages as one; None as long as nothing is feasible."""
    runs: tuple[Run, ...]
    often: Frequency
    much: Magnitude
    cells: tuple[Cell, ...]
    next: tuple[Outlook, ...]
    """Of the session, then of each lineage."""
    hints: HintEffect
    infeasible: tuple[Failure, ...]
    fruitless: tuple[Failure, ...]
    """Steps that gave no candidate; empty where the records are not at hand."""
    kinds: Kinds | None
    """None where the candidates' texts are not at hand."""
    cycles: tuple[Cycling, ...]
    ceiling: Ceiling | None


def analyse(
    session: Session,
    *,
    texts: Texts | None = None,
    records: Iterable[Record] = (),
    ceiling: Ceiling | None = None,
    looks: Looks = ALL,
) -> Analysis:
    """Analyse a session. What needs texts or records is left out where they are not given."""
    runs, run = runs_of(session), whole(session)
    often, much = frequency(runs), magnitude(runs)
    laws = (often.likelihood, much.likelihood)
    steps = sum(len(lineage.curve) - 1 for lineage in session.lineages.values())
    found = None if texts is None else remembered(texts)
    return Analysis(
        run=run,
        runs=tuple(runs),
        often=often,
        much=much,
        cells=tuple(width_depth(_begun(session, runs))),
        next=(() if run is None else (outlook(run), *outlooks(runs, *laws))),
        hints=hint_effect(session),
        infeasible=tuple(infeasible(session)),
        fruitless=tuple(without_candidate(records, steps)),
        kinds=None if found is None else kinds_of(session, found, looks.edits),
        cycles=tuple(_cycles(session, found, looks)),
        ceiling=ceiling,
    )


def _cycles(session: Session, texts: Texts | None, looks: Looks) -> list[Cycling]:
    known = cycle.counted(session)
    if known is not None:
        return known
    return [] if texts is None else cycle.cycling(session, texts, looks.cycling)


def _begun(session: Session, runs: Sequence[Run]) -> list[Run]:
    """Return the runs that start from the initial files: a fork starts where another was."""
    forks = {x.name for x in session.lineages.values() if x.created.forked_from is not None}
    return [run for run in runs if run.name not in forks]


def is_simulated(session: Session) -> bool:
    """Whether nothing that the session reached is real."""
    return session.facts.verification == SIMULATION or any(
        lineage.created.proposer.partition(":")[0] == SIMULATION
        for lineage in session.lineages.values()
    )


def same_task(one: Session, other: Session) -> bool:
    """Whether the scores of two sessions can be compared: the same verifier, the same direction."""
    first, second = one.facts, other.facts
    return (first.verifier_digest, first.direction) == (second.verifier_digest, second.direction)


def ceiling_of(sessions: Sequence[tuple[str, Session]]) -> Ceiling | None:
    """Return the best that mechanical lineages reached in sessions of one task, each with its
    name; None where no lineage of theirs is mechanical."""
    best: Ceiling | None = None
    for name, session in sessions:
        lineages = [x for x in session.lineages.values() if x.created.proposer == MECHANICAL]
        evaluations = sum(lineage.spent.evaluations for lineage in lineages)
        for lineage in lineages:
            reward = lineage.best_reward
            if reward is not None and (best is None or reward > best.reward):
                best = Ceiling(reward, evaluations, name)
    return best
