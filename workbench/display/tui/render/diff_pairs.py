"""Which of the lines that went became which of those that came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from workbench.display.tui.render.diff_words import ALIKE, WORDS

MOST = 400
"""Pairs of lines of one change that are weighed against each other; in a larger change the first
that went belongs to the first that came, and so on."""

Pair = tuple[int, int]
"""Two line numbers, before and after, counted from 1; 0 where there is none."""


def pairs(old: Sequence[str], new: Sequence[str], after: Pair = (0, 0)) -> tuple[Pair, ...]:
    """Lay the lines of one change side by side, those that resemble each other most together.

    Lines keep their order. `after` holds the numbers of the lines before the change.
    """
    first, second = after
    if len(old) == len(new) or len(old) * len(new) > MOST or not old or not new:
        aligned = _in_order(len(old), len(new))
    else:
        aligned = _by_likeness(old, new)
    return tuple((first + a if a else 0, second + b if b else 0) for a, b in aligned)


def _in_order(old: int, new: int) -> list[Pair]:
    rows = range(1, max(old, new) + 1)
    return [(row if row <= old else 0, row if row <= new else 0) for row in rows]


def _by_likeness(old: Sequence[str], new: Sequence[str]) -> list[Pair]:
    """Find the pairing in order whose likenesses sum up to most."""
    before, after = [_words(line) for line in old], [_words(line) for line in new]
    likeness = [[_likeness(one, other) for other in after] for one in before]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for a in range(len(old) - 1, -1, -1):
        for b in range(len(new) - 1, -1, -1):
            paired = likeness[a][b] + best[a + 1][b + 1] if likeness[a][b] >= ALIKE else 0.0
            best[a][b] = max(best[a + 1][b], best[a][b + 1], paired)
    rows: list[Pair] = []
    a = b = 0
    while a < len(old) or b < len(new):
        if a == len(old):
            b += 1
            rows.append((0, b))
        elif b == len(new) or best[a][b] == best[a + 1][b]:
            a += 1
            rows.append((a, 0))
        elif best[a][b] == best[a][b + 1]:
            b += 1
            rows.append((0, b))
        else:
            a, b = a + 1, b + 1
            rows.append((a, b))
    return _filled(rows)


def _filled(rows: Sequence[Pair]) -> list[Pair]:
    """Put lines that resemble nothing next to each other, as far as both sides have any."""
    filled: list[Pair] = []
    left: list[int] = []
    right: list[int] = []

    def flush() -> None:
        for place in range(max(len(left), len(right))):
            one = left[place] if place < len(left) else 0
            filled.append((one, right[place] if place < len(right) else 0))
        left.clear()
        right.clear()

    for a, b in rows:
        if a and b:
            flush()
            filled.append((a, b))
        elif a:
            left.append(a)
        else:
            right.append(b)
    flush()
    return filled


def _words(line: str) -> Counter[str]:
    return Counter(word for word in WORDS.findall(line) if not word.isspace())


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of words that two lines have in common, 0..1."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
