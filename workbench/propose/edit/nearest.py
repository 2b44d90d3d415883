"""What to say of a SEARCH text that a file does not hold: the lines that come nearest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from workbench.propose.edit.match import occurrences
from workbench.propose.edit.rewrite import left_out
from workbench.propose.edit.text import listing, quoted

_COMMON = 8
"""A line that the file has more often than this says nothing about the place."""
_SHOWN = 8
_LOOKED_AT = 400
"""Characters of a line, and words of it, that are compared."""
_WORD = re.compile(r"\w+")


def miss(path: str, search: Sequence[str], replace: Sequence[str], lines: Sequence[str]) -> str:
    """Say that `search` is not in the file, why perhaps, and which lines come nearest."""
    elided = next((line for line in search if left_out(line)), None)
    if elided is not None:
        return (
            f"its SEARCH text is not in {path}; {quoted(elided)} stands for lines left out, but "
            "SEARCH must quote every line as it is in the file"
        )
    if any(line.strip() for line in replace) and occurrences(_bare(replace), _bare(lines)):
        return f"its SEARCH text is not in {path}, whereas its REPLACE text already is"
    begin = f"its SEARCH text is not in {path}; quote the file's lines exactly"
    start = _aligned(search, lines)
    if start is None:
        return begin + _similar(path, search, lines)
    for at, wanted in enumerate(search):
        there = start + at
        if not 0 <= there < len(lines):
            said = f"line {at + 1} of SEARCH is {quoted(wanted)}, where {path} has no line"
        elif lines[there].strip() != wanted.strip():
            has = f"line {there + 1} of {path} is {quoted(lines[there])}"
            said = f"line {at + 1} of SEARCH is {quoted(wanted)}, but {has}"
        else:
            continue
        shown = listing(lines, there - 2, there + _SHOWN - 2)
        return f"{begin}: {said}. {path} has there:\n{shown}"
    shown = listing(lines, start, start + min(len(search), _SHOWN))
    return f"{begin}: the indentation of its lines differs from line to line. {path} has:\n{shown}"


def _bare(lines: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in lines]


def _aligned(search: Sequence[str], lines: Sequence[str]) -> int | None:
    """Return the line, from 0, where most lines of `search` would stand; None if none would."""
    places: dict[str, list[int]] = {}
    for at, line in enumerate(lines):
        places.setdefault(line.strip(), []).append(at)
    votes: Counter[int] = Counter()
    for at, line in enumerate(search):
        found = places.get(line.strip(), ()) if line.strip() else ()
        if len(found) <= _COMMON:
            votes.update(there - at for there in found)
    best = max(votes.values(), default=0)
    return min((start for start, count in votes.items() if count == best), default=None)


def _similar(path: str, search: Sequence[str], lines: Sequence[str]) -> str:
    """Return the surroundings of the line that shares most words with the first of `search`."""
    wanted = next((_words(line) for line in search if _words(line)), None)
    if wanted is None:
        return ""
    best, likeness = 0, 0.0
    for at, line in enumerate(lines):
        words = _words(line)
        shared = len(words & wanted) / len(words | wanted)
        if shared > likeness:
            best, likeness = at, shared
    if not likeness:
        return f"; no line of {path} comes near"
    return f". The nearest lines of {path}:\n{listing(lines, best - 2, best + _SHOWN - 2)}"


def _words(line: str) -> set[str]:
    return set(_WORD.findall(line[:_LOOKED_AT]))
