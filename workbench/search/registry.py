"""The strategies by name. A new one is one file and one line here."""

from __future__ import annotations

import importlib
from typing import cast

from workbench.search.strategy import Strategy

_CLASSES = {
    "chain": "workbench.search.chain:Chain",
    "independent": "workbench.search.independent:Independent",
}
"""Name -> where its class is; imported when asked for."""


def strategy(name: str) -> Strategy:
    """Return the strategy called `name`. Raises `ValueError` that lists the known ones."""
    if name not in _CLASSES:
        known = ", ".join(sorted(_CLASSES))
        raise ValueError(f"unknown strategy {name!r}: choose one of {known}")
    module, _, attribute = _CLASSES[name].partition(":")
    return cast(Strategy, getattr(importlib.import_module(module), attribute)())


def strategies() -> dict[str, str]:
    """Return name -> one-line summary of every strategy, sorted by name."""
    return {name: strategy(name).summary for name in sorted(_CLASSES)}
