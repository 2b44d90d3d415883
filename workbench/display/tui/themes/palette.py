"""Colours that every theme needs here and that themes of other programs do not bring."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

from workbench.display import states

SERIES = tuple(f"series-{number}" for number in range(1, states.SERIES + 1))
"""Names of the colours of curves."""
DIFF = ("diff-add", "diff-del", "diff-add-word", "diff-del-word")
"""Names of the tints of changed lines, and of what changed within them."""

_DARK = ("#56b4e9", "#e69f00", "#2fbf8f", "#f0e442", "#e889b8", "#ff7f4f", "#a6a6ff", "#d0d0d0")
_LIGHT = ("#0064a8", "#a65a00", "#00734f", "#7a6a00", "#a8326f", "#b83a00", "#5a3fbf", "#444444")
_ANSI = ("blue", "yellow", "green", "cyan", "magenta", "red", "bright_blue", "bright_green")


def defaults(theme: Theme) -> dict[str, str]:
    """Return the palette of curves and diffs for a theme that brings none, and ``quiet``: the
    solid colour of secondary text, between the theme's foreground and background."""
    if theme.ansi:
        series: tuple[str, ...] = tuple(f"ansi_{name}" for name in _ANSI)
        diff = ("ansi_default",) * len(DIFF)
    elif theme.dark:
        series, diff = _DARK, ("#12402b", "#4a1a1f", "#1f7a4d", "#8f2a33")
    else:
        series, diff = _LIGHT, ("#d3f0dc", "#f8d7d7", "#8fd6a6", "#eb9c9c")
    return {**dict(zip((*SERIES, *DIFF), (*series, *diff), strict=True)), "quiet": _quiet(theme)}


def _quiet(theme: Theme) -> str:
    if theme.ansi:
        return "ansi_default"
    front = theme.foreground or ("#e0e0e0" if theme.dark else "#1e1e1e")
    back = theme.background or ("#121212" if theme.dark else "#e0e0e0")
    return Color.parse(front).blend(Color.parse(back), 0.35).hex
