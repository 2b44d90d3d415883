"""Options of strategies as people write and read them: ``islands:islands=5,migration_every=50``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec.inspect import FloatType, IntType, LiteralType, Metadata, StrType, StructType

from workbench.search.strategy import Options


class Option(msgspec.Struct, frozen=True):
    """One option of a strategy."""

    name: str
    default: int | float | str
    values: str
    """What it may be, in words: ``1 to 64``, ``count or reject``."""
    about: str

    def __str__(self) -> str:
        """``islands=5 (1 to 64)``."""
        return f"{self.name}={told(self.default)} ({self.values})"


def described(kind: type[Options]) -> tuple[Option, ...]:
    """Return the options of a strategy, its own before those that all have."""
    found = msgspec.inspect.type_info(kind)
    assert isinstance(found, StructType)
    common = Options.__struct_fields__
    fields = sorted(found.fields, key=lambda field: field.name in common)
    return tuple(
        Option(field.name, field.default, _values(field.type), _about(field.type))
        for field in fields
    )


def split(text: str) -> tuple[str, dict[str, str]]:
    """Cut ``name:key=value,…`` into the name and its pairs. Raises `ValueError`."""
    name, _, rest = text.partition(":")
    pairs: dict[str, str] = {}
    for word in filter(None, (word.strip() for word in rest.split(","))):
        key, equals, value = (part.strip() for part in word.partition("="))
        if not equals or not key:
            raise ValueError(f"strategy {text!r}: {word!r} is not KEY=VALUE")
        if key in pairs:
            raise ValueError(f"strategy {text!r}: {key} is said twice")
        pairs[key] = value
    return name.strip(), pairs


def made(name: str, kind: type[Options], given: Mapping[str, object]) -> Options:
    """Return the options that are `given`, as text or as JSON values, with the defaults of others.

    Raises `ValueError` that names the option and lists all there are.
    """
    known = {option.name: option for option in described(kind)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise ValueError(f"strategy {name} has no option {key!r}: {_list(known.values())}")
        try:
            one = msgspec.convert({key: value}, kind, strict=False)
        except msgspec.ValidationError:
            one = None
        values[key] = None if one is None else getattr(one, key)
        if values[key] is None or (isinstance(values[key], float) and math.isnan(values[key])):
            wanted = known[key].values
            raise ValueError(
                f"strategy {name}: {key} must be {wanted}, not {value!r}: {_list(known.values())}"
            )
    return kind(**values)


def recorded(options: Options) -> dict[str, object]:
    """Return options as the JSON values that a lineage keeps: all, whatever defaults become."""
    return msgspec.to_builtins(options)  # type: ignore[no-any-return]


def told(value: object) -> str:
    """Return a default for people; empty text as two quotes."""
    return "''" if value == "" else str(value)


def _list(known: Iterable[Option]) -> str:
    return f"its options are {', '.join(map(str, known))}"


def _bare(kind: object) -> object:
    return kind.type if isinstance(kind, Metadata) else kind


def _about(kind: object) -> str:
    extra = kind.extra_json_schema if isinstance(kind, Metadata) else None
    return str((extra or {}).get("description", ""))


def _values(kind: object) -> str:
    """Say in words what an option of this type may be."""
    match _bare(kind):
        case LiteralType(values=values):
            return " or ".join(told(value) for value in values)
        case IntType(ge=low, le=high):
            return f"a whole number, {low} to {high}"
        case FloatType(ge=low, gt=above, le=high):
            return f"{low} to {high}" if low is not None else f"above {above} to {high}"
        case StrType():
            return "names joined by +"
    raise TypeError(f"no option can be of type {kind!r}")
