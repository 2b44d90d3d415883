"""Themes as files: TOML in, validated, all problems of all files in one message."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from textual.color import Color, ColorParseError
from textual.theme import Theme

from workbench.display.tui.themes.palette import DIFF, SERIES

_REQUIRED = ("primary", "background", "surface", "panel", "foreground")
_OPTIONAL = ("secondary", "accent", "warning", "error", "success", "boost")
_STYLES = {"none", "bold", "dim", "italic", "underline", "reverse", "strike"}
_DASHES = "series-dashes"
"""The variable that has curves differ by dashes, for a theme without hues."""


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
    series = _colors(data, "series", SERIES, SERIES, problems)
    diff = _colors(data, "diff", DIFF, DIFF, problems)
    extra = _table(data, "variables", problems)
    problems += [f"variables.{k} = {v!r} {w}" for k, v in extra.items() if (w := _unfit(k, v))]
    if problems:
        raise ThemeError("\n".join(f"{where}: {problem}" for problem in sorted(problems)))
    fields: dict[str, Any] = dict(colors)
    return Theme(name=str(name), dark=bool(dark), variables={**series, **diff, **extra}, **fields)


def _unfit(name: str, value: object) -> str:
    """Say why a variable of the style sheets cannot be `value`; empty if it can."""
    if name == _DASHES:
        return "" if value == "on" else 'can only be "on"'
    words = value.split() if isinstance(value, str) else []
    if name.endswith("style"):
        known = words and set(words) <= _STYLES
        return "" if known else f"is no style; write some of {', '.join(sorted(_STYLES))}"
    if len(words) == 2 and re.fullmatch(r"\d{1,2}%|100%", words[1]):
        words.pop()
    return "" if len(words) == 1 and _is_color(words[0]) else "is not a colour; write it as #rrggbb"


def _is_color(value: object) -> bool:
    try:
        return isinstance(value, str) and Color.parse(value).ansi is None
    except ColorParseError:
        return False


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
        if _is_color(value):
            found[name] = value
        else:
            problems.append(f"{key}.{name} = {value!r} is not a colour; write it as #rrggbb")
    return found


class Files(NamedTuple):
    """The themes of a folder by file name, and all that is wrong there, one problem a line."""

    themes: dict[str, Theme]
    problems: str


def load(folder: Path) -> Files:
    """Read every ``*.toml`` of a folder; none if there is no such folder."""
    themes: dict[str, Theme] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            theme = parse(path.read_text(encoding="utf-8"), path.name)
        except ThemeError as error:
            problems.append(str(error))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}: cannot be read as UTF-8 text: {error}")
        else:
            taken = next((name for name, one in themes.items() if one.name == theme.name), None)
            if taken is None:
                themes[path.name] = theme
            else:
                problems.append(
                    f"{path.name}: name = {theme.name!r} is the theme of {taken}; choose another"
                )
    return Files(themes, "\n".join(problems))
