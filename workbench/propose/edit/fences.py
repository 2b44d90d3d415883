"""Fenced blocks (``` or ~~~) in the lines of a reply."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from workbench.propose.edit.markers import opens
from workbench.propose.edit.text import indent_of

_LANGUAGES = """
bash c c# c++ cpp csharp cuda diff fortran go java javascript js json julia kotlin lua markdown md
patch php plaintext py python python3 r ruby rust rs scala sh shell sql swift text toml ts txt
typescript yaml zig
"""
LANGUAGES = frozenset(_LANGUAGES.split())
"""Tags that models put above code, also where no fence is."""


class Rail(NamedTuple):
    """A line that opens or closes a fenced block."""

    sign: str
    length: int
    info: str
    """What follows the signs: a language, perhaps a file's name. Only an opening line has it."""


class Fence(NamedTuple):
    """One fenced block as it stands in the reply, its rails left out."""

    line: int
    """Line of the reply, from 1, that opens it."""
    info: str
    lines: tuple[str, ...]
    indent: str
    closed: bool
    nested: bool
    """Whether a line inside opens a block of the same kind, so that its end is in doubt."""

    @property
    def language(self) -> str:
        """The first word of `info`, in small letters."""
        words = self.info.replace(":", " ").split(maxsplit=1)
        return words[0].lower() if words else ""


def rail(line: str) -> Rail | None:
    """Return what rail `line` is, if any."""
    bare = line.strip()
    sign = bare[:1]
    if sign not in ("`", "~"):
        return None
    count = len(bare) - len(bare.lstrip(sign))
    info = bare[count:].strip()
    if count < 3 or sign in info:
        return None
    return Rail(sign, count, info)


def closes(line: str, opened: Rail) -> bool:
    """Whether `line` closes the block that `opened` opens."""
    found = rail(line)
    return (
        found is not None
        and not found.info
        and found.sign == opened.sign
        and found.length >= opened.length
    )


def read_fence(lines: Sequence[str], start: int) -> tuple[Fence | None, int]:
    """Return the fenced block that line `start` opens, and the line after it.

    A fence around SEARCH/REPLACE blocks is no block of its own: then there is None, and the line
    at which the first of them begins.
    """
    opened = rail(lines[start])
    assert opened is not None
    nested = False
    for at in range(start + 1, len(lines)):
        if opens(lines[at]):
            return None, at
        found = rail(lines[at])
        if found is None or found.sign != opened.sign or found.length < opened.length:
            continue
        if not found.info:
            return _fence(lines, start, at, opened, closed=True, nested=nested), at + 1
        nested = True
    end = len(lines)
    return _fence(lines, start, end, opened, closed=False, nested=nested), end


def unwrapped(lines: Sequence[str]) -> tuple[list[str], str]:
    """Return `lines` without the rails that a model put at their ends, and a tag it left above.

    The tag is a language's name alone in the first line; it is still there in the lines.
    """
    inner = list(lines)
    if inner and rail(inner[0]) is not None:
        del inner[0]
    last = rail(inner[-1]) if inner else None
    if last is not None and not last.info:
        del inner[-1]
    tag = inner[0].strip().lower() if inner else ""
    return inner, tag if tag in LANGUAGES else ""


def _fence(
    lines: Sequence[str], start: int, end: int, opened: Rail, *, closed: bool, nested: bool
) -> Fence:
    inner = tuple(lines[start + 1 : end])
    return Fence(start + 1, opened.info, inner, indent_of(lines[start]), closed, nested)
