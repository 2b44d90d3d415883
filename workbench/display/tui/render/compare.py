"""What can be said of candidates that are compared, one row for each thing they may differ in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, BAD, GOOD, MUTED, WARN
from workbench.model.calls import calls_in
from workbench.model.candidate import Candidate
from workbench.model.doubt import doubt
from workbench.model.event import SessionCreated
from workbench.model.lineage import name_of
from workbench.model.session import Session

NONE = "–"


class Column(NamedTuple):
    """A candidate to compare."""

    sign: str
    """Its mark."""
    candidate: Candidate
    changed: str
    """Lines that came and went since the common ancestor; empty while they are being counted."""


class Cell(NamedTuple):
    """What one candidate has to say in a row."""

    value: str
    """What decides whether the row differs."""
    content: Content


class Row(NamedTuple):
    """One thing in which candidates may differ."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Whether not all say the same."""
        return len({cell.value for cell in self.cells}) > 1

    @property
    def says(self) -> bool:
        """Whether any has something to say."""
        return any(cell.value != NONE for cell in self.cells)


def rows(session: Session, columns: Sequence[Column], ancestor: Candidate | None) -> list[Row]:
    """Return what there is to say, in a fixed order; differences are to the first column."""
    facts = session.facts
    found = [column.candidate for column in columns]

    def row(name: str, value: Callable[[Candidate], str], style: str = "") -> Row:
        return Row(name, tuple(_cell(value(one), style) for one in found))

    since = "lines" if ancestor is None else f"+− since #{ancestor.id}"
    drawn = [
        _rewards(facts, found),
        Row("verdict", tuple(_verdict(one) for one in found)),
        row("best", lambda one: _best(session, one), GOOD),
        row("found wrong", _judgement, BAD),
        row("doubt", lambda one: _doubt(facts, one), WARN),
        *_metrics(found),
        Row(since, tuple(_cell(column.changed) for column in columns)),
        row("lineage", lambda one: name_of(one.lineage)),
        row("step", lambda one: str(one.step)),
        row("parents", lambda one: " ".join(f"#{parent}" for parent in one.parents)),
        row("operator", lambda one: one.operator),
        row("proposer", _proposer),
        row("cost", _cost),
        row("evaluations", lambda one: _evaluations(session, one)),
        row("proposed at", lambda one: text.clock(one.elapsed)),
        row("hints", lambda one: _hints(session, one), ACCENT),
        row("from hints", lambda one: one.hint_note),
        row("verified in", lambda one: text.duration(one.verdict.seconds) if one.verdict else ""),
        row("peak memory", _peak),
        row("note", lambda one: one.note),
        row("ancestor", lambda _: _ancestor(facts, ancestor)),
    ]
    return [row for row in drawn if row.says]


def _cell(value: str, style: str = "") -> Cell:
    told = text.one_line(value) or NONE
    return Cell(told, Content.styled(told, MUTED if told == NONE else style))


def _against(value: str, change: float | None, better: bool | None = None) -> Cell:
    """Draw a value and by how much it is off the first; `better` where one way is."""
    if not change:
        return _cell(value, "" if better is None else "bold")
    told = text.signed(change)
    if better is None:
        return Cell(value, Content.assemble(value, (f"  {told}", MUTED)))
    word, style = ("▲ better", GOOD) if better else ("▼ worse", BAD)
    return Cell(value, Content.assemble((value, "bold"), (f"  {told} {word}", style)))


def _rewards(facts: SessionCreated, found: Sequence[Candidate]) -> Row:
    """Show what the verifier scored; better or worse is only what has a rank."""
    first = found[0]
    base = _score(first)
    cells: list[Cell] = []
    for one in found:
        score = _score(one)
        if score is None:
            cells.append(_cell(""))
            continue
        better = None
        if one.reward is not None and first.reward is not None:
            better = one.reward > first.reward
        value = text.with_unit(text.number(score), facts.unit)
        cells.append(_against(value, None if base is None else score - base, better))
    return Row(text.one_line(facts.score_name) or "score", tuple(cells))


def _score(candidate: Candidate) -> float | None:
    return None if candidate.verdict is None else candidate.verdict.score


def _metrics(found: Sequence[Candidate]) -> list[Row]:
    known = [{} if one.verdict is None else one.verdict.metrics for one in found]
    names = sorted({name for metrics in known for name in metrics})
    drawn: list[Row] = []
    for name in names:
        first = known[0].get(name)
        cells: list[Cell] = []
        for metrics in known:
            value = metrics.get(name)
            change = None if first is None or value is None else value - first
            cells.append(_cell("") if value is None else _against(text.number(value), change))
        drawn.append(Row(text.one_line(name), tuple(cells)))
    return drawn


def _verdict(candidate: Candidate) -> Cell:
    verdict = candidate.verdict
    if verdict is None:
        return _cell("… unverified", MUTED)
    mark = states.of_outcome(verdict.outcome)
    more = ", feasible" if verdict.feasible else f": {text.one_line(verdict.message)}"
    return _cell(f"{mark.text}{more}", mark.style)


def _best(session: Session, candidate: Candidate) -> str:
    if candidate.id == session.best:
        return "★ of all"
    holders = [x.name for x in session.lineages.values() if x.best == candidate.id]
    return f"★ of {' '.join(holders)}" if holders else ""


def _judgement(candidate: Candidate) -> str:
    judged = candidate.judgement
    if judged is None:
        return ""
    return f"✖ {judged.reason}" + (f" ({judged.author})" if judged.author else "")


def _doubt(facts: SessionCreated, candidate: Candidate) -> str:
    verdict = candidate.verdict
    if verdict is None or verdict.score is None or not verdict.feasible:
        return ""
    told = doubt(facts, verdict.score)
    return f"! {told}" if told else ""


def _proposer(candidate: Candidate) -> str:
    """Name the models that were asked, else the proposer."""
    return ", ".join(dict.fromkeys(x.model for x in calls_in(candidate.detail))) or (
        candidate.proposer
    )


def _cost(candidate: Candidate) -> str:
    spend = candidate.spend
    parts = [f"{text.count(spend.tokens)} tok"] if spend.tokens else []
    if text.has_cost(spend):
        parts.append(text.dollars(spend))
    return " · ".join(parts)


def _evaluations(session: Session, candidate: Candidate) -> str:
    """Say how many evaluations its lineage had made when its verdict was in."""
    lineage = None if candidate.lineage is None else session.lineages.get(candidate.lineage)
    if lineage is None:
        return ""
    points = (point for point in lineage.curve if point.candidate == candidate.id)
    point = next(points, None)
    return "" if point is None else str(point.evaluations)


def _hints(session: Session, candidate: Candidate) -> str:
    taken = [session.hints[number] for number in candidate.hints if number in session.hints]
    return " ".join(f"▲ {hint.id} «{text.one_line(hint.text)}»" for hint in taken)


def _peak(candidate: Candidate) -> str:
    verdict = candidate.verdict
    return text.size(verdict.max_rss) if verdict is not None and verdict.max_rss else ""


def _ancestor(facts: SessionCreated, ancestor: Candidate | None) -> str:
    if ancestor is None:
        return "none in common"
    return f"#{ancestor.id} {text.score(facts, ancestor.reward)} {text.one_line(ancestor.note)}"
