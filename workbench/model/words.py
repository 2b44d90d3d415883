"""Numbers as people read them, and the cleaning of text that nobody vouches for."""

from __future__ import annotations

import math
import re

_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?"  # OSC: titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c\n]*(?:\x1b\\|\x9c)?"  # DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]?"  # every shorter sequence, and a lone escape
)
_CONTROL = re.compile(
    # C0 and C1 except newline and tab; then marks that reorder or hide text.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def clean(text: str) -> str:
    """Make text from a model, a verifier or a candidate safe to print.

    Escape sequences, control characters and bidirectional overrides vanish; carriage returns
    become newlines and tabs become spaces. Newlines stay.
    """
    text = _ESCAPE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).expandtabs(4)


def one_line(text: str) -> str:
    """Clean `text` and fold all its white space into single spaces."""
    return " ".join(clean(text).split())


def number(value: float) -> str:
    """Show a number with five significant digits, in the fewest characters."""
    if not math.isfinite(value):
        return str(value)
    return f"{value:.5g}".replace("e+0", "e").replace("e-0", "e-").replace("-", "−")


def with_unit(text: str, unit: str) -> str:
    """Put a unit behind a number: symbols stick to it, words stand apart."""
    unit = one_line(unit)
    if not unit:
        return text
    return f"{text}{unit}" if not unit[0].isalpha() else f"{text} {unit}"
