"""Numbers in text of any language, outside comments, strings, names, dates and versions.

Needs to know how a language writes comments and strings, nothing else. Used for every file that
has no Python tree, which includes Python that a person left broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import PurePosixPath
from typing import NamedTuple

from workbench.propose.mutation.number import Number, is_quantity
from workbench.propose.mutation.source import Span

_DOUBLE = r'"(?:\\.|[^"\\\n])*(?:"|(?=\n)|\Z)'
_SINGLE = r"'(?:\\.|[^'\\\n])*(?:'|(?=\n)|\Z)"
_CHAR = r"'(?:\\[^'\n]*|[^'\\\n])'"
_TRIPLE = r'"""[\s\S]*?(?:"""|\Z)|' + r"'''[\s\S]*?(?:'''|\Z)"
_BACKTICK = r"`(?:\\.|[^`\\])*(?:`|\Z)"
_SLASHES = r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
_HASH = r"#[^\n]*"
_C_DIRECTIVE = r"#[ \t]*(?!define\b)[a-z]+[^\n]*"

_STYLES = {
    "c": ("c cc cpp cxx h hh hpp cu cl java kt cs swift glsl scala", _SLASHES, _C_DIRECTIVE),
    "rust": ("rs zig d v sv", _SLASHES),
    "script": ("js mjs ts go php dart", _SLASHES, _SINGLE, _BACKTICK),
    "hash": ("py pyw toml yaml yml sh rb pl r jl nim ex tcl mk cmake cfg conf", _HASH, _SINGLE),
    "ini": ("ini properties asm s lisp scm clj el", r"[;#][^\n]*"),
    "dashes": ("sql lua hs adb ads vhd vhdl elm", r"--\[\[[\s\S]*?\]\]|--[^\n]*", _SINGLE),
    "percent": ("m tex erl pro prolog", r"%[^\n]*", _SINGLE),
    "bang": ("f f90 f95 f03 f08", r"![^\n]*", _SINGLE),
    "markup": ("xml html svg", r"<!--[\s\S]*?(?:-->|\Z)", _SINGLE),
    "plain": ("json jsonl json5 jsonc", _SLASHES),
}
"""Style -> the extensions written so, then patterns of what to skip besides double quotes."""
_UNKNOWN = (_HASH, r"//[^\n]*")

_NOT_A_NUMBER = (
    r"\d+[-:]\d+[-:]\d+[\w:.+-]*"  # a date, a time
    r"|\d+(?:\.\d+){2,}[\w.]*"  # a version, an address
    r"|0[xXbBoO][\w']*"  # a bit pattern
    r"|[A-Za-z_$\x80-\xff][\w$\x80-\xff]*"  # a name, with its digits
)
_NUMBER = (
    r"(?P<number>(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+)(?:[eE][+-]?\d+)?)(?P<tail>[\w']*)"
)
_SUFFIX = re.compile(r"[uUlLfFdDnz]{1,3}|_?[iuf](?:8|16|32|64|128|size)|")
_NAMED = re.compile(r"([A-Za-z_][\w.-]*)[\"']?\s*(?:\[[^\]\n]*\]\s*)*(?:[:=]|$)")
_DEFINE = re.compile(r"\s*#\s*define\s+(\w+)\s")
_CONSTANT = re.compile(r"\b(?:const|constexpr|static|final|let|val|readonly)\b|#\s*define\b")
_DATA = frozenset(
    ("json", "jsonl", "json5", "jsonc", "toml", "yaml", "yml", "ini", "cfg", "conf", "xml")
)


class Found(NamedTuple):
    """One number in a text."""

    span: Span
    value: Number
    name: str
    """The name nearest before it on its line that something is given to; may be empty."""
    constant: bool
    """Whether its line reads like the definition of a constant, or its file is all data."""


def numbers_in(path: str, data: bytes) -> Iterator[Found]:
    """Yield the numbers of a file that stand in neither comment nor string, in order.

    Offsets are bytes: the text is read as Latin-1, where every byte is one character.
    """
    extension = _extension(path)
    text = data.decode("latin-1")
    for match in _pattern(extension).finditer(text):
        if match["number"] is None or not _SUFFIX.fullmatch(match["tail"]):
            continue
        start, end = match.span("number")
        start = _with_sign(text, start)
        value = _value(match["number"], negative=text[start] == "-")
        if value is None:
            continue
        line_start = text.rfind("\n", 0, start) + 1
        before = text[line_start:start]
        constant = extension in _DATA or _CONSTANT.search(before) is not None
        yield Found(Span(start, end), value, _name(before), constant)


def has_decrement(path: str) -> bool:
    """Whether ``--`` is an operator in the file's language, so that a minus needs its distance."""
    return any(_extension(path) in _STYLES[style][0].split() for style in ("c", "rust", "script"))


def _extension(path: str) -> str:
    return PurePosixPath(path).suffix.lstrip(".").lower()


@cache
def _pattern(extension: str) -> re.Pattern[str]:
    skip: tuple[str, ...] = _UNKNOWN
    style = "unknown"
    for name, (extensions, *patterns) in _STYLES.items():
        if extension in extensions.split():
            style, skip = name, tuple(patterns)
    if style in ("c", "rust"):
        skip = (*skip, _CHAR)
    if style == "hash":
        skip = (_TRIPLE, *skip)
    return re.compile("|".join((*skip, _DOUBLE, _NOT_A_NUMBER, _NUMBER)), re.ASCII)


def _with_sign(text: str, start: int) -> int:
    """Take a minus sign in, where it belongs to the number and is no subtraction."""
    if start == 0 or text[start - 1] != "-":
        return start
    before = text[: start - 1].rstrip(" \t")
    if not before or before[-1] in "=([{,:;?<>|&!~^%*/+\n" or before.endswith("return"):
        return start - 1
    return start


def _value(text: str, *, negative: bool) -> Number | None:
    plain = text.replace("_", "")
    if plain.isdigit() and (plain == "0" or plain[0] != "0"):
        value: Number = int(plain)
    elif plain.isdigit():
        return None  # a leading zero: octal, or a code
    else:
        value = float(plain)
    return (-value if negative else value) if is_quantity(value) else None


def _name(before: str) -> str:
    define = _DEFINE.match(before)
    if define:
        return define[1]
    names = _NAMED.findall(before)
    return str(names[-1]) if names else ""
