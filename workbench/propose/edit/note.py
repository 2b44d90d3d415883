"""What a reply says of itself, in one line."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from workbench.propose.edit.names import name_of

_LONGEST = 300
_NUMBER = re.compile(r"^\d{1,3}[.)]\s+")
"""What a line of a numbered list begins with."""
_DECORATION = " \t\r#*_->`"


def note_of(prose: Sequence[str], known: Collection[str]) -> str:
    """Return the first line that begins with ``NOTE:``, else the first sentence, else nothing.

    `prose` is what stands outside of blocks and fences. Long notes are cut.
    """
    first = ""
    for line in prose:
        bare = line[: 4 * _LONGEST].strip(_DECORATION)
        label, colon, rest = bare.partition(":")
        if colon and label.strip(_DECORATION).upper() == "NOTE" and rest.strip(_DECORATION):
            return _cut(rest.strip(_DECORATION))
        if not first and bare[:1] != "<" and name_of(line, known) is None:
            first = _NUMBER.sub("", bare, count=1) if any(sign.isalnum() for sign in bare) else ""
    ends = [at + 1 for at in (first.find(f"{sign} ") for sign in ".!?") if at >= 0]
    return _cut(first[: min(ends, default=len(first))])


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"
