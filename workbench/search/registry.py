"""The strategies by name. A new one is one file and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

from workbench.model.task import Task
from workbench.model.verdict import Direction
from workbench.search import options as texts
from workbench.search.options import Option
from workbench.search.strategy import Strategy

_CLASSES = {
    "ab_mcts": "workbench.search.ab_mcts:AbMcts",
    "aide": "workbench.search.aide:Aide",
    "beam": "workbench.search.beam:Beam",
    "chain": "workbench.search.chain:Chain",
    "independent": "workbench.search.independent:Independent",
    "islands": "workbench.search.islands:Islands",
    "pareto": "workbench.search.pareto:Pareto",
    "shinka": "workbench.search.shinka:Shinka",
}
"""Name -> where its class is; imported when asked for."""


class Chosen(NamedTuple):
    """A strategy as lineages record it."""

    name: str
    options: dict[str, object]


class Description(NamedTuple):
    """A strategy for people who choose."""

    name: str
    summary: str
    source: str
    options: tuple[Option, ...]


def strategy(name: str, options: Mapping[str, object] | None = None) -> Strategy:
    """Return the strategy called `name`, set up with `options`; what is missing has its default.

    Raises `ValueError` that lists the known names, or the options it has.
    """
    kind = _class(name)
    return cast(Strategy, kind(texts.made(name, kind.Options, options or {})))


def read(text: str) -> Chosen:
    """Read ``name`` or ``name:key=value,…``, as people write it. Raises what `strategy` raises."""
    name, pairs = texts.split(text)
    return Chosen(name, texts.recorded(strategy(name, pairs).options))


def written(chosen: Chosen) -> str:
    """Return a strategy as people write it, with the options that are not the default ones.

    One that this workbench does not know keeps its bare name.
    """
    if chosen.name not in _CLASSES:
        return chosen.name
    defaults = {
        option.name: option.default for option in texts.described(_class(chosen.name).Options)
    }
    pairs = [f"{x}={value}" for x, value in chosen.options.items() if value != defaults.get(x)]
    return f"{chosen.name}:{','.join(pairs)}" if pairs else chosen.name


def settled(chosen: Chosen, task: Task) -> Chosen:
    """Return `chosen` with what it leaves to the task filled in."""
    left = {
        "features": "+".join(task.features),
        "better": "higher" if task.direction is Direction.MAXIMIZE else "lower",
    }
    filled = {name: left[name] for name, value in chosen.options.items() if value == ""}
    return Chosen(chosen.name, {**chosen.options, **filled})


def strategies() -> dict[str, str]:
    """Return name -> one-line summary of every strategy, sorted by name."""
    return {name: _class(name).summary for name in sorted(_CLASSES)}


def descriptions() -> list[Description]:
    """Return every strategy with its options, sorted by name."""
    found = []
    for name in sorted(_CLASSES):
        kind = _class(name)
        options = texts.described(kind.Options)
        found.append(Description(name, kind.summary, kind.source, options))
    return found


def _class(name: str) -> Any:
    if name not in _CLASSES:
        known = ", ".join(sorted(_CLASSES))
        raise ValueError(f"unknown strategy {name!r}: choose one of {known}")
    module, _, attribute = _CLASSES[name].partition(":")
    return getattr(importlib.import_module(module), attribute)
