"""Something chosen by name with options of its own: ``NAME:option=value,option=value``."""

from __future__ import annotations

import math
from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def split(text: str) -> tuple[str, dict[str, str]]:
    """Return the name and the options as they were written. Raises `ValueError`."""
    name, _, rest = text.partition(":")
    options: dict[str, str] = {}
    for part in (part.strip() for part in rest.split(",") if part.strip()):
        key, sign, value = part.partition("=")
        if not sign or not key or not value:
            raise ValueError(f"{name}: {part!r} is no option; write {name}:option=value,…")
        if key in options:
            raise ValueError(f"{name}: {key} is said twice")
        options[key] = value
    return name, options


def fill(kind: type[T], name: str, options: dict[str, str]) -> T:
    """Return the settings that the options give, the rest as by default.

    Raises `ValueError` that names the option and, for an unknown one, those that there are.
    """
    known = {field.name: field for field in msgspec.structs.fields(kind)}
    read: dict[str, Any] = {}
    for key, value in options.items():
        if key not in known:
            there = ", ".join(sorted(known)) or "none"
            raise ValueError(f"{name} has no option {key!r}; its options: {there}")
        try:
            read[key] = msgspec.convert(value, known[key].type, strict=False)
            if isinstance(read[key], float) and not math.isfinite(read[key]):
                raise ValueError
        except ValueError:
            what = getattr(known[key].type, "__name__", "value")
            raise ValueError(f"{name}: {key}={value} is no {_WORDS.get(what, what)}") from None
    return kind(**read)


_WORDS = {"int": "whole number", "float": "number"}
