"""SEARCH/REPLACE blocks in the lines of a reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.text import indent_of

SIGNS = 7
"""How many signs make a marker. More are fine if all three markers of a block have as many: this
is how text that holds marker lines itself is written."""
_FEWEST, _MOST = 5, 9
"""How far from `SIGNS` a marker may slip if its block can be read in one way only."""


class Marker(NamedTuple):
    """A line that could begin, divide or end a block."""

    sign: Literal["<", "=", ">"]
    length: int
    indent: str
    rest: str
    """After ``SEARCH``: perhaps the file's name. After ``>``: ``REPLACE`` or nothing."""


class Block(NamedTuple):
    """One SEARCH/REPLACE block as it stands in the reply."""

    number: int
    """Counted from 1 within the reply."""
    rest: str
    """What follows SEARCH in its first line."""
    search: tuple[str, ...]
    replace: tuple[str, ...]
    slips: tuple[str, ...]
    """What had to be overlooked to read it."""


def marker(line: str) -> Marker | None:
    """Return what marker `line` is, if any."""
    bare = line.strip()
    sign = bare[:1]
    count = len(bare) - len(bare.lstrip(sign)) if sign else 0
    if count < _FEWEST:
        return None
    rest = bare[count:].strip()
    indent = indent_of(line)
    if sign == "=" and not rest:
        return Marker("=", count, indent, "")
    if sign == ">" and rest.upper() in ("REPLACE", ""):
        return Marker(">", count, indent, rest.upper())
    if sign == "<" and rest[:6].upper() == "SEARCH" and not rest[6:7].isalnum():
        return Marker("<", count, indent, rest[6:].strip(" :"))
    return None


def opens(line: str) -> bool:
    """Whether `line` begins a block."""
    found = marker(line)
    return found is not None and found.sign == "<"


def ends(line: str) -> bool:
    """Whether `line` ends a block, in so many words."""
    found = marker(line)
    return found is not None and found.sign == ">" and found.rest == "REPLACE"


def read_block(
    lines: Sequence[str], start: int, number: int, *, truncated: bool
) -> tuple[Block, int]:
    """Return the block that line `start` begins, and the line after it.

    Raises `Unapplicable` when it cannot be read in exactly one way.
    """
    first = marker(lines[start])
    assert first is not None

    def alike(found: Marker) -> bool:
        same = found.length == first.length and found.indent == first.indent
        return same and (found.sign != ">" or found.rest == "REPLACE")

    def slipped(found: Marker) -> bool:
        return found.length <= max(_MOST, first.length)

    dividers, end, nested = _scan(lines, start + 1, alike)
    slips: tuple[str, ...] = ()
    if end is None or not dividers:
        dividers, end, nested = _scan(lines, start + 1, slipped)
        slips = ("markers of different length or place",)
    if end is None or len(dividers) != 1:
        raise Unapplicable(f"block {number}: {_fault(dividers, end, nested, truncated)}")
    search, replace = lines[start + 1 : dividers[0]], lines[dividers[0] + 1 : end]
    return Block(number, first.rest, tuple(search), tuple(replace), slips), end + 1


def _scan(
    lines: Sequence[str], start: int, counts: Callable[[Marker], bool]
) -> tuple[list[int], int | None, int | None]:
    """Return the dividers, the end, and the start of another block that came before the end."""
    dividers: list[int] = []
    for at in range(start, len(lines)):
        found = marker(lines[at])
        if found is None or not counts(found):
            continue
        if found.sign == "=":
            dividers.append(at)
        elif found.sign == ">":
            return dividers, at, None
        else:
            return dividers, None, at
    return dividers, None, None


def _fault(dividers: Sequence[int], end: int | None, nested: int | None, truncated: bool) -> str:
    """Say why a block cannot be read."""
    if nested is not None:
        return (
            f"line {nested + 1} of the reply begins another block before this one ended; "
            "end each with >>>>>>> REPLACE"
        )
    if end is None and truncated:
        return "the reply was cut off at its token limit inside this block; answer with less text"
    if end is None:
        return "it has no >>>>>>> REPLACE line"
    if not dividers:
        return "it has no ======= line between SEARCH and REPLACE"
    return (
        f"it has {len(dividers)} ======= lines and should have one; where the text itself holds "
        "such a line, write all three markers of the block with 9 signs each"
    )
