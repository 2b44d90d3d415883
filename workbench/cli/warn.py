"""What a person should know though nothing is wrong: on standard error, or gathered for a form."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_gathered: ContextVar[list[str] | None] = ContextVar("gathered", default=None)


def warn(text: str) -> None:
    """Tell a person."""
    kept = _gathered.get()
    if kept is None:
        print(f"workbench: {text}", file=sys.stderr)
    else:
        kept.append(text)


@contextmanager
def gathered() -> Iterator[list[str]]:
    """Keep what is told meanwhile, in the order in which it is."""
    kept: list[str] = []
    token = _gathered.set(kept)
    try:
        yield kept
    finally:
        _gathered.reset(token)
