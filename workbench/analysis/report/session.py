"""The report of one session."""

from __future__ import annotations

from typing import NamedTuple

from workbench.analysis.report import laws, progress, steps
from workbench.analysis.report.document import Document, Fact, Paragraph, Section
from workbench.analysis.whole import Analysis, Ceiling, is_simulated
from workbench.model.doubt import doubt
from workbench.model.lineage import name_of
from workbench.model.session import Session
from workbench.model.words import number, one_line, with_unit

CAUTION = (
    "Feasible comes first, whatever the sign of a score. A best is the best of all that was tried: "
    "look at means over seeds (a study) before you believe that one search is better than another."
)
SIMULATION = "Simulation: no program was proposed or run."


class Origin(NamedTuple):
    """Where a session's journal is and who wrote the report."""

    journal: str
    """Name of the session file, as a person would look for it."""
    command: str
    """What makes the same report again."""
    state: str = ""


def source_of(session: Session, journal: str) -> str:
    """Return what every figure names: its journal, how far it was read, the verifier's digest."""
    digest = session.facts.verifier_digest
    return f"Journal {one_line(journal)}, record {session.seq}; verifier {digest[:16]}"


def document(session: Session, analysis: Analysis, origin: Origin) -> Document:
    """Return everything that the report of a session says."""
    facts = session.facts
    source = source_of(session, origin.journal)
    title = facts.title or facts.task
    return Document(
        title=f"{title} ({facts.task})" if title != facts.task else title,
        lead=_lead(session, origin),
        facts=tuple(_head(session, analysis)),
        sections=(
            progress.progress(session, analysis, source),
            laws.dynamics(analysis.often, analysis.much, source),
            laws.depth(analysis.cells),
            laws.outlook(analysis.next, session.spent.usd > 0),
            steps.edits(analysis.kinds, analysis.cycles),
            steps.hints(session, analysis.hints),
            steps.failures(analysis.infeasible, analysis.fruitless),
            _made(session, origin),
        ),
        source=source,
    )


def _lead(session: Session, origin: Origin) -> str:
    facts = session.facts
    count = len(session.lineages)
    said = [SIMULATION] if is_simulated(session) else []
    said.append(
        f"{facts.direction} {facts.score_name}; {count} "
        f"{'lineage' if count == 1 else 'lineages'}, seed {facts.seed}; "
        f"{origin.state or session.state}."
    )
    return " ".join(said)


def _head(session: Session, analysis: Analysis) -> list[Fact]:
    facts, best = session.facts, session.best_candidate
    found = []
    if best is None or best.reward is None:
        found.append(Fact("best", "–", "nothing feasible yet"))
    else:
        said = doubt(facts, facts.direction.score(best.reward))
        about = f"#{best.id} of {name_of(best.lineage)}, step {best.step}"
        found.append(
            Fact("best", _score(session, best.reward), f"{about}; {said}" if said else about)
        )
    initial = session.initial
    if initial is not None and initial.reward is not None:
        found.append(Fact("initial files", _score(session, initial.reward)))
    if facts.best_known is not None:
        found.append(Fact("best known", number(facts.best_known)))
    found.append(_ceiling(session, analysis.ceiling))
    spent = session.spent
    feasible = sum(x.reward is not None for x in session.candidates.values())
    found.append(Fact("evaluations", str(spent.evaluations), f"{feasible} feasible candidates"))
    found.append(Fact("proposals", str(spent.proposals)))
    if spent.usd or spent.unpriced or spent.unknown:
        least = "≥ " if spent.unpriced else ""
        unknown = f"{spent.unknown} calls of unknown cost" if spent.unknown else ""
        found.append(Fact("dollars", f"{least}{spent.usd:.4g}", unknown))
    if session.judged:
        found.append(Fact("found wrong", str(len(session.judged)), "by a person"))
    return found


def _ceiling(session: Session, ceiling: Ceiling | None) -> Fact:
    if ceiling is None:
        return Fact("tuning ceiling", "–", "give a session of the proposer mutation: --tuning")
    about = f"mechanical tuning, {ceiling.evaluations} evaluations, {ceiling.source}"
    return Fact("tuning ceiling", _score(session, ceiling.reward), about)


def _score(session: Session, reward: float) -> str:
    facts = session.facts
    return with_unit(number(facts.direction.score(reward)), facts.unit)


def _made(session: Session, origin: Origin) -> Section:
    facts = session.facts
    isolation = "" if session.isolation is None else session.isolation.isolation
    modes = {
        (x.verdict.verification, x.verdict.tier)
        for x in session.candidates.values()
        if x.verdict is not None
    }
    told = ", ".join(sorted(f"{mode} in {tier or 'an unknown tier'}" for mode, tier in modes))
    texts = [
        f"Made by: {origin.command}",
        f"Journal: {origin.journal}, {session.seq} records.",
        f"Task bundle {facts.task_digest}; verifier {facts.verifier_digest}.",
        f"Verified by: {told or 'nothing yet'}. Isolation: {isolation or 'no run yet'}.",
        CAUTION,
    ]
    return Section("How it was made", tuple(Paragraph(text) for text in texts))
