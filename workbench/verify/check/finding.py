"""What one check of a task came to."""

from __future__ import annotations

from typing import Literal

import msgspec

State = Literal["ok", "warn", "fail", "skip"]


class Check(msgspec.Struct, frozen=True):
    """One line of the report."""

    name: str
    state: State
    message: str
    details: tuple[str, ...] = ()


def ok(name: str, message: str, details: tuple[str, ...] = ()) -> Check:
    """Return a check that the task passes."""
    return Check(name, "ok", message, details)


def warn(name: str, message: str, details: tuple[str, ...] = ()) -> Check:
    """Return a check that a person should look at; the task passes."""
    return Check(name, "warn", message, details)


def fail(name: str, message: str, details: tuple[str, ...] = ()) -> Check:
    """Return a check that the task fails."""
    return Check(name, "fail", message, details)


def skip(name: str, message: str) -> Check:
    """Return a check that could not be made, and why."""
    return Check(name, "skip", message)
