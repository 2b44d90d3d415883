"""Colours that every theme needs here and that themes of other programs do not bring."""

from __future__ import annotations

from textual.color import Color
from textual.theme import Theme

from workbench.display import states

SERIES = tuple(f"series-{number}" for number in range(1, states.SERIES + 1))
"""Names of the colours of curves."""
DIFF = ("diff-add", "diff-del", "diff-add-word", "diff-del-word")
"""Names of the tints of changed lines, and of what changed within them."""
SYNTAX = tuple(f"syntax-{kind}" for kind in ("keyword", "name", "number", "string", "comment"))
"""Names of the colours of program text."""

_DARK = ("#56b4e9", "#e69f00", "#2fbf8f", "#f0e442", "#e889b8", "#ff7f4f", "#a6a6ff", "#d0d0d0")
_LIGHT = ("#0064a8", "#a65a00", "#00734f", "#7a6a00", "#a8326f", "#b83a00", "#5a3fbf", "#444444")
_ANSI = ("blue", "yellow", "green", "cyan", "magenta", "red", "bright_blue", "bright_green")


def defaults(theme: Theme) -> dict[str, str]:
    """Return the palette of curves, diffs and program text for a theme that brings none, and
    ``quiet``: the solid colour of secondary text, between the theme's foreground and background."""
    quiet = _quiet(theme)
    if theme.ansi:
        series: tuple[str, ...] = tuple(f"ansi_{name}" for name in _ANSI)
        diff = ("ansi_default",) * len(DIFF)
        syntax = ("ansi_magenta", "ansi_blue", "ansi_cyan", "ansi_yellow", quiet)
    elif theme.dark:
        series, diff = _DARK, ("#12402b", "#4a1a1f", "#1f7a4d", "#8f2a33")
        syntax = ("#cdb2ff", "#9fd0ff", "#8fdcd2", "#e8c18f", quiet)
    else:
        series, diff = _LIGHT, ("#d3f0dc", "#f8d7d7", "#8fd6a6", "#eb9c9c")
        syntax = ("#6a2bb0", "#0a4a94", "#005858", "#7a3e00", quiet)
    names = (*SERIES, *DIFF, *SYNTAX, "quiet")
    return dict(zip(names, (*series, *diff, *syntax, quiet), strict=True))


def _quiet(theme: Theme) -> str:
    if theme.ansi:
        return "ansi_default"
    front = theme.foreground or ("#e0e0e0" if theme.dark else "#1e1e1e")
    back = theme.background or ("#121212" if theme.dark else "#e0e0e0")
    return Color.parse(front).blend(Color.parse(back), 0.35).hex
