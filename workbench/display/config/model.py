"""What a person may set, and what each setting means."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

THEME = "workbench-dark"
"""The theme of whoever has not chosen one."""


class Notify(msgspec.Struct, frozen=True):
    """What is told in passing, and how loudly."""

    best: bool = True
    stopped: bool = True
    budget: bool = True
    machine: bool = True
    bell: bool = False
    desktop: str = "off"


class Config(msgspec.Struct, frozen=True):
    """All settings; what a file leaves out is as here."""

    theme: str = THEME
    glyphs: str = "auto"
    keys: dict[str, str] = {}
    """Binding id -> keys, separated by commas, in the place of its own."""
    notify: Notify = Notify()


Value = str | bool


class Setting(NamedTuple):
    """One setting: where it stands in the file, what it may be, what it does."""

    key: str
    """As in the file, tables before dots: ``notify.bell``."""
    choices: tuple[Value, ...]
    """All it may be, the default first; empty where that is for others to say."""
    meaning: str


_SWITCH: tuple[Value, ...] = (True, False)

SETTINGS = (
    Setting("theme", (), "the colours of every screen"),
    Setting(
        "glyphs",
        ("auto", "unicode", "ascii"),
        "signs and frames; auto takes ASCII where the locale is not UTF-8, and on Linux's console",
    ),
    Setting("notify.best", _SWITCH, "tell of a new best of the session, at most every 10 seconds"),
    Setting("notify.stopped", _SWITCH, "tell when a lineage stops by itself, and why"),
    Setting("notify.budget", _SWITCH, "tell when 80 % and 100 % of the budget are used"),
    Setting("notify.machine", _SWITCH, "tell when this machine fails, or pauses a lineage for it"),
    Setting(
        "notify.bell", (False, True), "ring with each of these while the terminal is out of focus"
    ),
    Setting(
        "notify.desktop",
        ("off", "osc9", "osc777"),
        "show them on the desktop too, while out of focus; osc9 is iTerm2's sequence, osc777 "
        "urxvt's: which one a terminal knows, its manual says",
    ),
)
"""Every setting but the keys, in the order in which people are shown them."""


def value_of(config: Config, key: str) -> Value:
    """Return what a setting is. Raises `KeyError` for one that is none."""
    table, _, name = key.rpartition(".")
    holder: Any = config.notify if table == "notify" else config
    if table not in ("", "notify") or name not in holder.__struct_fields__:
        raise KeyError(key)
    value: Value = getattr(holder, name)
    return value


def with_value(config: Config, key: str, value: Value | None) -> Config:
    """Return the settings with one of them changed; None gives it its default back.

    ``keys.ID`` changes the keys of a binding. Raises `KeyError` for a setting that is none.
    """
    if key.startswith("keys."):
        name = key.removeprefix("keys.")
        keys = {one: given for one, given in config.keys.items() if one != name}
        if value is not None:
            keys[name] = str(value)
        return msgspec.structs.replace(config, keys=keys)
    value = value_of(Config(), key) if value is None else value
    table, _, name = key.rpartition(".")
    if table == "notify":
        changed = msgspec.structs.replace(config.notify, **{name: value})
        return msgspec.structs.replace(config, notify=changed)
    return msgspec.structs.replace(config, **{name: value})


def spoken(value: Value) -> str:
    """Write a value as TOML does, without the quotes of a text."""
    return value if isinstance(value, str) else "true" if value else "false"
