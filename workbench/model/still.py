"""A session that no longer changes while the one it was taken of goes on."""

from __future__ import annotations

import copy

from msgspec.structs import replace

from workbench.model.session import Session


def still(session: Session) -> Session:
    """Return `session` as it is now, for looking at it beside the event loop.

    What grows is copied, what is only ever set once is shared: of 100,000 candidates in
    milliseconds.
    """
    copied = copy.copy(session)
    copied.candidates = dict(session.candidates)
    copied.lineages = {
        number: replace(lineage, candidates=dict(lineage.candidates), curve=list(lineage.curve))
        for number, lineage in session.lineages.items()
    }
    copied.hints = {
        number: replace(hint, taken=dict(hint.taken)) for number, hint in session.hints.items()
    }
    return copied
