"""One glyph, one word and one style for every state: never a colour alone."""

from __future__ import annotations

from typing import NamedTuple

from workbench.engine.feed import Live
from workbench.model.candidate import Candidate
from workbench.model.lineage import Lineage
from workbench.model.verdict import Outcome

GOOD, BAD, WARN = "$text-success", "$text-error", "$text-warning"
MUTED, ACCENT = "$quiet", "$text-accent"
SERIES = 8
"""How many series styles a theme holds; lineages beyond it take them again in turn."""


class Mark(NamedTuple):
    """How a state looks."""

    glyph: str
    word: str
    style: str

    @property
    def text(self) -> str:
        """Glyph and word together."""
        return f"{self.glyph} {self.word}"


def series(lineage: int) -> str:
    """Return the style of a lineage's curve and name."""
    return f"$series-{(lineage - 1) % SERIES + 1}"


_PHASES = {
    "proposing": Mark("▶", "propose", GOOD),
    "waiting": Mark("◌", "waiting", WARN),
    "queued": Mark("◌", "queued", MUTED),
    "verifying": Mark("▶", "verify", GOOD),
    "confirming": Mark("▶", "confirm", GOOD),
    "retrying": Mark("↻", "retry", WARN),
}
_STOPS = {
    "budget": Mark("✔", "budget", ACCENT),
    "target": Mark("★", "target", GOOD),
    "barren": Mark("■", "barren", WARN),
    "person": Mark("■", "stopped", MUTED),
    "model": Mark("✖", "no model", BAD),
    "command": Mark("✖", "no command", BAD),
}
STOPPED = Mark("■", "stopped", MUTED)
SESSIONS = {
    "running": Mark("▶", "running", GOOD),
    "pausing": Mark("‖", "pausing…", WARN),
    "paused": Mark("‖", "paused", WARN),
    "finished": Mark("✔", "finished", ACCENT),
    "interrupted": Mark("!", "interrupted", BAD),
    "interrupted (crashed)": Mark("!", "crashed", BAD),
}


def of_lineage(lineage: Lineage, live: Live | None, gone: bool = False) -> Mark:
    """Say where a lineage stands, by its journal and, while it runs, by its live phase.

    `gone` means that its engine has vanished: what had not stopped or paused was cut off.
    """
    if lineage.stopped is not None:
        return _STOPS.get(lineage.stopped, STOPPED)
    if gone and lineage.state != "paused":
        return SESSIONS["interrupted"]
    if lineage.state in ("pausing", "paused"):
        return SESSIONS[lineage.state]
    return _PHASES.get(live.phase if live else "", Mark("▶", "run", GOOD))


def of_session(state: str) -> Mark:
    """Say where a session stands."""
    return SESSIONS.get(state, Mark("?", state, WARN))


_OUTCOMES = {
    Outcome.SCORED: Mark("✔", "scored", GOOD),
    Outcome.INFEASIBLE: Mark("✖", "infeasible", BAD),
    Outcome.INVALID: Mark("✖", "invalid", BAD),
    Outcome.FAILED: Mark("✖", "failed", BAD),
    Outcome.TIMEOUT: Mark("✖", "timeout", BAD),
    Outcome.RESOURCE: Mark("✖", "resource", BAD),
    Outcome.INFRASTRUCTURE: Mark("!", "infrastructure", WARN),
}


def of_outcome(outcome: Outcome) -> Mark:
    """Say how a verification ended."""
    return _OUTCOMES[outcome]


def of_candidate(candidate: Candidate, best: int | None) -> Mark:
    """Say what became of a candidate; the best of its lineage has a star."""
    if candidate.verdict is None:
        return Mark("…", "unverified", MUTED)
    if candidate.judgement is not None:
        return Mark("✖", "found wrong", BAD)
    if candidate.id == best:
        return Mark("★", "best", GOOD)
    return of_outcome(candidate.verdict.outcome)
