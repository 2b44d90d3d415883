"""Finding words in lines: case counts only where a person wrote a capital."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

HIT, CURRENT = "reverse", "reverse bold underline"
"""How what was found looks, and how the one that the search stands at."""


class Found(NamedTuple):
    """A stretch of a line."""

    line: int
    start: int
    stop: int


def find_in(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where `words` stand in `text`, from and to."""
    if not words:
        return
    flags = re.NOFLAG if any(map(str.isupper, words)) else re.IGNORECASE
    for match in re.finditer(re.escape(words), text, flags):
        yield match.span()


def find(lines: Sequence[str], words: str) -> list[Found]:
    """Return every place of `words`, line by line."""
    return [
        Found(place, *span) for place, line in enumerate(lines) for span in find_in(line, words)
    ]


def told(words: str, place: int, count: int) -> str:
    """Say where a search stands: ``/tile 3 of 17``."""
    if not count:
        return f"/{words} not found"
    return f"/{words} {place + 1} of {count}"
