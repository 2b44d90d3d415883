"""What becomes of a reply: an edit, or a reason why there is none."""

from __future__ import annotations

import msgspec


class Edit(msgspec.Struct, frozen=True):
    """A reply carried out."""

    files: dict[str, bytes]
    """Every editable file, changed or not."""
    note: str
    """What the reply says it changes, in one line."""
    tolerated: tuple[str, ...] = ()
    """The slips that were overlooked, each with its place, e.g. ``block 2: indentation``."""


class Unapplicable(Exception):
    """A reply cannot be carried out. The message serves a person and the model alike."""

    def __init__(self, message: str) -> None:
        """`message` says which part of the reply, what is wrong with it, and what would do."""
        super().__init__(message)
        self.message = message
