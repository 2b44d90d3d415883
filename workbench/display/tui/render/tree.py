"""A lineage's candidates as a tree: a chain stays in its column, only branches move in."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, MUTED
from workbench.model.candidate import Candidate, CandidateId
from workbench.model.event import SessionCreated
from workbench.model.lineage import Lineage

DEEPEST = 10
"""Branches deeper than this are drawn at this depth, so that names stay in view."""


class Node(NamedTuple):
    """A candidate and the lines that lead to it."""

    candidate: CandidateId
    lines: str


def layout(lineage: Lineage) -> list[Node]:
    """Order all candidates, parents before children; the trunk leads to the best one.

    Without recursion, for chains may be thousands of steps long.
    """
    children: dict[CandidateId, list[CandidateId]] = {number: [] for number in lineage.candidates}
    root = lineage.origin.id
    for number, candidate in lineage.candidates.items():
        if number != root:
            known = [parent for parent in candidate.parents if parent in children]
            children[known[0] if known and known[0] != number else root].append(number)
    trunk = _trunk(lineage)
    sizes = _sizes(children, root)
    drawn: list[Node] = []
    stack: list[tuple[CandidateId, str, str]] = [(root, "", "")]
    while stack:
        number, own, below = stack.pop()
        drawn.append(Node(number, own))
        born = children[number]
        if not born:
            continue
        main = max(born, key=lambda child: (child in trunk, sizes[child], child))
        stack.append((main, below, below))
        deep = len(below) // 2 >= DEEPEST
        lines = (below, below) if deep else (f"{below}├─", f"{below}│ ")
        stack += [(child, *lines) for child in sorted(born, reverse=True) if child != main]
    return drawn


def _trunk(lineage: Lineage) -> set[CandidateId]:
    """Return the best candidate and its ancestors within the lineage."""
    found: set[CandidateId] = set()
    at = lineage.best
    while at is not None and at in lineage.candidates and at not in found:
        found.add(at)
        parents = lineage.candidates[at].parents
        at = parents[0] if parents else None
    return found


def _sizes(
    children: dict[CandidateId, list[CandidateId]], root: CandidateId
) -> dict[CandidateId, int]:
    order: list[CandidateId] = [root]
    for number in order:
        order += children[number]
    sizes = dict.fromkeys(children, 1)
    for number in reversed(order):
        sizes[number] += sum(sizes[child] for child in children[number])
    return sizes


def draw(
    node: Node,
    candidate: Candidate,
    best: CandidateId | None,
    facts: SessionCreated,
    pinned: bool = False,
) -> Content:
    """Draw one candidate: its place in the tree, what became of it, its note."""
    mark = states.of_candidate(candidate, best)
    plain = candidate.feasible and candidate.id != best and candidate.judgement is None
    shown = "" if candidate.reward is None else f"{text.score(facts, candidate.reward)}  "
    word = "" if plain else f"{mark.word} "
    hinted = "▲ " if candidate.hints else ""
    return Content.assemble(
        (node.lines, MUTED),
        (f"{mark.glyph} ", mark.style),
        f"#{candidate.id} ",
        (shown, "bold"),
        (word, mark.style),
        (hinted, ACCENT),
        ("◆ pinned " if pinned else "", ACCENT),
        (text.one_line(candidate.note or candidate.operator), MUTED),
    )
