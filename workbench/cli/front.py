"""The front ends that print lines, by name."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TextIO

from workbench.engine.feed import Feed

Follow = Callable[[Feed, Path, TextIO], Coroutine[None, None, None]]
"""Prints a session's events until its engine closes it."""


def front_end(display: str) -> Follow:
    """Return the front end called `json` or `plain`; only that one is loaded."""
    if display == "json":
        from workbench.display.jsonl import follow
    else:
        from workbench.display.plain import follow
    return follow
