"""The texts of candidates as an analysis asks for them: through a function of the caller's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from workbench.model.candidate import Candidate
from workbench.model.session import Session

Texts = Callable[[str], str | None]
"""Digest of a file's content -> its text; None where it is not at hand."""

T = TypeVar("T")


def remembered(texts: Texts, most: int = 2048) -> Texts:
    """Return `texts` with its last answers kept: neighbours in a tree share files and parents."""
    kept: dict[str, str | None] = {}

    def find(digest: str) -> str | None:
        if digest not in kept:
            if len(kept) >= most:
                del kept[next(iter(kept))]
            kept[digest] = texts(digest)
        return kept[digest]

    return find


def made(session: Session) -> list[Candidate]:
    """Return every candidate of a lineage that was made from another, in order of birth."""
    return [x for x in session.candidates.values() if x.lineage is not None and x.parents]


def with_parent(session: Session, child: Candidate) -> tuple[Candidate, Candidate]:
    """Return a candidate that was made from another, and its first parent."""
    return child, session.candidates[child.parents[0]]


def spread(items: Sequence[T], most: int) -> Sequence[T]:
    """Return at most `most` of the items, evenly spaced, so that none of a kind is preferred."""
    if len(items) <= most:
        return items
    return [items[at * len(items) // most] for at in range(most)]
