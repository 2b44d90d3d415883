"""Every sign beyond ASCII that a screen shows, and what stands for it where there is only ASCII.

Screens are drawn with the signs on the left. Where a terminal lacks them, whatever is drawn passes
through `spelled` at the very end: one sign for one sign, so that no column moves.
"""

from __future__ import annotations

import locale
import os
import unicodedata
from functools import lru_cache

_STATES = {"▶": ">", "‖": "=", "✔": "v", "✖": "x", "★": "*", "■": "#", "●": "o", "○": "."}
_MARKS = {
    "◌": ":",
    "↻": "~",
    "▲": "^",
    "◆": "+",
    "▸": ">",
    "◦": ".",
    "•": "*",
    "▪": "*",
    "▼": "v",
    "▾": "v",
    "⚑": "P",
}
_WORDS = {"…": "~", "·": "|", "«": '"', "»": '"', "–": "-", "—": "-", "’": "'", "⋮": ":", "⏎": "<"}
_NUMBERS = {"×": "x", "Δ": "d", "−": "-", "≤": "<", "≥": ">", "ⁿ": "n", "±": "~", "∞": "8"}
_ARROWS = {"←": "<", "↑": "^", "→": ">", "↓": "v", "⌫": "<", "⭘": "O", "⟷": "="}
_LINES = {"─": "-", "│": "|", "└": "+", "├": "+", "┤": "+", "┌": "+", "┐": "+", "┘": "+", "╌": "."}
_CORNERS = {"╭": "+", "╮": "+", "╰": "+", "╯": "+", "┼": "+", "╎": ":", "┊": ":", "╱": "/"}
_HEAVY = {"━": "-", "┃": "|", "┏": "+", "┓": "+", "┗": "+", "┛": "+", "┣": "+", "╸": "-", "╺": "-"}
_DOUBLE = {"═": "=", "║": "|", "╔": "+", "╗": "+", "╚": "+", "╝": "+", "╠": "+", "╍": "-", "╏": ":"}
_BARS = dict(zip("▁▂▃▄▅▆▇█", "_.-=+*%#", strict=True))
_SIDES = {**dict.fromkeys("▏▎▍▌▋▊▉▐▕", "|"), **dict.fromkeys("▔▀▘▝", "'")}
_SHADES = {"░": ".", "▒": ":", "▓": "#", **dict.fromkeys("▖▗", "."), **dict.fromkeys("▛▜▙▟", "#")}

TABLE = {
    **_STATES,
    **_MARKS,
    **_WORDS,
    **_NUMBERS,
    **_ARROWS,
    **_LINES,
    **_CORNERS,
    **_HEAVY,
    **_DOUBLE,
    **_BARS,
    **_SIDES,
    **_SHADES,
}
"""Sign -> its ASCII."""

_BRAILLE = 0x2800
_LEFT, _RIGHT = (0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80)
"""The dots of a cell's two columns, from the top."""


def ascii_only(choice: str, encoding: str | None = None, terminal: str | None = None) -> bool:
    """Say whether screens must do with ASCII.

    `choice` is the setting; ``auto`` asks the locale's `encoding` and the `terminal`, by default
    those of this process. Linux's own console has few signs, whatever the locale says.
    """
    if choice != "auto":
        return choice == "ascii"
    encoding = locale.getencoding() if encoding is None else encoding
    terminal = os.environ.get("TERM", "") if terminal is None else terminal
    return encoding.lower().replace("-", "").replace("_", "") != "utf8" or terminal == "linux"


def spelled(sign: str, cells: int = 1) -> str:
    """Return one sign in ASCII, as wide as it was: `cells` characters."""
    if sign.isascii():
        return sign
    known = TABLE.get(sign)
    if known is None and _BRAILLE <= ord(sign) < _BRAILLE + 256:
        known = _stroke(ord(sign) - _BRAILLE)
    if known is None:
        known = _letter(sign)
    return (known or "?" * cells).ljust(cells)[:cells]


@lru_cache(256)
def _stroke(dots: int) -> str:
    """Return the stroke that looks most like a cell of a curve."""
    left = [row for row, dot in enumerate(_LEFT) if dots & dot]
    right = [row for row, dot in enumerate(_RIGHT) if dots & dot]
    both = [*left, *right]
    if not both:
        return " "
    if len(both) >= 6:
        return "#"
    if max(len(left), len(right)) >= 3:
        return "|"
    if left and right:
        rise = sum(left) / len(left) - sum(right) / len(right)
        if abs(rise) >= 1:
            return "/" if rise > 0 else "\\"
        return ('"', "-", "-", "_")[both[0]]
    if len(both) == 2:
        return ":"
    return ("'", "-", "-", ".")[both[0]]


def _letter(sign: str) -> str:
    """Return a letter without its accents; empty where that leaves nothing in ASCII."""
    parts = unicodedata.normalize("NFKD", sign)
    return "".join(part for part in parts if part.isascii() and part.isprintable())
