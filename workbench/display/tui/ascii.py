"""The last thing that happens to a line before it is shown, where a terminal has only ASCII."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from workbench.display.glyphs import spelled


class AsciiOnly(LineFilter):
    """Spells every sign in ASCII, of frames and scroll bars, and of texts that nobody drew, too."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII; each stays as wide as it was."""
        return [
            segment if segment.text.isascii() else Segment(_spelled(segment.text), *segment[1:])
            for segment in segments
        ]


@lru_cache(4096)
def _spelled(text: str) -> str:
    return "".join(
        sign if sign.isascii() else spelled(sign, get_character_cell_size(sign)) for sign in text
    )
