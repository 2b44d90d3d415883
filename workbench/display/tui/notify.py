"""What is told in passing: a new best, a lineage that stopped, the budget, the machine's faults.

Never what a person did just now: they know. All of it stands in the event feed besides.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from workbench.display import text
from workbench.model import event as ev
from workbench.model.candidate import INITIAL, CandidateId
from workbench.model.event import Record
from workbench.model.lineage import UNABLE, name_of
from workbench.model.session import Session

Kind = Literal["best", "stopped", "budget", "machine"]
Severity = Literal["information", "warning", "error"]

SPACING_SECONDS = 10.0
"""Shortest time between two notices of a kind that comes often; what comes meanwhile is joined."""
LEVELS = (0.8, 1.0)
"""Shares of the budget that are told when they are used."""


class Notice(NamedTuple):
    """One thing to tell."""

    kind: Kind
    title: str
    text: str
    severity: Severity = "information"


class Notices:
    """Picks from a session's records what is worth a notice; `due` hands it out, joined."""

    def __init__(self, session: Session) -> None:
        """Begin with the session as it stands: nothing of it is news."""
        self._session = session
        self._best = session.best
        self._level = self._used()
        self._news: list[Notice] = []
        self._stops: list[Notice] = []
        self._rise: tuple[CandidateId | None, CandidateId] | None = None
        """The best before those not yet told, and the newest of them."""
        self._faults: list[Notice] = []
        self._told: dict[Kind, float] = {}

    def note(self, record: Record) -> None:
        """Take in a record that the session has folded."""
        event = record.event
        teller = _TELL.get(type(event))
        if teller is not None:
            teller(self, event)
        level = self._used()
        if level > self._level and not isinstance(event, ev.BudgetChanged):
            used = " · ".join(text.spend(self._session.spent, self._session.limits))
            told = f"{level:.0%} of the budget is used: {used}"
            self._news.append(Notice("budget", "Budget", told, "warning"))
        self._level = level

    def due(self, now: float) -> list[Notice]:
        """Return what is to be told at `now` (seconds of any clock), and forget it."""
        found, self._news = self._news, []
        if self._stops and self._free("stopped", now):
            found += _joined(self._stops)
            self._stops, self._told["stopped"] = [], now
        if self._rise is not None and self._free("best", now):
            before, best = self._rise
            found.append(self._of_best(before, best))
            self._rise, self._told["best"] = None, now
        if self._faults and self._free("machine", now):
            last, more = self._faults[-1], len(self._faults) - 1
            also = f" ({more} more in the last seconds)" if more else ""
            found.append(last._replace(text=last.text + also))
            self._faults, self._told["machine"] = [], now
        return found

    def _free(self, kind: Kind, now: float) -> bool:
        return now - self._told.get(kind, -math.inf) >= SPACING_SECONDS

    def _used(self) -> float:
        used = self._session.limits.fraction(self._session.spent, self._session.elapsed)
        return max((level for level in LEVELS if used >= level), default=0.0)

    def _of_best(self, before: CandidateId | None, number: CandidateId) -> Notice:
        session = self._session
        candidate = session.candidates[number]
        earlier = None if before is None else session.candidates[before].reward
        told = f"{text.score(session.facts, candidate.reward)} by {name_of(candidate.lineage)}"
        if earlier is not None and candidate.reward is not None:
            score = session.facts.direction.score
            told += f" ({text.signed(score(candidate.reward) - score(earlier))})"
        return Notice("best", "New best", f"{told} · #{number} {text.one_line(candidate.note)}")

    def _verdict(self, e: ev.VerdictReached) -> None:
        before, self._best = self._best, self._session.best
        if self._best == e.candidate != before and e.candidate != INITIAL:
            self._rise = (before if self._rise is None else self._rise[0], e.candidate)

    def _judged(self, e: ev.CandidateJudged) -> None:
        self._best = self._session.best
        self._rise = None  # what was to be told may be what was found wrong

    def _stopped(self, e: ev.LineageStopped) -> None:
        if e.reason == "person":
            return
        severity: Severity = "error" if e.reason in UNABLE else "information"
        if e.reason == "barren":
            severity = "warning"
        why = text.one_line(f"{e.reason}: {e.detail}" if e.detail else e.reason)
        self._stops.append(Notice("stopped", f"{name_of(e.lineage)} stopped", why, severity))

    def _paused(self, e: ev.PauseRequested) -> None:
        if e.by == "engine":
            names = " ".join(map(name_of, e.lineages))
            told = text.one_line(e.reason) or "the machine failed"
            self._news.append(Notice("machine", f"{names} paused by the engine", told, "error"))

    def _fault(self, e: ev.InfrastructureFailed) -> None:
        told = f"#{e.candidate} could not be verified: {text.one_line(e.message)}"
        self._faults.append(Notice("machine", "This machine failed", told, "error"))


_TELL: dict[type[ev.Event], Callable[[Notices, Any], None]] = {
    ev.VerdictReached: Notices._verdict,
    ev.CandidateJudged: Notices._judged,
    ev.LineageStopped: Notices._stopped,
    ev.PauseRequested: Notices._paused,
    ev.InfrastructureFailed: Notices._fault,
}


def _joined(notices: list[Notice]) -> list[Notice]:
    """Join lineages that stopped for the same reason."""
    found: dict[str, Notice] = {}
    for notice in notices:
        same = found.get(notice.text)
        if same is not None:
            notice = same._replace(title=f"{same.title.removesuffix(' stopped')} {notice.title}")
        found[notice.text] = notice
    return list(found.values())


def desktop_sequence(how: str, notice: Notice, tmux: bool) -> str:
    """Return what has a terminal show a notice on the desktop.

    ``osc9`` has a text alone, ``osc777`` a title besides. Inside tmux it is handed through to the
    terminal outside.
    """
    # What stands between semicolons is a field of the sequence.
    title, told = (text.one_line(x).replace(";", ",") for x in (notice.title, notice.text))
    said = f"9;{title}: {told}" if how == "osc9" else f"777;notify;{title};{told}"
    sequence = f"\x1b]{said}\x07"
    if not tmux:
        return sequence
    return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
