"""Colours of program text: which stretches of a line are keywords, strings, comments …"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer

Spans = tuple[tuple[int, int, str], ...]
"""Stretches of one line: from, to, style."""

MOST_CHARACTERS = 400_000
"""Longer texts stay plain."""
LONGEST_LINE = 2000
"""So do those with a longer line: no person wrote it, and a pattern may take long over it."""
SECONDS = 3.0
"""What has not been coloured by then stays plain."""

_STYLES = {
    "Comment": "italic $syntax-comment",
    "Keyword": "$syntax-keyword",
    "Keyword.Constant": "$syntax-number",
    "Literal.Number": "$syntax-number",
    "Literal.String": "$syntax-string",
    "Name.Builtin": "$syntax-name",
    "Name.Class": "bold $syntax-name",
    "Name.Decorator": "$syntax-name",
    "Name.Function": "bold $syntax-name",
    "Name.Tag": "$syntax-keyword",
    "Operator.Word": "$syntax-keyword",
}
"""Styles by kind of token; a kind that is not here looks like the one it is a kind of."""

_OPENINGS = {"<?xml": "xml", "<!doctype html": "html", "<html": "html", "<?php": "php"}
"""Languages by how a text begins."""


def highlight(path: str, lines: Sequence[str]) -> tuple[Spans, ...]:
    """Return the coloured stretches of each line; none for a language that nobody knows.

    Slow (about a second for a megabyte): use a thread. The language is told by the name of the
    file, else by its first line.
    """
    text = "\n".join(lines)
    if len(text) > MOST_CHARACTERS or max(map(len, lines), default=0) > LONGEST_LINE:
        return ()
    lexer = _lexer(path, lines[0] if lines else "")
    if lexer is None:
        return ()
    return tuple(_by_line(lexer.get_tokens(text), time.monotonic() + SECONDS))


def _lexer(path: str, first: str) -> Lexer | None:
    from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name
    from pygments.util import ClassNotFound

    options = {"stripnl": False, "ensurenl": False}
    found = find_lexer_class_for_filename(PurePosixPath(path).name)
    if found is not None:
        lexer: Lexer = found(**options)
        return lexer
    try:
        return get_lexer_by_name(_language(first), **options)
    except ClassNotFound:
        return None


def _language(first: str) -> str:
    """Name the language that a first line speaks of; empty if it tells none."""
    if not first.startswith("#!"):
        opening = first.strip().lower()
        return next((name for begin, name in _OPENINGS.items() if opening.startswith(begin)), "")
    words = [PurePosixPath(word).name for word in first[2:].split()]
    if words[:1] == ["env"]:
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    return words[0].rstrip("0123456789.") if words else ""


def _by_line(tokens: Iterable[tuple[Any, str]], deadline: float) -> Iterable[Spans]:
    known: dict[Any, str] = {}
    spans: list[tuple[int, int, str]] = []
    at = 0
    for kind, value in tokens:
        style = known.get(kind)
        if style is None:
            style = known[kind] = _style(kind)
        for number, part in enumerate(value.split("\n")):
            if number:
                yield tuple(spans)
                spans, at = [], 0
                if time.monotonic() > deadline:
                    return
            if part and style:
                spans.append((at, at + len(part), style))
            at += len(part)
    yield tuple(spans)


def _style(kind: Any) -> str:
    """Find the style of a kind of token, or of what it is a kind of."""
    names = [str(name) for name in kind]
    for length in range(len(names), 0, -1):
        style = _STYLES.get(".".join(names[:length]))
        if style is not None:
            return style
    return ""
