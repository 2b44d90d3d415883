"""What all events have in common."""

from __future__ import annotations

import msgspec


class Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", gc=False):
    """Base of all events; never instantiated itself.

    Events hold no cycles, so the garbage collector need not look at them: a journal of 30,000
    is read in about two thirds of the time.
    """
