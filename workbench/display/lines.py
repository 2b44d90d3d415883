"""The event feed: one line per meaningful record, with repeats folded into one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from workbench.display import states, text
from workbench.display.states import ACCENT, BAD, GOOD, MUTED, WARN
from workbench.model import event as ev
from workbench.model.candidate import CandidateId, LineageId
from workbench.model.doubt import doubt
from workbench.model.event import Record
from workbench.model.lineage import Lineage, Point, name_of
from workbench.model.session import Session
from workbench.model.verdict import Verdict
from workbench.search.registry import Chosen, written

CAPACITY = 1000
"""Lines kept; older ones stay in the journal."""
_NEAR = 8
"""A repeat is folded only into a line this close to the newest one."""
_HISTORY = 100
"""Steps per lineage that are told again when a session is opened."""


class Line(msgspec.Struct):
    """One line of the feed."""

    elapsed: float
    """Active session seconds."""
    lineage: LineageId | None
    glyph: str
    text: str
    style: str = ""
    key: str = ""
    """What makes two lines of one lineage repeats of each other; empty never repeats."""
    count: int = 1


class EventLog:
    """Newest lines of a session. `total` counts every line ever added or folded in."""

    def __init__(self) -> None:
        """Start empty."""
        self.lines: list[Line] = []
        self.total = 0

    def add(self, line: Line) -> None:
        """Append `line`, or fold it into a near repeat, which moves to the end."""
        self.total += 1
        if line.key:
            for index in range(len(self.lines) - 1, max(-1, len(self.lines) - 1 - _NEAR), -1):
                earlier = self.lines[index]
                if earlier.lineage != line.lineage:
                    continue
                if earlier.key == line.key:
                    line.count = earlier.count + 1
                    del self.lines[index]
                break
        self.lines.append(line)
        if len(self.lines) > CAPACITY:
            del self.lines[: len(self.lines) - CAPACITY]


def verdict_line(
    session: Session, number: CandidateId, elapsed: float, before: float | None
) -> Line | None:
    """Tell a verdict; `before` is the best reward its lineage had until then."""
    candidate = session.candidates[number]
    verdict = candidate.verdict
    if verdict is None:
        return None
    mark = states.of_outcome(verdict.outcome)
    head = f"#{number}"
    if verdict.feasible and verdict.reward is not None:
        shown = text.score(session.facts, verdict.reward) + _trust(verdict)
        note = text.one_line(candidate.note)
        if before is None or verdict.reward > before:
            gain = ""
            if before is not None:
                direction = session.facts.direction
                change = direction.score(verdict.reward) - direction.score(before)
                gain = f" {text.signed(change)}"
            score = verdict.score
            doubted = " (doubtful)" if score is not None and doubt(session.facts, score) else ""
            told = f"{head} {shown} new best{gain}{doubted}  {note}".rstrip()
            return Line(elapsed, candidate.lineage, "★", told, GOOD)
        told = f"{head} {shown} no gain  {note}".rstrip()
        return Line(elapsed, candidate.lineage, mark.glyph, told, MUTED, key="no gain")
    told = f"{head} {mark.word}: {text.one_line(verdict.message)}"
    return Line(elapsed, candidate.lineage, mark.glyph, told, mark.style, key=verdict.outcome)


def _trust(verdict: Verdict) -> str:
    """Say behind a score what a reader must know to weigh it; empty for a plain one."""
    said = ["shared"] if verdict.verification == "shared" else []
    if verdict.raw_score is not None:
        said.append(f"confirmed, raw {text.number(verdict.raw_score)}")
    return f" ({', '.join(said)})" if said else ""


def history(session: Session) -> list[Line]:
    """Tell the newest steps of every lineage again, from the projection alone."""
    lines: list[Line] = []
    for lineage in session.lineages.values():
        start = max(0, len(lineage.curve) - _HISTORY)
        before = lineage.curve[start - 1].best if start else lineage.origin.reward
        for point in lineage.curve[start:]:
            lines.append(_step_line(session, lineage, point, before))
            before = point.best
        lines += _hint_lines(session, lineage, start)
    return sorted(lines, key=lambda line: line.elapsed)


def _step_line(session: Session, lineage: Lineage, point: Point, before: float | None) -> Line:
    line = None
    if point.candidate is not None:
        line = verdict_line(session, point.candidate, point.elapsed, before)
    if line is not None:
        return line
    told = f"step {point.step} gave no candidate"
    return Line(point.elapsed, lineage.id, "✖", told, MUTED, key="no candidate")


def _hint_lines(session: Session, lineage: Lineage, start: int) -> Iterable[Line]:
    moments = {point.step: point.elapsed for point in lineage.curve[start:]}
    for hint in session.hints.values():
        taken = hint.taken.get(lineage.id)
        if taken is not None and taken.step in moments:
            told = f"hint {hint.id} taken at step {taken.step}"
            yield Line(moments[taken.step], lineage.id, "▲", told, ACCENT)


def line_of(session: Session, record: Record) -> Line | None:
    """Tell a record other than a verdict; None for what a person need not read."""
    teller = _TELL.get(type(record.event))
    return None if teller is None else teller(session, record, record.event)


def _names(lineages: Iterable[LineageId]) -> str:
    return " ".join(name_of(number) for number in lineages)


def _by(who: str) -> str:
    return f" by {text.one_line(who)}" if who else ""


def _lineage_created(session: Session, r: Record, e: ev.LineageCreated) -> Line:
    strategy = text.one_line(written(Chosen(e.strategy, e.strategy_options)))
    told = f"begins: {strategy}, {text.models(e.proposer, e.options)}"
    if e.forked_from is not None:
        told = f"forked from {name_of(e.forked_from)} #{e.origin}; {told}"
    return Line(r.elapsed, e.lineage, "▶", told)


def _proposer_chosen(session: Session, r: Record, e: ev.ProposerChosen) -> Line:
    told = f"{_names(e.lineages)} go on with {text.models(e.proposer, e.options)}"
    return Line(r.elapsed, None, "▶", told, ACCENT)


def _call_failed(session: Session, r: Record, e: ev.CallFailed) -> Line:
    again = "" if e.retry_seconds is None else f", again in {text.wait(e.retry_seconds)}"
    failure = text.one_line(e.failure)
    told = f"{failure}{again}: {text.one_line(e.message)} ({text.one_line(e.model)})"
    return Line(r.elapsed, e.lineage, "!", told, WARN, key=f"call {failure}")


def _budget_changed(session: Session, r: Record, e: ev.BudgetChanged) -> Line:
    told = " · ".join(text.spend(session.spent, e.limits))
    return Line(r.elapsed, None, "$", f"budget changed: {told}", ACCENT)


def _isolation_tried(session: Session, r: Record, e: ev.IsolationTried) -> Line:
    told = f"tried, and weaker than announced: {text.one_line(e.isolation)}"
    return Line(r.elapsed, None, "!", told, WARN)


def _engine_opened(session: Session, r: Record, e: ev.EngineOpened) -> Line:
    return Line(r.elapsed, None, "▶", f"engine opened: {text.one_line(e.isolation)}")


def _engine_closed(session: Session, r: Record, e: ev.EngineClosed) -> Line:
    told = f"engine closed: {text.one_line(e.reason)} {text.one_line(e.detail)}".rstrip()
    return Line(r.elapsed, None, "■", told, ACCENT)


def _proposal_failed(session: Session, r: Record, e: ev.ProposalFailed) -> Line:
    told = f"step {e.step} {e.reason}: {text.one_line(e.message)}"
    if e.duplicate_of is not None:
        told = f"step {e.step} duplicate of #{e.duplicate_of}: {text.one_line(e.message)}"
    return Line(r.elapsed, e.lineage, "✖", told, WARN, key=f"proposal {e.reason}")


def _proposal_lost(session: Session, r: Record, e: ev.ProposalLost) -> Line:
    told = f"step {e.step} lost: the call was cut off, its cost is unknown"
    return Line(r.elapsed, e.lineage, "!", told, BAD)


def _infrastructure(session: Session, r: Record, e: ev.InfrastructureFailed) -> Line:
    told = f"#{e.candidate} not verified, attempt {e.attempt}: {text.one_line(e.message)}"
    return Line(r.elapsed, e.lineage, "!", told, BAD, key="infrastructure")


def _pause_requested(session: Session, r: Record, e: ev.PauseRequested) -> Line:
    reason = f": {text.one_line(e.reason)}" if e.reason else ""
    return Line(r.elapsed, None, "‖", f"{_names(e.lineages)} pausing…{_by(e.by)}{reason}", WARN)


def _paused(session: Session, r: Record, e: ev.LineagePaused) -> Line:
    return Line(r.elapsed, e.lineage, "‖", "paused", WARN)


def _resumed(session: Session, r: Record, e: ev.LineageResumed) -> Line:
    return Line(r.elapsed, None, "▶", f"{_names(e.lineages)} goes on{_by(e.by)}", GOOD)


def _stopped(session: Session, r: Record, e: ev.LineageStopped) -> Line:
    told = f"stopped: {text.one_line(e.reason)} {text.one_line(e.detail)}".rstrip()
    return Line(r.elapsed, e.lineage, "■", told, ACCENT)


def _hint_queued(session: Session, r: Record, e: ev.HintQueued) -> Line:
    told = f"hint {e.hint} queued for {_names(e.lineages)}: «{text.one_line(e.text)}»"
    return Line(r.elapsed, None, "▲", told, ACCENT)


def _hint_edited(session: Session, r: Record, e: ev.HintEdited) -> Line:
    return Line(r.elapsed, None, "▲", f"hint {e.hint} edited: «{text.one_line(e.text)}»", ACCENT)


def _hint_withdrawn(session: Session, r: Record, e: ev.HintWithdrawn) -> Line:
    return Line(r.elapsed, None, "▲", f"hint {e.hint} withdrawn", MUTED)


def _hint_taken(session: Session, r: Record, e: ev.HintTaken) -> Line:
    return Line(r.elapsed, e.lineage, "▲", f"hint {e.hint} taken at step {e.step}", ACCENT)


def _judged(session: Session, r: Record, e: ev.CandidateJudged) -> Line:
    lineage = session.candidates[e.candidate].lineage
    if not e.reason:
        return Line(r.elapsed, lineage, "▲", f"#{e.candidate} counts again{_by(e.author)}", ACCENT)
    told = f"#{e.candidate} found wrong{_by(e.author)}: {text.one_line(e.reason)}"
    return Line(r.elapsed, lineage, "✖", told, WARN)


def _pinned(session: Session, r: Record, e: ev.CandidatePinned) -> Line:
    what = "shown in every move" if e.pinned else "no longer pinned in moves"
    return Line(r.elapsed, None, "▲", f"#{e.candidate} {what} of {_names(e.lineages)}", ACCENT)


def _boosted(session: Session, r: Record, e: ev.SharesAllotted) -> Line | None:
    if not e.reason.startswith("boost"):
        return None  # told by what it came with
    return Line(r.elapsed, None, "$", text.one_line(e.reason), ACCENT)


def _replay_differed(session: Session, r: Record, e: ev.ReplayDiffered) -> Line:
    told = f"step {e.step}: another {e.what} than recorded: {text.one_line(e.message)}"
    return Line(r.elapsed, e.lineage, "!", told, WARN, key=f"replay {e.what}")


def _replay_ended(session: Session, r: Record, e: ev.ReplayEnded) -> Line:
    alike = "all as recorded" if e.differing == 0 else f"{e.differing} differences"
    told = f"replayed {e.steps} steps, {e.candidates} candidates: {alike}"
    return Line(r.elapsed, None, "■", told, GOOD if e.differing == 0 else WARN)


_TELL: dict[type[ev.Event], Callable[[Session, Record, Any], Line | None]] = {
    ev.LineageCreated: _lineage_created,
    ev.ProposerChosen: _proposer_chosen,
    ev.CallFailed: _call_failed,
    ev.BudgetChanged: _budget_changed,
    ev.EngineOpened: _engine_opened,
    ev.IsolationTried: _isolation_tried,
    ev.EngineClosed: _engine_closed,
    ev.ProposalFailed: _proposal_failed,
    ev.ProposalLost: _proposal_lost,
    ev.InfrastructureFailed: _infrastructure,
    ev.PauseRequested: _pause_requested,
    ev.LineagePaused: _paused,
    ev.LineageResumed: _resumed,
    ev.LineageStopped: _stopped,
    ev.HintQueued: _hint_queued,
    ev.HintEdited: _hint_edited,
    ev.HintWithdrawn: _hint_withdrawn,
    ev.HintTaken: _hint_taken,
    ev.CandidateJudged: _judged,
    ev.CandidatePinned: _pinned,
    ev.SharesAllotted: _boosted,
    ev.ReplayDiffered: _replay_differed,
    ev.ReplayEnded: _replay_ended,
}
