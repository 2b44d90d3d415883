"""A change of files written as the reply that would make it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from workbench.propose.edit.edit import apply
from workbench.propose.edit.markers import SIGNS
from workbench.propose.edit.match import occurrences
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.text import split

_CONTEXT = 2
"""Unchanged lines around a change, to begin with; more where that is needed to find the place."""
_COMPARED = 1 << 22
"""Pairs of lines up to which the lines that stay are looked for within a change."""

Hunk = tuple[int, int, int, int]
"""Old lines from, to; new lines from, to: as `difflib` counts them."""


def diff_reply(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> str:
    """Write the change from `old` to `new` as SEARCH/REPLACE blocks that `apply` turns back.

    The two hold the same paths. Returns an empty text when nothing differs. Raises `ValueError`
    for a change that no reply may make: a file that is no UTF-8, text outside EVOLVE-BLOCKs, a
    line that reads like the sign for a missing newline, a file that comes or goes.
    """
    if old.keys() != new.keys():
        raise ValueError("an edit neither adds nor removes files")
    changed = [path for path in sorted(old) if old[path] != new[path]]
    try:
        blocks = [
            x for path in changed for x in _blocks(path, old[path].decode(), new[path].decode())
        ]
    except UnicodeDecodeError as fault:
        raise ValueError("files that are not UTF-8 text cannot be written as blocks") from fault
    if not blocks:
        return ""
    reply = "\n".join(blocks)
    try:
        back = apply(reply, old).files
    except Unapplicable as fault:
        raise ValueError(f"no reply may make this change: {fault.message}") from fault
    if back != new:
        raise ValueError(f"this change of {', '.join(changed)} cannot be written as blocks")
    return reply


def _blocks(path: str, old: str, new: str) -> Iterator[str]:
    before, after = split(old), split(new)
    count = max(SIGNS, 1 + max(map(_signs, (*before, *after)), default=0))
    for a, b, c, d in _hunks(before, after):
        now = [*after[:c], *before[a:]]
        start, end = _window(now, c, c + b - a)
        search = now[start:end]
        replace = [*now[start:c], *after[c:d], *now[c + b - a : end]]
        middle, bottom = "=" * count, ">" * count + " REPLACE"
        yield "\n".join([path, "<" * count + " SEARCH", *search, middle, *replace, bottom, ""])


def _window(now: Sequence[str], start: int, end: int) -> tuple[int, int]:
    """Return the lines around `start` and `end` that stand in `now` only once."""
    width = _CONTEXT
    while now:
        above, below = max(0, start - width), min(len(now), end + width)
        if len(occurrences(now[above:below], now)) == 1:
            return above, below
        width *= 2
    return 0, 0


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterator[Hunk]:
    """Yield what differs, from the top."""
    most = min(len(before), len(after))
    head = next((k for k in range(most) if before[k] != after[k]), most)
    most -= head
    tail = next((k for k in range(most) if before[-1 - k] != after[-1 - k]), most)
    a, c = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(a) * len(c) > _COMPARED:
        yield head, head + len(a), head, head + len(c)
        return
    for kind, i, j, k, m in SequenceMatcher(None, a, c, autojunk=False).get_opcodes():
        if kind != "equal":
            yield head + i, head + j, head + k, head + m


def _signs(line: str) -> int:
    """Return with how many marker signs `line` begins."""
    bare = line.strip()
    return len(bare) - len(bare.lstrip(bare[0])) if bare[:1] in ("<", "=", ">") else 0
