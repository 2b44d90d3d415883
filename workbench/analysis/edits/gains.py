"""What each kind of edit is worth: how often it is tried, and what it adds to the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from workbench.analysis.edits import kinds
from workbench.analysis.edits.facts import Facts, facts
from workbench.analysis.edits.texts import Texts, made, spread, with_parent
from workbench.model.candidate import Candidate
from workbench.model.session import Session

MOST = 250
"""Edits looked at; of more, evenly spaced ones."""
UNKNOWN = "no syntax tree"


class Kind(NamedTuple):
    """All edits of one kind among those looked at."""

    name: str
    edits: int
    feasible: int
    better: int
    """How many scored above their parent."""
    bests: int
    """How many gave their lineage a new best."""
    gain: float
    """What these added to the best in all; its share of all gains is what the kind pays."""
    median: float
    """Median difference to the parent's reward, over the feasible; NaN without any."""


class Kinds(NamedTuple):
    """Kinds of edits, most frequent first."""

    each: tuple[Kind, ...]
    looked: int
    made: int
    """Edits that there are."""


def kinds_of(session: Session, texts: Texts, most: int = MOST) -> Kinds:
    """Return the kinds of a session's edits with what they gained."""
    edits = made(session)
    known: dict[str, Facts | None] = {}
    steps = _steps(session)
    found: dict[str, list[tuple[Candidate, Candidate]]] = {}
    looked = spread(edits, most)
    for child, parent in (with_parent(session, one) for one in looked):
        found.setdefault(_kind(child, parent, texts, known), []).append((child, parent))
    each = [_summed(name, members, steps) for name, members in found.items()]
    each.sort(key=lambda kind: -kind.edits)
    return Kinds(tuple(each), len(looked), len(edits))


def _steps(session: Session) -> dict[int, float]:
    """Return what each candidate that gave a new best added to that of its lineage."""
    gained: dict[int, float] = {}
    for lineage in session.lineages.values():
        before: float | None = None
        for point in lineage.curve:
            if point.best is None:
                continue
            if before is not None and point.best > before and point.candidate is not None:
                gained[point.candidate] = point.best - before
            before = point.best
    return gained


def _kind(child: Candidate, parent: Candidate, texts: Texts, known: dict[str, Facts | None]) -> str:
    changed = sorted(
        path
        for path in {*child.files, *parent.files}
        if child.files.get(path) != parent.files.get(path)
    )
    old, new = _read(parent.files, changed, texts), _read(child.files, changed, texts)
    if old is None or new is None:
        return UNKNOWN
    if all(path.endswith((".py", ".pyw")) for path in changed):
        before = _facts(old, known)
        after = _facts(new, known)
        if before is not None and after is not None:
            return kinds.between(before, after)
    return kinds.of_plain_text(old, new) or UNKNOWN


def _facts(text: str, known: dict[str, Facts | None]) -> Facts | None:
    if text not in known:
        known[text] = facts(text)
    return known[text]


def _read(files: Mapping[str, str], paths: list[str], texts: Texts) -> str | None:
    """Return the files at `paths` one after the other: an edit may move code between them."""
    parts = []
    for path in paths:
        if path in files:
            text = texts(files[path])
            if text is None:
                return None
            parts.append(text)
    return "\n".join(parts)


def _summed(
    name: str, members: list[tuple[Candidate, Candidate]], steps: Mapping[int, float]
) -> Kind:
    apart = [
        child.reward - parent.reward
        for child, parent in members
        if child.reward is not None and parent.reward is not None
    ]
    gains = [steps[child.id] for child, _ in members if child.id in steps]
    return Kind(
        name=name,
        edits=len(members),
        feasible=sum(child.feasible for child, _ in members),
        better=sum(difference > 0 for difference in apart),
        bests=len(gains),
        gain=float(sum(gains)),
        median=float(np.median(apart)) if apart else float("nan"),
    )
