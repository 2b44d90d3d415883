"""What the steps without a feasible candidate came to: outcomes, and what was said of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from workbench.model import event as ev
from workbench.model.candidate import Candidate
from workbench.model.event import Record
from workbench.model.session import Session

_FIGURE = re.compile(r"[-+−]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?")
_LONGEST = 120
KINDS = 12
"""Kinds of messages that are told apart; the rest is one kind."""
OTHER = "other messages"


class Failure(NamedTuple):
    """One kind of failure."""

    what: str
    """A verdict's outcome, ``found wrong``, or why a proposal gave no candidate."""
    message: str
    """What was said, figures left out; empty where a kind needs no words."""
    times: int
    share: float
    """Of all steps."""
    example: int | None
    """A candidate of that kind."""


def infeasible(session: Session) -> list[Failure]:
    """Return the kinds of candidates that do not count, most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    examples: dict[tuple[str, str], int] = {}
    for candidate in session.candidates.values():
        kind = _kind(candidate)
        if kind is not None:
            counts[kind] += 1
            examples.setdefault(kind, candidate.id)
    return _ordered(counts, examples, max(1, len(session.candidates)))


def without_candidate(records: Iterable[Record], steps: int) -> list[Failure]:
    """Return why steps gave no candidate at all, from a session's records and its steps."""
    counts: Counter[tuple[str, str]] = Counter()
    for record in records:
        event = record.event
        if isinstance(event, ev.ProposalFailed):
            message = "" if event.reason == "duplicate" else shape(event.message)
            counts[(event.reason, message)] += 1
        elif isinstance(event, ev.ProposalLost):
            counts[("lost", "a call was cut off")] += 1
    return _ordered(counts, {}, max(1, steps))


def shape(message: str) -> str:
    """Return a message without its figures, so that equal complaints are equal."""
    return " ".join(_FIGURE.sub("#", message).split())[:_LONGEST]


def _kind(candidate: Candidate) -> tuple[str, str] | None:
    if candidate.judgement is not None:
        return "found wrong", shape(candidate.judgement.reason)
    if candidate.verdict is None or candidate.verdict.feasible:
        return None
    return str(candidate.verdict.outcome), shape(candidate.verdict.message)


def _ordered(
    counts: Counter[tuple[str, str]], examples: dict[tuple[str, str], int], whole: int
) -> list[Failure]:
    kept = counts.most_common(KINDS)
    found = [
        Failure(what, message, count, count / whole, examples.get((what, message)))
        for (what, message), count in kept
    ]
    rest = sum(counts.values()) - sum(count for _, count in kept)
    if rest:
        found.append(Failure("", OTHER, rest, rest / whole, None))
    return found
