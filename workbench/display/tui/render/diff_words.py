"""Which words of a changed line changed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from functools import lru_cache

WORDS = re.compile(r"\w+|\s+|[^\w\s]")
LONGEST, ALIKE = 300, 0.4
"""Longer lines, and lines less alike, get no marks: all of them is new."""
MOST_PAIRS = 10_000
"""Pairs of words, between what both ends have in common, that are compared one by one; of more all
is marked. Bounds a pair of lines to about a millisecond."""

Marks = tuple[tuple[int, int], ...]
"""Stretches of a line, from and to."""


@lru_cache(maxsize=4096)
def marks(old: str, new: str) -> tuple[Marks, Marks]:
    """Return the stretches that changed between two lines that belong together."""
    if max(len(old), len(new)) > LONGEST:
        return (), ()
    before, after = WORDS.findall(old), WORDS.findall(new)
    head, tail = _common(before, after)
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    same = head + tail
    found = [(0, len(left), 0, len(right))]
    if len(left) * len(right) <= MOST_PAIRS:
        matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
        same += sum(block.size for block in matcher.get_matching_blocks())
        found = [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
    if 2 * same < ALIKE * (len(before) + len(after)):
        return (), ()
    return (
        _stretches(before, [(head + a, head + b) for a, b, _, _ in found]),
        _stretches(after, [(head + c, head + d) for _, _, c, d in found]),
    )


def _common(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """Count the words that both have at their beginning, and then at their end."""
    most = min(len(before), len(after))
    head = next((n for n in range(most) if before[n] != after[n]), most)
    most -= head
    tail = next((n for n in range(most) if before[-1 - n] != after[-1 - n]), most)
    return head, tail


def _stretches(words: Sequence[str], parts: Sequence[tuple[int, int]]) -> Marks:
    """Turn counts of words into places in the line."""
    return tuple(
        (at := sum(map(len, words[:start])), at + sum(map(len, words[start:stop])))
        for start, stop in parts
        if stop > start
    )
