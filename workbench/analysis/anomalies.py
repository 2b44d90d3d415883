"""What a person should look at before believing a session: read off its journal alone."""

from __future__ import annotations

from typing import NamedTuple

from workbench.model.candidate import Candidate
from workbench.model.doubt import doubt
from workbench.model.lineage import name_of
from workbench.model.session import Session
from workbench.model.verdict import Verdict

LEAST_GAINS = 6
"""New bests below which a jump cannot be told from a search that has just begun."""
ROUNDING = 1e-9
"""Share of a score by which two measurements of it may differ through rounding alone."""


class Jump(NamedTuple):
    """A new best that gained more than all others together."""

    candidate: int
    gain: float
    others: float
    bests: int
    """How many the others are."""


def doubtful(session: Session) -> list[str]:
    """Name the new bests whose scores lie at or past a bound, or past the best known."""
    found = []
    for candidate in _bests(session):
        verdict = candidate.verdict
        said = (
            "" if verdict is None or verdict.score is None else doubt(session.facts, verdict.score)
        )
        if said and verdict is not None:
            found.append(
                f"#{candidate.id} of {name_of(candidate.lineage)}: {verdict.score:.10g}, {said}"
            )
    return found


def jumps(session: Session) -> list[Jump]:
    """Return the session's new bests that gained more than all its others together.

    Gains fall as a search goes on, so a jump counts only where it is not among the first three.
    """
    gains: list[tuple[int, float]] = []
    best: float | None = None
    for candidate in sorted(_bests(session), key=lambda one: one.id):
        reward = candidate.reward
        if reward is None or (best is not None and reward <= best):
            continue
        if best is not None:
            gains.append((candidate.id, reward - best))
        best = reward
    if len(gains) < LEAST_GAINS:
        return []
    whole = sum(gain for _, gain in gains)
    return [
        Jump(number, gain, whole - gain, len(gains) - 1)
        for number, gain in gains[3:]
        if gain > whole - gain
    ]


def contradictions(session: Session) -> list[str]:
    """Name equal files that were judged differently, and bests whose confirmations scatter."""
    found = []
    first: dict[str, Candidate] = {}
    for candidate in session.candidates.values():
        verdict = candidate.verdict
        if verdict is None:
            continue
        low, high = verdict.confirmed_min, verdict.confirmed_max
        if low is not None and high is not None and not close(low, high):
            found.append(f"#{candidate.id}: its confirmations scored {low:.10g} to {high:.10g}")
        twin = first.setdefault(candidate.digest, candidate)
        if twin.verdict is not None and not agree(twin.verdict, verdict):
            both = f"{told(twin.verdict)} and {told(verdict)}"
            found.append(f"#{twin.id} and #{candidate.id} are the same files: {both}")
    return found


def touched(session: Session) -> list[str]:
    """Name the candidates that hold other files than those a candidate may change."""
    initial = session.initial
    if initial is None:
        return []
    wanted = set(initial.files)
    return [
        f"#{candidate.id}: {', '.join(sorted(wanted ^ set(candidate.files)))}"
        for candidate in session.candidates.values()
        if set(candidate.files) != wanted
    ]


def strange_verifiers(session: Session) -> list[str]:
    """Name the candidates whose verdict is of another verifier than the session's."""
    own = session.facts.verifier_digest
    return [
        f"#{candidate.id}: {candidate.verdict.verifier[:16] or 'no verifier'}"
        for candidate in session.candidates.values()
        if candidate.verdict is not None and candidate.verdict.verifier != own
    ]


def unisolated(session: Session) -> list[str]:
    """Name the candidates that were verified without isolation."""
    return [
        f"#{candidate.id}"
        for candidate in session.candidates.values()
        if candidate.verdict is not None and candidate.verdict.tier in ("", "none")
    ]


def agree(one: Verdict, other: Verdict) -> bool:
    """Whether two verdicts say the same of a candidate, rounding aside."""
    if one.outcome is not other.outcome:
        return False
    if one.score is None or other.score is None:
        return one.score == other.score
    return close(one.score, other.score)


def close(one: float, other: float) -> bool:
    """Whether two scores differ by no more than rounding."""
    return abs(one - other) <= ROUNDING * max(1.0, abs(one), abs(other))


def told(verdict: Verdict) -> str:
    """Return an outcome with its score, if it has one."""
    if verdict.score is None:
        return str(verdict.outcome)
    return f"{verdict.outcome} {verdict.score:.10g}"


def _bests(session: Session) -> list[Candidate]:
    """Return every candidate that was its lineage's best when its verdict came, once."""
    found: dict[int, Candidate] = {}
    for lineage in session.lineages.values():
        for point in lineage.curve:
            leads = point.reward is not None and point.reward == point.best
            if leads and point.candidate is not None:
                found.setdefault(point.candidate, session.candidates[point.candidate])
    return list(found.values())
