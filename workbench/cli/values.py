"""Reading the values of the command line; what is none is refused with a word on why."""

from __future__ import annotations

import argparse
import math


def whole(text: str) -> int:
    """Read a whole number that a session file can hold."""
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if abs(value) >= 2**63:
        raise argparse.ArgumentTypeError(f"{text} is too large")
    return value


def positive(text: str) -> int:
    """Read a whole number above zero."""
    value = whole(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def finite(text: str) -> float:
    """Read a finite number."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value


def above_zero(text: str) -> float:
    """Read a number above zero."""
    value = finite(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return value


def port(text: str) -> int:
    """Read a port, 0 to 65535."""
    value = whole(text)
    if not 0 <= value < 2**16:
        raise argparse.ArgumentTypeError(f"{text} is not a port (0 to 65535)")
    return value


def seconds(text: str) -> float:
    """Read a span of time that is not negative."""
    value = finite(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"{text} seconds is less than none")
    return value


def share(text: str) -> float:
    """Read a share, 0 to 1."""
    value = finite(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"{text} does not lie between 0 and 1")
    return value


def number(text: str) -> int:
    """Read a candidate's number, with or without its #."""
    return whole(text.removeprefix("#"))


def lineage(text: str) -> int:
    """Read a lineage's number, with or without its L."""
    return whole(text.removeprefix("L").removeprefix("l"))


def words(text: str) -> str:
    """Read text that a session keeps: bytes that are no UTF-8 cannot be kept."""
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise argparse.ArgumentTypeError("the text is not valid UTF-8")
    return text
