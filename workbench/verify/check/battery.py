"""Bad answers, made from a good one: what a verifier must refuse, or at least not reward."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

Kind = Literal["malformed", "odd"]
"""``malformed`` answers are none at all and must not be scored. ``odd`` ones may be answers, but
none of them may be better than the good one."""

PLACES = 4
"""Numbers of a file that are tampered with, spread over it."""
OVERSIZED = 4 << 20
"""Bytes of an answer that is too large for any task."""
_WRONG = ("true", "null", '"1"', "[]", "{}", "NaN", "Infinity", "-Infinity", "1e400")
_ODD = ("0", "-1", "-0.5", "1e-300", "1e308", "-1e308", "123456789012345678", "0.1234567")
_MARK = "@@@"
Path = tuple[str | int, ...]


class Case(msgspec.Struct, frozen=True):
    """One bad answer."""

    name: str
    kind: Kind
    files: dict[str, bytes]
    """In `output` the output files, in `call` the candidate's."""


def bad_outputs(good: Mapping[str, bytes]) -> Iterator[Case]:
    """Yield bad versions of a good answer's output files, one file of them tampered with."""
    for path, data in good.items():
        for name, kind, changed in (*_bad_bytes(data), *_bad_json(data)):
            yield Case(f"{path}: {name}", kind, {**good, path: changed})


def _bad_bytes(data: bytes) -> Iterator[tuple[str, Kind, bytes]]:
    yield "empty", "malformed", b""
    yield "bytes that are no text", "malformed", b"\xff\xfe\x00" * 50
    yield "its first half", "malformed", data[: len(data) // 2]
    yield "oversized", "odd", data + b" " * OVERSIZED
    yield "twice", "odd", data + data


def _bad_json(data: bytes) -> Iterator[tuple[str, Kind, bytes]]:
    try:
        content = json.loads(data)
    except ValueError:
        return
    for text in ("null", "[]", "{}", "0", '"answer"'):
        yield f"only {text}", "malformed", text.encode()
    yield "nested deeply", "malformed", b"[" * 50_000
    numbers = list(_spread([path for path, value in _walk(content) if _is_number(value)]))
    for path in numbers:
        for text in _WRONG:
            yield f"{text} at {_shown(path)}", "malformed", _with(content, path, text)
        for text in _ODD:
            yield f"{text} at {_shown(path)}", "odd", _with(content, path, text)
    lists = _spread([path for path, value in _walk(content) if isinstance(value, list) and value])
    for path in lists:
        items = _at(content, path)
        for name, other in (
            ("one entry less", items[:-1]),
            ("one entry more", [*items, items[-1]]),
            ("backwards", items[::-1]),
            ("all like the first", [items[0]] * len(items)),
        ):
            text = json.dumps(other)
            yield f"{name} at {_shown(path)}", "odd", _with(content, path, text)
    for path in _spread([path for path, value in _walk(content) if isinstance(value, dict)]):
        pairs = _at(content, path)
        for key in list(pairs)[:2]:
            rest = {name: value for name, value in pairs.items() if name != key}
            name = f"without {key!r} at {_shown(path)}"
            yield name, "malformed", _with(content, path, json.dumps(rest))
        if pairs:
            twice = json.dumps(pairs)[:-1] + ", " + json.dumps(pairs)[1:]
            yield f"every key twice at {_shown(path)}", "malformed", _with(content, path, twice)


def _walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _walk(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _walk(inner, (*path, at))


def _spread(found: list[Path]) -> list[Path]:
    """Return at most `PLACES` of them, the first and the last among them."""
    if len(found) <= PLACES:
        return found
    step = (len(found) - 1) / (PLACES - 1)
    return [found[round(at * step)] for at in range(PLACES)]


def _at(content: Any, path: Path) -> Any:
    for part in path:
        content = content[part]
    return content


def _with(content: Any, path: Path, text: str) -> bytes:
    """Return the JSON text of `content` with `text` in the place of what is at `path`."""
    if not path:
        return text.encode()
    return json.dumps(_replaced(content, path)).replace(f'"{_MARK}"', text).encode()


def _replaced(content: Any, path: Path) -> Any:
    if not path:
        return _MARK
    head, rest = path[0], path[1:]
    if isinstance(content, dict):
        return {k: _replaced(v, rest) if k == head else v for k, v in content.items()}
    return [_replaced(v, rest) if at == head else v for at, v in enumerate(content)]


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _shown(path: Path) -> str:
    return "".join(f"[{part!r}]" for part in path) or "the top"


_ANSWERS = {
    "nothing": "None",
    "true": "True",
    "a text": "'answer'",
    "an empty list": "[]",
    "an empty object": "{}",
    "zero": "0",
    "minus one": "-1",
    "a huge number": "1e308",
    "not a number": "float('nan')",
    "infinity": "float('inf')",
    "many numbers that are none": "[float('nan')] * 1000",
    "huge numbers": "[1e308] * 3",
    "too much": "[0.0] * 5_000_000",
    "an exception": "1 / 0",
}


def bad_candidates(path: str, source: bytes) -> Iterator[Case]:
    """Yield Python candidates whose functions all answer the same bad thing, whatever is asked."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    for what, value in _ANSWERS.items():
        lines = [f"def {name}(*a, **k): return {value}" for name in names]
        yield Case(f"every function answers {what}", "odd", {path: "\n".join(lines).encode()})
    yield Case("no function at all", "odd", {path: b"pass\n"})
    yield Case("it exits at once", "odd", {path: b"import os\nos._exit(0)\n"})
    repeated = source + b"\n" + "\n".join(_first_argument(name) for name in names).encode()
    yield Case("every function answers its first argument", "odd", {path: repeated})


def _first_argument(name: str) -> str:
    return f"def {name}(*a, **k): return a[0] if a else None"
