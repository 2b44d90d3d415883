"""Reading `config.toml`: strictly, and with every problem of the file in one message."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from workbench.display.config.model import SETTINGS, Config, Setting, Value, spoken, with_value

CheckKeys = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Tells what is wrong with keys that a person gave: binding id -> problem and mend."""


class Known(NamedTuple):
    """What only those who show something know: themes by name, and which keys can be given."""

    themes: Collection[str]
    check_keys: CheckKeys


class Read(NamedTuple):
    """A file as far as it can be used, and all that is wrong with it, one problem a line."""

    config: Config
    problems: str = ""


def read(path: Path, known: Known) -> Read:
    """Read the file; one that is not there sets nothing.

    What is wrong keeps its default, and everything else counts: a mistake in the file must never
    keep a person from starting.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Read(Config())
    except (OSError, UnicodeDecodeError) as error:
        return Read(Config(), f"{path}: cannot be read as UTF-8 text: {error}")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Read(Config(), f"{path}: not valid TOML, so nothing of it counts: {error}")
    config, problems = understand(data, known)
    return Read(config, "\n".join(f"{path}: {problem}" for problem in problems))


def understand(data: Mapping[str, object], known: Known) -> tuple[Config, list[str]]:
    """Return the settings that `data` holds, and what is wrong with it, by key."""
    config = Config()
    problems: list[str] = []
    tables = {"": data, "notify": data.get("notify", {})}
    for name, table in tables.items():
        prefix = f"{name}." if name else ""
        if not isinstance(table, Mapping):
            problems.append(f"{name} = {table!r}: write a table, [{name}]")
            continue
        mine = {x.key.removeprefix(prefix): x for x in SETTINGS if x.key.rpartition(".")[0] == name}
        expected = {*mine, *(() if name else ("notify", "keys"))}
        problems += [_unknown(f"{prefix}{key}", expected) for key in table if key not in expected]
        for key, setting in mine.items():
            if key not in table:
                continue
            problem = _problem(setting, table[key], known)
            if problem:
                problems.append(f"{setting.key} = {_told(table[key])}: {problem}")
            else:
                config = with_value(config, setting.key, table[key])
    keys = data.get("keys", {})
    if not isinstance(keys, Mapping):
        return config, sorted([*problems, f"keys = {keys!r}: write a table, [keys]"])
    given, strange = flat(keys)
    wrong = {**strange, **known.check_keys(given)}
    problems += [f"keys.{name} = {given.get(name, '…')!r}: {why}" for name, why in wrong.items()]
    for name, words in given.items():
        if name not in wrong:
            config = with_value(config, f"keys.{name}", words)
    return config, sorted(problems)


def flat(keys: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
    """Return the keys by binding id, and what is no key at all.

    A dotted name that is not quoted makes tables in TOML; it means the same.
    """
    given: dict[str, str] = {}
    strange: dict[str, str] = {}

    def walk(table: Mapping[str, object], above: str) -> None:
        for key, value in table.items():
            name = f"{above}{key}"
            if isinstance(value, str):
                given[name] = value
            elif isinstance(value, Mapping):
                walk(value, f"{name}.")
            else:
                strange[name] = 'write its keys as a text, e.g. "ctrl+k" or "f5,p"'

    walk(keys, "")
    return given, strange


def nearest(name: str, names: Iterable[str]) -> str:
    """Say which known name may have been meant; empty if none is near."""
    near = difflib.get_close_matches(name, list(names), 1)
    return f"; did you mean {near[0]}?" if near else ""


def _unknown(key: str, expected: Collection[str]) -> str:
    table = key.rpartition(".")[0]
    whole = sorted(f"{table}.{one}" if table else one for one in expected)
    return f"{key}: there is no such setting{nearest(key, whole)} (there are {', '.join(whole)})"


def _problem(setting: Setting, value: object, known: Known) -> str:
    """Say why a setting cannot be `value`, and what it can be; empty if it can."""
    choices: tuple[Value, ...] = setting.choices or tuple(sorted(known.themes))
    if any(value is one or (isinstance(one, str) and value == one) for one in choices):
        return ""
    if isinstance(choices[0], bool):
        return "write true or false, without quotes"
    near = nearest(value, map(str, choices)) if isinstance(value, str) else ""
    return f"write one of {', '.join(spoken(one) for one in choices)}{near}"


def _told(value: object) -> str:
    return spoken(value) if isinstance(value, bool) else repr(value)
