"""Files that say which of their text may change: between EVOLVE-BLOCK-START and EVOLVE-BLOCK-END.

The markers stand in lines of their own, in whatever comment the language has. A block that is
opened and never closed reaches to the end of the file.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.text import quoted

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_MARKER = re.compile(rb"EVOLVE-BLOCK-(START|END)")


class Division(NamedTuple):
    """A file's bytes, fixed and free by turns: ``fixed[0] free[0] fixed[1] …``."""

    fixed: list[bytes]
    """Marker lines included; one more than there are free stretches."""
    free: list[bytes]
    markers: list[bytes]
    """``START`` and ``END`` in their order."""


def divide(data: bytes) -> Division | None:
    """Return what may change in `data` and what may not; None where there are no markers."""
    if _MARKER.search(data) is None:
        return None
    cuts, markers = [0], list[bytes]()
    opened = False
    start = 0
    for end in (*(found.end() for found in _NEWLINE.finditer(data)), len(data)):
        marker = _MARKER.search(data, start, end)
        if marker is not None:
            if opened:
                cuts.append(start)
            markers.append(marker[1])
            opened = marker[1] == b"START"
            if opened:
                cuts.append(end)
        start = end
    if opened:
        cuts.append(len(data))
    cuts.append(len(data))
    pieces = [data[a:b] for a, b in pairwise(cuts)]
    return Division(pieces[::2], pieces[1::2], markers)


def keep_fixed(old: bytes, new: bytes) -> bytes:
    """Return `new` with the fixed bytes of `old`, which it may spell with other trailing space.

    Raises `Unapplicable` where it says anything else there, or has other markers.
    """
    before, after = divide(old), divide(new)
    if before is None:
        if after is not None:
            raise Unapplicable("it adds EVOLVE-BLOCK markers, which the file does not have")
        return new
    if after is None or after.markers != before.markers:
        raise Unapplicable("it adds or removes EVOLVE-BLOCK markers, which must stay as they are")
    for was, now in zip(before.fixed, after.fixed, strict=True):
        if was != now and _bare(was) != _bare(now):
            raise Unapplicable(
                "it changes text outside EVOLVE-BLOCK-START and EVOLVE-BLOCK-END, which must stay "
                f"as it is: {_difference(_bare(was), _bare(now))}"
            )
    kept = [before.fixed[0]]
    for free, fixed in zip(after.free, before.fixed[1:], strict=True):
        kept += [free, fixed]
    return b"".join(kept)


def _bare(data: bytes) -> list[bytes]:
    lines = [line.rstrip() for line in _NEWLINE.split(data)]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _difference(was: list[bytes], now: list[bytes]) -> str:
    """Say where two fixed stretches first differ."""
    at = next(
        (k for k, (a, b) in enumerate(zip(was, now, strict=False)) if a != b),
        min(len(was), len(now)),
    )
    missing, added = was[at : at + 1], now[at : at + 1]
    if not missing:
        return f"it puts in {_shown(added)}"
    if not added:
        return f"it takes out {_shown(missing)}"
    return f"{_shown(missing)} became {_shown(added)}"


def _shown(line: list[bytes]) -> str:
    text = quoted(b"".join(line).decode(errors="replace"))
    return "a blank line" if text == "``" else text
