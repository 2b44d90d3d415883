"""Where a SEARCH text stands in a file: read exactly first, then with one more slip forgiven."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from enum import Enum
from typing import NamedTuple

from workbench.propose.edit.fences import unwrapped
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.text import (
    NO_NEWLINE,
    ended_like,
    indent_of,
    quoted,
    shared_start,
    without_return,
)


class Alike(Enum):
    """When two lines count as the same."""

    EXACTLY = 0
    BUT_FOR_LINE_ENDS = 1
    BUT_FOR_TRAILING_SPACE = 2
    BUT_FOR_INDENTATION = 3
    """All lines together may stand further in or out; among themselves they must agree."""


class Reading(NamedTuple):
    """One way to read a block."""

    alike: Alike
    search: list[str]
    replace: list[str]
    tolerated: tuple[str, ...]


class Match(NamedTuple):
    """All places at which a block's SEARCH text stands, by the strictest reading that finds any."""

    reading: Reading
    starts: list[int]
    """Lines of the file, counted from 0."""


def find(search: Sequence[str], replace: Sequence[str], lines: Sequence[str]) -> Match | None:
    """Find `search` in `lines`; None when no reading finds it. Time is linear in both."""
    for reading in _readings(list(search), list(replace)):
        starts = _starts(reading, lines)
        if starts:
            return Match(reading, starts)
    return None


def replacement(match: Match, lines: Sequence[str]) -> list[str]:
    """Return the lines to put in the place of the only match, fitted to the file.

    Raises `Unapplicable` when REPLACE cannot be indented as the file is.
    """
    reading = match.reading
    start = match.starts[0]
    if reading.alike is Alike.EXACTLY:
        return reading.replace
    there = lines[start : start + len(reading.search)]
    replace = reading.replace
    if reading.alike is Alike.BUT_FOR_INDENTATION:
        replace = _moved(replace, _base(reading.search), _base(there))
    return ended_like(replace, there[0])


def occurrences(needle: Sequence[Hashable], hay: Sequence[Hashable]) -> list[int]:
    """Return where `needle` begins in `hay`, overlaps included, in linear time.

    Knuth, Morris and Pratt, "Fast pattern matching in strings", SIAM J. Comput. 6(2), 1977.
    """
    if not needle or len(needle) > len(hay):
        return []
    back = [0] * len(needle)
    held = 0
    for at in range(1, len(needle)):
        while held and needle[at] != needle[held]:
            held = back[held - 1]
        held += needle[at] == needle[held]
        back[at] = held
    found: list[int] = []
    held = 0
    for at, token in enumerate(hay):
        while held and token != needle[held]:
            held = back[held - 1]
        held += token == needle[held]
        if held == len(needle):
            found.append(at + 1 - held)
            held = back[held - 1]
    return found


def _readings(search: list[str], replace: list[str]) -> Iterator[Reading]:
    """Yield the readings of a block, the strictest first; each forgives what those before do."""
    yield Reading(Alike.EXACTLY, search, replace, ())
    yield Reading(Alike.BUT_FOR_LINE_ENDS, search, replace, ("line ends",))
    yield Reading(Alike.BUT_FOR_TRAILING_SPACE, search, replace, ("trailing white space",))
    slips: tuple[str, ...] = ()
    bare, bare_replace = _unwrapped(search, replace)
    if bare != search and bare:
        slips = ("fences inside the block",)
        yield Reading(Alike.BUT_FOR_TRAILING_SPACE, bare, bare_replace, slips)
    yield Reading(Alike.BUT_FOR_INDENTATION, bare, bare_replace, (*slips, "indentation"))
    core, core_replace = _without_blank_ends(bare, bare_replace)
    if core != bare and core:
        slips = (*slips, "blank lines at its ends")
        yield Reading(Alike.BUT_FOR_TRAILING_SPACE, core, core_replace, slips)
        yield Reading(Alike.BUT_FOR_INDENTATION, core, core_replace, (*slips, "indentation"))


def _unwrapped(search: list[str], replace: list[str]) -> tuple[list[str], list[str]]:
    """Return both texts without fences and language tags; both as they are if SEARCH has none."""
    bare, tag = unwrapped(search)
    tagged = bool(tag) and len(bare) > 1
    if bare == search and not tagged:
        return search, replace
    bare_replace, replace_tag = unwrapped(replace)
    if tagged:
        del bare[0]
        if replace_tag == tag:
            del bare_replace[0]
    return bare, bare_replace


def _without_blank_ends(search: list[str], replace: list[str]) -> tuple[list[str], list[str]]:
    """Take blank lines from the ends of SEARCH, and as many from those of REPLACE."""
    above, below = _blank(search), _blank(search[::-1])
    core = search[above : len(search) - below]
    above = min(above, _blank(replace))
    below = min(below, _blank(replace[above:][::-1]))
    return core, replace[above : len(replace) - below]


def _blank(lines: Sequence[str]) -> int:
    """Return how many blank lines come first."""
    return next((at for at, line in enumerate(lines) if line.strip()), len(lines))


def _starts(reading: Reading, lines: Sequence[str]) -> list[int]:
    search = reading.search
    match reading.alike:
        case Alike.EXACTLY:
            return occurrences(search, lines)
        case Alike.BUT_FOR_LINE_ENDS:
            return occurrences(
                [without_return(x) for x in search], [without_return(x) for x in lines]
            )
        case Alike.BUT_FOR_TRAILING_SPACE:
            return occurrences([x.rstrip() for x in search], [x.rstrip() for x in lines])
        case Alike.BUT_FOR_INDENTATION:
            return _indented_starts(search, lines)


def _indented_starts(search: Sequence[str], lines: Sequence[str]) -> list[int]:
    """Find `search` wherever it stands as one piece, further in or out.

    Every line is compared by its words, and by how its indentation differs from the line above
    it; moving all lines together changes neither.
    """
    above = _blank(search)
    needle, hay = _outline(search[above:]), _outline(lines)
    if len(needle) < 2:
        words = needle[0][1] if needle else ""
        found = [at for at, line in enumerate(hay) if words and line[1] == words]
    else:
        found = occurrences(needle[1:], hay[1:])
    blanks = _blank_runs(lines)
    return [at - above for at in found if blanks[at] >= above]


def _outline(lines: Sequence[str]) -> list[tuple[str, str, tuple[str, str]]]:
    """Return for each line the words above it, its own, and its step in or out.

    The step is what of the indentation above is taken away, and what is put on instead.
    """
    outline: list[tuple[str, str, tuple[str, str]]] = []
    upper, indent = "", ""
    for line in lines:
        words = line.strip()
        step = ("", "")
        if words:
            own = indent_of(line)
            shared = len(shared_start(indent, own))
            step, indent = (indent[shared:], own[shared:]), own
        outline.append((upper, words, step))
        upper = words
    return outline


def _blank_runs(lines: Sequence[str]) -> list[int]:
    """Return for each line how many blank ones stand directly above it."""
    runs, run = [], 0
    for line in lines:
        runs.append(run)
        run = 0 if line.strip() else run + 1
    return runs


def _base(lines: Sequence[str]) -> str:
    """Return the indentation that all lines share, blank ones aside."""
    indents = [indent_of(line) for line in lines if line.strip()]
    return shared_start(min(indents), max(indents)) if indents else ""


def _moved(lines: Sequence[str], base: str, there: str) -> list[str]:
    """Indent `lines`, written for `base`, as the file is at that place.

    A line further out than `base` goes as far out from `there`, where that can be done.
    """
    moved = []
    for line in lines:
        if not line.strip() or line == NO_NEWLINE:
            moved.append(line)
            continue
        own = indent_of(line)
        lacking = base[len(own) :]
        if line.startswith(base):
            moved.append(there + line[len(base) :])
        elif base.startswith(own) and there.endswith(lacking):
            moved.append(there[: len(there) - len(lacking)] + line[len(own) :])
        else:
            raise Unapplicable(
                "SEARCH is indented otherwise than the file, and REPLACE cannot be moved with it "
                f"because of its line {quoted(line)}; indent both as the file is"
            )
    return moved
