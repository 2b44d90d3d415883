"""What a lineage has tried: a short table of its best and its newest candidates."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice, zip_longest

from workbench.model.candidate import Candidate
from workbench.model.lineage import Lineage
from workbench.model.task import Task
from workbench.propose.prompt.text import BYTES_PER_TOKEN, fence
from workbench.propose.prompt.values import entry

BEST = 8
NEWEST = 16
HEAD = "candidate | parents | operator | result | what was changed"


def table(task: Task, lineage: Lineage, limit: int) -> str | None:
    """Return the table, fenced, best first and then newest first; None if nothing was tried.

    Where `limit` tokens do not hold all rows, the lowest of both halves go.
    """
    best = _best(lineage)
    numbers = {candidate.id for candidate in best}
    newest = [x for x in islice(_own(lineage), NEWEST + BEST) if x.id not in numbers][:NEWEST]
    room = limit * BYTES_PER_TOKEN - len(HEAD)
    rows: tuple[list[str], list[str]] = ([], [])
    for pair in zip_longest(best, newest):
        for half, candidate in zip(rows, pair, strict=True):
            if candidate is not None:
                line = entry(task, candidate)
                room -= len(line.encode()) + 1
                if room >= 0:
                    half.append(line)
    lines = [*rows[0], *rows[1]]
    return fence("\n".join([HEAD, *lines])) if lines else None


def _best(lineage: Lineage) -> list[Candidate]:
    rated = ((x.reward, -x.id, x) for x in _own(lineage) if x.reward is not None)
    return [x for _, _, x in heapq.nlargest(BEST, rated)]


def _own(lineage: Lineage) -> Iterator[Candidate]:
    """Yield what the lineage made itself, newest first."""
    origin = lineage.created.origin
    return (x for number, x in reversed(lineage.candidates.items()) if number != origin)
