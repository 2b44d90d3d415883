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


def made(session: Session) -> list[tuple[Candidate, Candidate]]:
    """Return every candidate of a lineage with its first parent, in order of birth."""
    pairs = []
    for child in session.candidates.values():
        if child.lineage is not None and child.parents:
            parent = session.candidates.get(child.parents[0])
            if parent is not None:
                pairs.append((child, parent))
    return pairs


def spread(items: Sequence[T], most: int) -> Sequence[T]:
    """Return at most `most` of the items, evenly spaced, so that none of a kind is preferred."""
    if len(items) <= most:
        return items
    return [items[at * len(items) // most] for at in range(most)]
