"""Themes as files: TOML in, validated, all problems of all files in one message."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from workbench.content import themes_dir
from workbench.display.states import SERIES

if TYPE_CHECKING:
    from textual.app import App

DEFAULT = "workbench-dark"
_REQUIRED = ("primary", "background", "surface", "panel", "foreground")
_OPTIONAL = ("secondary", "accent", "warning", "error", "success", "boost")
_SERIES = tuple(f"series-{number}" for number in range(1, SERIES + 1))
_DIFF = ("diff-add", "diff-del", "diff-add-word", "diff-del-word")
_SYNTAX = tuple(f"syntax-{kind}" for kind in ("keyword", "name", "number", "string", "comment"))
_DARK = ("#56b4e9", "#e69f00", "#2fbf8f", "#f0e442", "#e889b8", "#ff7f4f", "#a6a6ff", "#d0d0d0")
_LIGHT = ("#0064a8", "#a65a00", "#00734f", "#7a6a00", "#a8326f", "#b83a00", "#5a3fbf", "#444444")
_ANSI = ("blue", "yellow", "green", "cyan", "magenta", "red", "bright_blue", "bright_green")


class ThemeError(ValueError):
    """A theme file cannot be used; the text lists every problem in it."""


def parse(text: str, where: str) -> Theme:
    """Read one theme. Raises `ThemeError` with all that is wrong, each line naming `where`."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ThemeError(f"{where}: not valid TOML: {error}") from error
    known = {"name", "dark", "colors", "series", "diff", "variables"}
    problems = [f"unknown key {key!r}" for key in data.keys() - known]
    name, dark = data.get("name"), data.get("dark")
    if not isinstance(name, str) or not name:
        problems.append("name must be a text")
    if not isinstance(dark, bool):
        problems.append("dark must be true or false")
    colors = _colors(data, "colors", (*_REQUIRED, *_OPTIONAL), _REQUIRED, problems)
    series = _colors(data, "series", _SERIES, _SERIES, problems)
    diff = _colors(data, "diff", _DIFF, _DIFF, problems)
    extra = _table(data, "variables", problems)
    problems += [
        f"variables.{k} must be a text" for k, v in extra.items() if not isinstance(v, str)
    ]
    if problems:
        raise ThemeError("\n".join(f"{where}: {problem}" for problem in sorted(problems)))
    fields: dict[str, Any] = dict(colors)
    return Theme(name=str(name), dark=bool(dark), variables={**series, **diff, **extra}, **fields)


def _table(data: Mapping[str, object], key: str, problems: list[str]) -> dict[str, Any]:
    table = data.get(key, {})
    if isinstance(table, dict):
        return table
    problems.append(f"{key} must be a table")
    return {}


def _colors(
    data: Mapping[str, object],
    key: str,
    known: Iterable[str],
    required: Iterable[str],
    problems: list[str],
) -> dict[str, str]:
    table = _table(data, key, problems)
    known = set(known)
    problems += [f"{key}.{name} is missing" for name in required if name not in table]
    problems += [f"{key}.{name} is not a known colour name" for name in table.keys() - known]
    found: dict[str, str] = {}
    for name in table.keys() & known:
        value = table[name]
        try:
            Color.parse(value if isinstance(value, str) else "")
        except ColorParseError:
            problems.append(f"{key}.{name} = {value!r} is not a colour; write it as #rrggbb")
        else:
            found[name] = value
    return found


def load(directory: Path) -> tuple[list[Theme], str]:
    """Read every ``*.toml`` of `directory`; return the good themes and one text of all problems."""
    good: list[Theme] = []
    problems: list[str] = []
    for path in sorted(directory.glob("*.toml")):
        try:
            good.append(parse(path.read_text(encoding="utf-8"), path.name))
        except ThemeError as error:
            problems.append(str(error))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: cannot be read as UTF-8 text: {error}")
    return good, "\n".join(problems)


def install(app: App[Any]) -> str:
    """Register the bundled themes and choose one; return what was wrong, empty if nothing."""
    try:
        good, problems = load(themes_dir())
    except FileNotFoundError as error:
        return str(error)
    for theme in good:
        app.register_theme(theme)
    if app.theme == "textual-dark" and DEFAULT in app.available_themes:
        app.theme = DEFAULT  # a theme asked for through TEXTUAL_THEME stays
    return problems


def defaults(theme: Theme) -> dict[str, str]:
    """Return the palette of curves, diffs and program text for a theme that brings none, and
    ``quiet``: the solid colour of secondary text, between the theme's foreground and background."""
    quiet = _quiet(theme)
    if theme.ansi:
        series: tuple[str, ...] = tuple(f"ansi_{name}" for name in _ANSI)
        diff = ("ansi_default",) * len(_DIFF)
        syntax = ("ansi_magenta", "ansi_blue", "ansi_cyan", "ansi_yellow", quiet)
    elif theme.dark:
        series, diff = _DARK, ("#12402b", "#4a1a1f", "#1f7a4d", "#8f2a33")
        syntax = ("#cdb2ff", "#9fd0ff", "#8fdcd2", "#e8c18f", quiet)
    else:
        series, diff = _LIGHT, ("#d3f0dc", "#f8d7d7", "#8fd6a6", "#eb9c9c")
        syntax = ("#6a2bb0", "#0a4a94", "#005858", "#7a3e00", quiet)
    names = (*_SERIES, *_DIFF, *_SYNTAX, "quiet")
    return dict(zip(names, (*series, *diff, *syntax, quiet), strict=True))


def _quiet(theme: Theme) -> str:
    if theme.ansi:
        return "ansi_default"
    front = theme.foreground or ("#e0e0e0" if theme.dark else "#1e1e1e")
    back = theme.background or ("#121212" if theme.dark else "#e0e0e0")
    return Color.parse(front).blend(Color.parse(back), 0.35).hex
