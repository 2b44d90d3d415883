"""A lineage's candidates as a tree: a chain stays in its column, only branches move in."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from workbench.display import states, text
from workbench.display.states import ACCENT, MUTED
from workbench.display.tui.marks import Marks
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
    marked: str = "",
) -> Content:
    """Draw one candidate: its place in the tree, what became of it, its mark, its note."""
    mark = states.of_candidate(candidate, best)
    plain = candidate.feasible and candidate.id != best and candidate.judgement is None
    shown = "" if candidate.reward is None else f"{text.score(facts, candidate.reward)}  "
    word = "" if plain else f"{mark.word} "
    hinted = "▲ " if candidate.hints else ""
    return Content.assemble(
        (node.lines, MUTED),
        (f"{mark.glyph} ", mark.style),
        f"#{candidate.id} ",
        (f"{marked} " if marked else "", f"bold {ACCENT}"),
        (shown, "bold"),
        (word, mark.style),
        (hinted, ACCENT),
        ("◆ pinned " if pinned else "", ACCENT),
        (text.one_line(candidate.note or candidate.operator), MUTED),
    )


def matching(nodes: list[Node], lineage: Lineage, marks: Marks, words: str) -> list[Node]:
    """Return the nodes that have all `words`, without their lines.

    A word is looked for in number, status, note and operator; ``#12`` is that number alone.
    """
    wanted = words.lower().split()
    return [
        Node(node.candidate, "")
        for node in nodes
        if _has(_told(lineage, lineage.candidates[node.candidate], marks), wanted)
    ]


def _told(lineage: Lineage, candidate: Candidate, marks: Marks) -> str:
    """Return what a search looks at."""
    status = [states.of_candidate(candidate, lineage.best).word]
    if candidate.verdict is not None:
        status.append(states.of_outcome(candidate.verdict.outcome).word)
    status += ["hinted"] * bool(candidate.hints)
    status += ["pinned"] * (candidate.id in lineage.pinned)
    sign = marks.of(candidate.id)
    status += ["marked", sign] * bool(sign)
    told = f"{candidate.id} {' '.join(status)} {candidate.note} {candidate.operator}"
    return text.one_line(told).lower()


def _has(told: str, wanted: list[str]) -> bool:
    number = told.split(" ", 1)[0]
    return all(
        word[1:] == number if word.startswith("#") and word[1:].isdigit() else word in told
        for word in wanted
    )
