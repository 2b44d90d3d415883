"""The proposers by name. A new one is one module and one line here."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import cast

from workbench.propose.proposer import Proposer

Factory = Callable[[int, int], Proposer]
"""Makes the proposer of one lineage from the session's seed and the lineage's number."""

_FACTORIES = {
    "mutation": "workbench.propose.mutation.proposer:Mutation",
}
"""Name -> where its factory is; imported when asked for."""


def proposer(name: str) -> Factory:
    """Return the factory of the proposer called `name`.

    Raises `ValueError` that lists the known ones.
    """
    if name not in _FACTORIES:
        known = ", ".join(sorted(_FACTORIES))
        raise ValueError(f"unknown proposer {name!r}: choose one of {known}")
    module, _, attribute = _FACTORIES[name].partition(":")
    return cast(Factory, getattr(importlib.import_module(module), attribute))
