"""Cycling: lines that a search puts back after it had taken them out.

The share of added lines that are byte for byte lines which the lineage deleted earlier (arXiv
2605.20086 found about 30 %). The journal counts them as they are proposed; of sessions from before
it did, texts are compared, where lines of one or two characters are left out: brackets say nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from workbench.analysis.edits.texts import Texts, made, with_parent
from workbench.model.candidate import Candidate
from workbench.model.session import Session

SHORTEST = 3
MOST = 2000
"""Candidates looked at, oldest first: what was deleted is only known from the beginning on."""


class Cycling(NamedTuple):
    """What one lineage added."""

    lineage: str
    candidates: int
    """How many were looked at."""
    added: int
    """Lines added, over all of them."""
    returned: int
    """How many of these it had deleted before."""

    @property
    def share(self) -> float:
        """The part that came back, 0 to 1; NaN where nothing was added."""
        return self.returned / self.added if self.added else float("nan")


def counted(session: Session) -> list[Cycling] | None:
    """Return the cycling of every lineage as the journal counted it; None where it did not."""
    made = [x for x in session.candidates.values() if x.lineage is not None]
    if any(candidate.traits is None for candidate in made):
        return None
    numbers = Counter(candidate.lineage for candidate in made)
    return [
        Cycling(x.name, numbers[x.id], x.cycling.added, x.cycling.returned)
        for x in session.lineages.values()
    ]


def cycling(session: Session, texts: Texts, most: int = MOST) -> list[Cycling]:
    """Return the cycling of every lineage over the first `most` candidates of the session."""
    deleted: dict[int, set[str]] = {}
    counts: dict[int, list[int]] = {number: [0, 0, 0] for number in session.lineages}
    for one in made(session)[:most]:
        child, parent = with_parent(session, one)
        number = child.lineage
        if number is None or number not in counts:
            continue
        new, old = _lines(child, texts), _lines(parent, texts)
        if new is None or old is None:
            continue
        gone = deleted.setdefault(number, set())
        tally = counts[number]
        tally[0] += 1
        for line, times in (new - old).items():
            tally[1] += times
            tally[2] += times if line in gone else 0
        gone.update((old - new).keys())
    return [Cycling(session.lineages[number].name, *tally) for number, tally in counts.items()]


def _lines(candidate: Candidate, texts: Texts) -> Counter[str] | None:
    found: Counter[str] = Counter()
    for digest in candidate.files.values():
        text = texts(digest)
        if text is None:
            return None
        found.update(x for x in text.splitlines() if len(x.strip()) >= SHORTEST)
    return found
