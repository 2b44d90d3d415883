"""Rows of the settings screen, and of the list of themes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.keys import format_key

from workbench.display.config.model import SETTINGS, Config, Setting, Value, spoken, value_of
from workbench.display.states import ACCENT, MUTED
from workbench.display.tui import keys

_NAME, _VALUE = 26, 22
_KEYS = "keys."


class Item(NamedTuple):
    """One thing that can be set."""

    key: str
    """As in the file: ``theme``, ``notify.bell``, ``keys.lineage.pause``."""
    value: str
    default: str
    meaning: str
    choices: tuple[Value, ...] = ()

    @property
    def binding(self) -> str:
        """The binding whose keys it is; empty for another setting."""
        return self.key.removeprefix(_KEYS) if self.key.startswith(_KEYS) else ""


def items(config: Config, themes: Sequence[str]) -> list[Item]:
    """List every setting with its present value, then every binding with its keys."""
    found = [_of_setting(config, setting, themes) for setting in SETTINGS]
    given = keys.in_force(config.keys)
    for name, key in keys.catalogue().items():
        told = f"{key.action} ({', '.join(key.where)})"
        found.append(Item(_KEYS + name, shown(given[name]), shown(key.keys), told))
    return found


def _of_setting(config: Config, setting: Setting, themes: Sequence[str]) -> Item:
    choices: tuple[Value, ...] = setting.choices or tuple(themes)
    now, default = value_of(config, setting.key), value_of(Config(), setting.key)
    return Item(setting.key, _word(now), _word(default), setting.meaning, choices)


def _word(value: Value) -> str:
    return value if isinstance(value, str) else "on" if value else "off"


def shown(names: Sequence[str]) -> str:
    """Write keys as people see them on their keyboard."""
    return " ".join(_shown(name) for name in names)


def _shown(name: str) -> str:
    *modifiers, base = name.split("+")
    return "+".join((*modifiers, format_key(base)))


def neighbour(item: Item, step: int) -> Value | None:
    """Return the choice `step` places after the present one, round and round; None for none."""
    if not item.choices or item.binding:
        return None
    words = [_word(choice) for choice in item.choices]
    place = words.index(item.value) if item.value in words else 0
    return item.choices[(place + step) % len(words)]


def heading(width: int) -> Content:
    """Draw the headings."""
    return Content.styled(f"{'setting':<{_NAME}}{'value':<{_VALUE}}meaning", MUTED)


def draw(item: Item, width: int) -> Content:
    """Draw one setting; one that is not as by default is marked by a sign."""
    own = item.value != item.default
    return Content.assemble(
        (f"{item.key:<{_NAME}}"[: max(_NAME, len(item.key) + 1)], "" if item.binding else "bold"),
        (f"{'◆ ' if own else '  '}{item.value:<{_VALUE - 2}}", f"bold {ACCENT}" if own else ""),
        (item.meaning, MUTED),
    )


def about(item: Item) -> Content:
    """Say at length what a setting does, what it may be and what it is by default."""
    name = "theme" if item.key == "theme" else ""
    among = "" if name else " | ".join(spoken(choice) for choice in item.choices)
    parts = [(f"{item.key}: ", "bold"), (item.meaning, "")]
    if among:
        parts.append((f" · {among}", MUTED))
    parts.append((f" · default {item.default}", MUTED))
    return Content.assemble(*parts)


def theme(name: str, origin: str, dark: bool, ansi: bool) -> Content:
    """Draw one theme of the list."""
    kind = "terminal's colours" if ansi else "dark" if dark else "light"
    return Content.assemble((f"{name:<22} ", "bold"), (f"{origin:<10} {kind}", MUTED))
