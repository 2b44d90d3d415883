"""Read a TOML table key by key: faults are collected, so that one reading names them all."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Mapping
from typing import TypeVar

from workbench.formats.error import Report

D = TypeVar("D")

_KINDS = {
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "a table",
}


def kind_of(value: object) -> str:
    """Name the type of a TOML value for a person."""
    return _KINDS.get(type(value), "a date or time")


class Table:
    """One table of a TOML file. Every getter returns its default after reporting a fault."""

    def __init__(self, values: Mapping[str, object], name: str, report: Report) -> None:
        """Read from `values`; `name` is the table's dotted path, empty for the root."""
        self.values = values
        self.name = name
        self.report = report

    def where(self, key: str) -> str:
        """Return how a key of this table is named in messages."""
        shown = key if key.isprintable() else ascii(key)
        return f"[{self.name}] {shown}" if self.name else shown

    def problem(self, key: str, wrong: str, mend: str) -> None:
        """Report a fault of one key."""
        self.report.problem(self.where(key), wrong, mend)

    def text(self, key: str, default: D) -> str | D:
        """Return a string."""
        value = self.values.get(key)
        if value is None or isinstance(value, str):
            return default if value is None else value
        self.problem(key, f"is {kind_of(value)}", 'write a string: "..."')
        return default

    def texts(self, key: str, *, required: bool = False, example: str) -> tuple[str, ...]:
        """Return a list of non-empty strings; when `required`, one of at least one."""
        value = self.values.get(key)
        mend = f"write a list of strings, e.g. {key} = {example}"
        if value is None or value == []:
            if required:
                self.problem(key, "is missing" if value is None else "is empty", mend)
            return ()
        if not isinstance(value, list):
            self.problem(key, f"is {kind_of(value)}", mend)
            return ()
        for item in value:
            if not isinstance(item, str):
                self.problem(key, f"holds {kind_of(item)}", mend)
                return ()
            if not item or "\0" in item:
                self.problem(key, f"holds the unusable string {item!a}", mend)
                return ()
        return tuple(value)

    def number(self, key: str, default: D, *, positive: bool = False) -> float | D:
        """Return a finite number; with `positive`, one above zero."""
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.problem(key, f"is {kind_of(value)}", "write a number")
        elif not _finite(value):
            self.problem(key, f"is {_shown(value)}", "write a finite number")
        elif positive and value <= 0:
            self.problem(key, f"is {_shown(value)}", "write a number above 0")
        else:
            return float(value)
        return default

    def integer(self, key: str, default: D) -> int | D:
        """Return a whole number above zero."""
        value = self.values.get(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem(key, f"is {kind_of(value)}", "write a whole number")
        elif not 0 < value < 1 << 53:
            self.problem(key, f"is {_shown(value)}", "write a whole number above 0, below 2^53")
        else:
            return value
        return default

    def flag(self, key: str, default: D) -> bool | D:
        """Return true or false."""
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.problem(key, f"is {kind_of(value)}", "write true or false")
        return default

    def table(self, key: str) -> Table:
        """Return a table inside this one; an empty one if it is absent."""
        value = self.values.get(key, {})
        name = f"{self.name}.{key}" if self.name else key
        if not isinstance(value, dict):
            self.report.problem(f"[{name}]", f"is {kind_of(value)}", "make it a table")
            value = {}
        return Table(value, name, self.report)

    def warn_unknown(self, known: Collection[str]) -> None:
        """Name every key outside `known` in a warning, with the likely word if one is near."""
        for key in self.values:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
                hint = f' (did you mean "{near[0]}"?)' if near else ""
                self.report.warn(self.where(key), f"unknown key, ignored{hint}")


def _shown(value: float) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{text[:20]}…"


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False
