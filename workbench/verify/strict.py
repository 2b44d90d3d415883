"""Parse ``reward.json``, the one channel a score comes through, and accept nothing doubtful."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from typing import NoReturn

import msgspec

from workbench.model.verdict import METRIC_NAME
from workbench.verify.text import clean

MAX_BYTES = 64 << 10
MAX_METRICS = 64

_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""A JSON string, closed or not: one that always matches keeps the scan linear."""


class BadRecord(Exception):
    """A verifier's record cannot be accepted; the text says why, on one printable line."""


class Measurement(msgspec.Struct, frozen=True):
    """What a verifier measured, in the task's own sign and unit."""

    score: float
    feasible: bool
    metrics: dict[str, float]


def parse(
    data: bytes, *, nonce: str | None = None, declared: Collection[str] | None = None
) -> Measurement:
    """Return what `data` says: one flat JSON object of finite numbers.

    ``reward`` (the raw score) is required, ``feasible`` is 0 or 1 and defaults to 1, every other
    key is a metric, one of the `declared` if there are such. Only where this run was given a
    `nonce` may it hold a text, ``nonce``, which then must be that. Raises `BadRecord` and nothing
    else, whatever the bytes are.
    """
    pairs = dict(_pairs(data))
    if nonce is not None and pairs.pop("nonce", nonce) != nonce:
        raise BadRecord('is of another run: its "nonce" is not the one that this run was given')
    numbers = {name: _number(name, value) for name, value in pairs.items()}
    if "reward" not in numbers:
        raise BadRecord('has no key "reward"')
    score = numbers.pop("reward")
    feasible = numbers.pop("feasible", 1.0)
    if feasible not in (0.0, 1.0):
        raise BadRecord(f'"feasible" is {feasible:g}, not 0 or 1')
    if len(numbers) > MAX_METRICS:
        raise BadRecord(f"has {len(numbers)} metrics, more than {MAX_METRICS}")
    for name in numbers:
        if not METRIC_NAME.fullmatch(name):
            raise BadRecord(f"has a metric of the unusable name {_quote(name)}")
        if declared is not None and name not in declared:
            raise BadRecord(f"has the metric {_quote(name)}, which task.toml does not declare")
    return Measurement(score, feasible == 1.0, numbers)


def _pairs(data: bytes) -> list[tuple[str, object]]:
    """Return the keys and values of the one flat object that `data` holds."""
    if len(data) > MAX_BYTES:
        raise BadRecord(f"is larger than {MAX_BYTES >> 10} KiB")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BadRecord(f"is not UTF-8 (byte {error.start})") from None
    bare = _STRING.sub("", text)
    if bare.count("{") + bare.count("[") > 1:  # also keeps the parser from recursing
        raise BadRecord("is not one flat object: it holds a nested or a second object or list")
    try:
        found = json.loads(
            text,
            object_pairs_hook=_Pairs,
            parse_int=_integer,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise BadRecord(f"is not JSON: {error.msg} ({where})" if text else "is empty") from None
    if not isinstance(found, _Pairs):
        raise BadRecord("is not a JSON object")
    seen: set[str] = set()
    for name, _ in found:
        if name in seen:
            raise BadRecord(f"has the key {_quote(name)} twice")
        seen.add(name)
    return found


class _Pairs(list[tuple[str, object]]):
    """An object's pairs as they stand, told apart from a JSON array."""


def _number(name: str, value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise BadRecord(f"{_quote(name)} is not a number")
    if not math.isfinite(value):
        raise BadRecord(f"{_quote(name)} is beyond every finite number")
    return value + 0.0  # turns -0.0 into 0.0


def _integer(text: str) -> float:
    return float(text)  # infinite when too long, and never a slow big integer


def _constant(word: str) -> NoReturn:
    raise BadRecord(f"holds {word}, which is no finite number")


def _quote(name: str) -> str:
    return f'"{clean(name, 40)}"'
