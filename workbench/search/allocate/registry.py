"""The allocators by name. A new one is one file and one line here."""

from __future__ import annotations

import importlib

from workbench.model.options import fill, split
from workbench.search.allocate.allocator import Allocator

UNIFORM = "uniform"
"""No policy: the budget is split over the lineages in advance."""

_CLASSES = {
    "exp3": ("workbench.search.allocate.exp3:EXP3", "weights grow with estimated gains"),
    "halving": ("workbench.search.allocate.halving:Halving", "equal steps, then the better half"),
    "thompson": ("workbench.search.allocate.thompson:Thompson", "draws from a belief of each"),
    "ucb": ("workbench.search.allocate.ucb:UCB", "largest mean plus a bonus for the untried"),
}
"""Name -> where its class is, imported when asked for, and what it does in a few words."""


def allocator(text: str) -> Allocator | None:
    """Return the allocator that ``NAME[:option=value,…]`` names; None for `uniform`.

    Raises `ValueError` that lists the known ones, or the options of this one.
    """
    name, options = split(text)
    if name == UNIFORM:
        if options:
            raise ValueError("uniform has no options: it splits the budget in advance")
        return None
    if name not in _CLASSES:
        raise ValueError(f"unknown allocator {name!r}: choose one of {', '.join(allocators())}")
    module, _, attribute = _CLASSES[name][0].partition(":")
    kind: type[Allocator] = getattr(importlib.import_module(module), attribute)
    return fill(kind, name, options)


def allocators() -> dict[str, str]:
    """Return name -> what it does in a few words, of every allocator, sorted by name."""
    told = {name: words for name, (_, words) in _CLASSES.items()}
    return dict(sorted({**told, UNIFORM: "split evenly in advance"}.items()))
