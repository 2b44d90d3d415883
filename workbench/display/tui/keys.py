"""Every key of the terminal UI by the id of its binding, and which others a person may give it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations
from typing import NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import REPLACED_KEYS, Keys, _character_to_key, key_to_character

from workbench.display.config.reading import nearest

QUIT, ALWAYS = "app.quit", "ctrl+q"
"""The binding that leaves at once, and the key that always does, whatever a person has set."""

_SAME = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
    "ctrl+j": "enter, in some of them",
    "ctrl+enter": "enter, in most of them",
}
"""Keys that terminals cannot tell from others."""
_MODIFIERS = {"ctrl", "shift", "alt"}
_NAMED = {key.value for key in Keys if key.value.isalnum()}
_PLACES = {
    "WorkbenchApp": "everywhere",
    "RunScreen": "session",
    "Ask": "questions",
    "NewRun": "new session",
    "Virtual": "panes",
    "Rows": "lists",
    "_Area": "hint composer",
}
"""How people call what is not called after what they see."""
_PURE = "render"
"""The room of what draws: it has no screen and no widget, and need not be loaded to say so."""
_EVERYWHERE = ("rows", "list")
"""Nouns of the keys of lists, which take them before a screen does."""


class Key(NamedTuple):
    """One binding: its id, its keys as they come, what it does and where."""

    id: str
    keys: tuple[str, ...]
    action: str
    where: tuple[str, ...]
    """The screens and panes that have it, in words."""
    priority: bool
    """Whether it takes the key even from a text that is being written."""


def nodes() -> Iterator[type[DOMNode]]:
    """Yield every screen and widget of ours, and the application."""
    package = importlib.import_module(__package__ or "")
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if f".{_PURE}." in found.name:
            continue
        module = importlib.import_module(found.name)
        for value in vars(module).values():
            mine = isinstance(value, type) and value.__module__ == module.__name__
            if mine and issubclass(value, DOMNode):
                yield value


def _bindings(node: type[DOMNode]) -> Iterator[Binding]:
    """Yield the bindings of a node, those of its bases included, as Textual merges them."""
    for _, binding in node._merged_bindings or ():
        if binding.id:
            yield binding


@cache
def catalogue() -> dict[str, Key]:
    """Return every binding that has an id, by that id."""
    found: dict[str, Key] = {}
    for node in nodes():
        for binding in Binding.make_bindings(node.__dict__.get("BINDINGS", ())):
            name = binding.id or ""
            known = found.get(name)
            keys = (binding.key,) if known is None else (*known.keys, binding.key)
            where = (_place(node),) if known is None else (*known.where, _place(node))
            found[name] = Key(
                id=name,
                keys=tuple(dict.fromkeys(keys)),
                action=binding.description,
                where=tuple(dict.fromkeys(where)),
                priority=binding.priority,
            )
    return dict(sorted(found.items()))


def _place(node: type[DOMNode]) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", node.__name__).lower()
    return _PLACES.get(node.__name__, words.removesuffix(" screen"))


def in_force(given: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the keys of every binding with those that a person gave in their place."""
    keys = {name: key.keys for name, key in catalogue().items()}
    keys.update({name: split(words) for name, words in given.items() if name in keys})
    keys[QUIT] = tuple(dict.fromkeys((*keys[QUIT], ALWAYS)))
    return keys


def keymap(given: Mapping[str, str]) -> dict[str, str]:
    """Return what Textual is to be told; `ALWAYS` leaves whatever else does."""
    if not given:
        return {}  # nothing to look up: the catalogue loads every screen
    return {
        name: ",".join(dict.fromkeys(keys))
        for name, keys in in_force(given).items()
        if name in given or name == QUIT
    }


def split(words: str) -> tuple[str, ...]:
    """Return keys that were written with commas between them, each by its long name."""
    parts = [part.strip() for part in words.split(",")]
    return tuple(_character_to_key(part) if len(part) == 1 else part for part in parts)


def check(given: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with keys that a person gave: binding id -> problem and mend."""
    wrong: dict[str, str] = {}
    if not given:
        return wrong  # nothing to look up: the catalogue loads every screen
    for name, words in given.items():
        problem = _problem(name, words)
        if problem:
            wrong[name] = problem
    sound = {name: words for name, words in given.items() if name not in wrong}
    return {**wrong, **_clashes(sound)}


def _problem(name: str, words: str) -> str:
    known = catalogue()
    if name not in known:
        return f"no binding is called so{nearest(name, known)} (`workbench keys` lists them)"
    for key in split(words):
        problem = _unfit(key, known[name])
        if problem:
            return problem
    return ""


def _unfit(key: str, binding: Key) -> str:
    """Say why a key cannot be that of a binding; empty if it can."""
    *modifiers, base = key.split("+")
    if not key:
        return "write at least one key, with commas between several; the comma itself is `comma`"
    if key in _SAME and key not in binding.keys:
        return f"terminals send the same for {key} and {_SAME[key]}; choose another"
    if "alt" in modifiers and base.isdigit():
        return "many terminals keep alt with a digit for themselves; choose another"
    if len(base) == 1 and base.isalpha() and modifiers:
        if modifiers == ["shift"]:
            return f"write the capital letter, {base.upper()}"
        if base.isupper():
            return f"write it small: {key.lower()}"
    if not set(modifiers) <= _MODIFIERS or not _is_key(base):
        return f"{key!r} is no key; examples: p, P, f5, ctrl+k, space, question_mark"
    if key == ALWAYS and binding.id != QUIT:
        return f"{ALWAYS} always leaves the program; choose another"
    if binding.priority and not modifiers and _is_sign(base):
        return "it works while a text is written, too, so it cannot be a sign that texts are of"
    return ""


def _is_key(base: str) -> bool:
    return base in _NAMED or _is_sign(base)


def _is_sign(base: str) -> bool:
    """Whether the key writes a sign of a text."""
    sign = key_to_character(REPLACED_KEYS.get(base, base))
    return sign is not None and sign.isprintable()


def _clashes(given: Mapping[str, str]) -> dict[str, str]:
    """Return which of the given keys another binding of the same place has as well."""
    before, after = in_force({}), in_force(given)
    wrong: dict[str, str] = {}
    for one, other in _together():
        shared = set(after[one]) & set(after[other]) - (set(before[one]) & set(before[other]))
        for key in sorted(shared):
            mine, theirs = (one, other) if one in given else (other, one)
            if mine in given:
                wrong[mine] = f"{key} is the key of {theirs} in the same place; change one of them"
    return wrong


@cache
def _together() -> list[tuple[str, str]]:
    """Return the pairs of bindings that would take each other's key."""
    pairs: set[tuple[str, str]] = set()
    anywhere = {name for name in catalogue() if name.partition(".")[0] in _EVERYWHERE}
    anywhere |= {name for name, key in catalogue().items() if _PLACES["WorkbenchApp"] in key.where}
    for node in nodes():
        names = {binding.id or "" for binding in _bindings(node)} | anywhere
        pairs.update(combinations(sorted(names), 2))
    return sorted(pairs)
