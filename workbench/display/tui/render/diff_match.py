"""Which lines of two texts belong together: the lines that occur once hold the rest in place.

Lines that occur exactly once in both texts, in the order they have in common, are matched first
(patience sorting, as in Bram Cohen's "patience diff"); what lies between them is matched in the
same way. Stretches without such lines go to `difflib` while they are short, and else to Myers'
greedy algorithm ("An O(ND) Difference Algorithm and Its Variations", 1986), which is quick where
little differs and is given up where much does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

SHORT = 160_000
"""Pairs of lines up to which `difflib` compares a stretch exactly."""
MOST_EDITS = 400
"""Lines that may differ within a longer stretch; with more of them it is compared roughly: lines
that are repeated often are left out of account."""


class Change(NamedTuple):
    """Lines ``old[a:b]`` became ``new[c:d]``; one of both may be empty."""

    a: int
    b: int
    c: int
    d: int


def changes(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """Return what changed between two texts, in order, with unchanged lines between any two."""
    found: list[Change] = []
    stack = [Change(0, len(old), 0, len(new))]
    while stack:
        part = _trim(old, new, stack.pop())
        if part.a == part.b and part.c == part.d:
            continue
        anchors = () if part.a == part.b or part.c == part.d else _anchors(old, new, part)
        if anchors:
            stack += reversed(_between(part, anchors))
        else:
            found += _plainly(old, new, part)
    return _joined(found)


def _trim(old: Sequence[str], new: Sequence[str], part: Change) -> Change:
    """Take equal lines off both ends."""
    a, b, c, d = part
    while a < b and c < d and old[a] == new[c]:
        a, c = a + 1, c + 1
    while a < b and c < d and old[b - 1] == new[d - 1]:
        b, d = b - 1, d - 1
    return Change(a, b, c, d)


def _anchors(old: Sequence[str], new: Sequence[str], part: Change) -> list[tuple[int, int]]:
    """Return places of lines unique in both stretches: the longest run that rises in both."""
    before, after = _unique(old, part.a, part.b), _unique(new, part.c, part.d)
    pairs = [(place, after[line]) for line, place in before.items() if line in after]
    return _rising(pairs)


def _unique(lines: Sequence[str], start: int, stop: int) -> dict[str, int]:
    places: dict[str, int] = {}
    repeated: set[str] = set()
    for place in range(start, stop):
        line = lines[place]
        if line in places:
            repeated.add(line)
        places[line] = place
    for line in repeated:
        del places[line]
    return places


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest subsequence of `pairs` (rising by the first) that rises by the second."""
    tops: list[int] = []
    ends: list[int] = []
    earlier: list[int] = []
    for index, (_, place) in enumerate(pairs):
        pile = bisect_left(tops, place)
        earlier.append(ends[pile - 1] if pile else -1)
        if pile == len(tops):
            tops.append(place)
            ends.append(index)
        else:
            tops[pile], ends[pile] = place, index
    chosen: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = earlier[at]
    return chosen[::-1]


def _between(part: Change, anchors: Sequence[tuple[int, int]]) -> list[Change]:
    """Return the stretches before, between and behind the anchors."""
    starts = [(part.a, part.c), *((x + 1, y + 1) for x, y in anchors)]
    ends = [*anchors, (part.b, part.d)]
    return [Change(a, b, c, d) for (a, c), (b, d) in zip(starts, ends, strict=True)]


def _plainly(old: Sequence[str], new: Sequence[str], part: Change) -> list[Change]:
    """Compare a stretch that has no unique lines in common."""
    a, b, c, d = part
    if a == b or c == d:
        return [part]
    long = (b - a) * (d - c) > SHORT
    if long and (found := _fewest(old, new, part)) is not None:
        return found
    matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=long)
    return [
        Change(a + e, a + f, c + g, c + h)
        for tag, e, f, g, h in matcher.get_opcodes()
        if tag != "equal"
    ]


def _fewest(old: Sequence[str], new: Sequence[str], part: Change) -> list[Change] | None:
    """Return the fewest edits that lead from one stretch to the other; None for too many.

    `reach[k]` is how far into the old lines a path on diagonal ``k = x - y`` has come.
    """
    before, after = old[part.a : part.b], new[part.c : part.d]
    reach = {1: 0}
    history: list[dict[int, int]] = []
    for edits in range(MOST_EDITS + 1):
        history.append(dict(reach))
        for k in range(-edits, edits + 1, 2):
            down = k == -edits or (k != edits and reach[k - 1] < reach[k + 1])
            x = reach[k + 1] if down else reach[k - 1] + 1
            y = x - k
            while x < len(before) and y < len(after) and before[x] == after[y]:
                x, y = x + 1, y + 1
            reach[k] = x
            if x >= len(before) and y >= len(after):
                return _walked_back(history, part)
    return None


def _walked_back(history: Sequence[dict[int, int]], part: Change) -> list[Change]:
    """Read the edits off what each number of edits could reach, last edit first."""
    x, y = part.b - part.a, part.d - part.c
    found: list[Change] = []
    for edits in range(len(history) - 1, 0, -1):
        reach, k = history[edits], x - y
        down = k == -edits or (k != edits and reach[k - 1] < reach[k + 1])
        x = reach[k + 1] if down else reach[k - 1]
        y = x - (k + 1 if down else k - 1)
        found.append(Change(x, x + (not down), y, y + down))
    return [
        Change(part.a + a, part.a + b, part.c + c, part.c + d) for a, b, c, d in reversed(found)
    ]


def _joined(found: Sequence[Change]) -> list[Change]:
    """Join neighbours with nothing unchanged between them."""
    joined: list[Change] = []
    for change in found:
        last = joined[-1] if joined else None
        if last is not None and (last.b, last.d) == (change.a, change.c):
            joined[-1] = Change(last.a, change.b, last.c, change.d)
        else:
            joined.append(change)
    return joined
