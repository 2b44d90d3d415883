"""The lexer for hints: cuts a person's message into clauses of numbers, lines, names and words.

There is no language understanding here, only these forms, in any case of letters:

    lines 10-24   line 12                       lines
    between 0.1 and 0.2   0.1 to 0.2   0.1..0.2   [0.1, 0.2]      a range
    at most 3   below 3   < 3   no more than 3   (and their opposites)   a range with one end
    by 10%   20%   x2   1/3   *2                a factor: recognised, so as not to be misread
    3   0.07   -1e-3                            a number
    GAP   weights[2]   "gap"   ring()           a name; anything else made of letters is a word

A clause ends at a full stop, comma, semicolon or line end, and at "and", "but" or "then" where
both sides name something to do.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

_NUM = r"[-+−]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w%])"
_TO = r"\s*(?:\.\.+|–|—|-|\bto\b)\s*"
_MOST = r"(?:at\s+most|up\s+to|below|under|(?:less|fewer|smaller|lower)\s+than|<=?|≤)"
_LEAST = r"(?:at\s+least|above|over|(?:more|greater|larger|bigger|higher)\s+than|(?<![-=])>=?|≥)"
_TOKEN = re.compile(
    rf"""
      (?P<lines>\blines?\s+(?P<l1>\d+)(?:\s*(?:-|–|\.\.|\bto\b)\s*(?P<l2>\d+))?)
    | (?P<amount>\bby\s+[\d.]+\s*%?|[\d.]+\s*%|\b[x×]\s*\d[\d.]*|[\d.]*\s*[*/^]+\s*[\d.]+)
    | (?P<range>\bbetween\s+(?P<b1>{_NUM})\s+and\s+(?P<b2>{_NUM})
        | \[\s*(?P<c1>{_NUM})\s*,\s*(?P<c2>{_NUM})\s*\]
        | (?<![\w.])(?P<d1>{_NUM}){_TO}(?P<d2>{_NUM}))
    | (?P<bound>(?P<not>\b(?:not|no|never)\s+)?(?:(?P<most>{_MOST})|(?P<least>{_LEAST}))
        \s*(?P<e>{_NUM}))
    | (?P<number>(?<![\w.]){_NUM})
    | (?P<quote>["'`](?P<quoted>[A-Za-z_][\w.]*(?:\[[^\]\s]*\])*)["'`])
    | (?P<call>[A-Za-z_]\w*)\(\)
    | (?P<word>[A-Za-z_][\w]*(?:'t|’t)|[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\[[^\]\s]*\])*)
    | (?P<stop>[.;,!?\n])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_JOINS = ("and", "but", "then")

UP = frozenset(("increase", "raise", "grow", "larger", "bigger", "higher", "more", "up", "longer"))
DOWN = frozenset(
    ("decrease", "reduce", "lower", "shrink", "smaller", "less", "fewer", "down", "shorter")
)
NOT = frozenset(("don't", "don’t", "dont", "not", "no", "never", "avoid", "without"))
KEEP = NOT | {"keep", "leave", "freeze", "fix"}
FIXED = frozenset(("fixed", "alone", "unchanged"))
VERBS = frozenset(
    ("set", "try", "use", "start", "put", "make", "vary", "tune", "change", "adjust", "explore")
)
STRUCTURE = frozenset(("structure", "structural", "statement", "statements", "operator"))
CONSTANTS = frozenset(
    ("constant", "constants", "number", "numbers", "numeric", "parameter", "parameters")
)
DOING = UP | DOWN | KEEP | FIXED | VERBS | STRUCTURE | CONSTANTS
FILLERS = frozenset(
    (
        *(
            "a",
            "an",
            "the",
            "to",
            "at",
            "of",
            "in",
            "on",
            "for",
            "with",
            "is",
            "be",
            "should",
            "it",
        ),
        *("and", "but", "then", "or", "only", "please", "just", "around", "about", "value", "from"),
        *("as", "near", "now", "touch", "changes", "do", "let", "function", "look", "focus"),
    )
)


class Token(NamedTuple):
    """One piece of a hint."""

    kind: str
    """``lines``, ``amount``, ``range``, ``number`` or ``word``."""
    text: str
    low: float = math.nan
    high: float = math.nan
    """Both ends of lines or a range; a number has itself at both."""
    marked: bool = False
    """A word in quotes, or with () after it: surely a name."""

    @property
    def word(self) -> str:
        """The word as the lists above spell it."""
        return self.text.lower()


def clauses(text: str) -> list[list[Token]]:
    """Cut a hint into clauses, none of them empty."""
    found: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(text):
        if match["stop"]:
            found.append([])
        else:
            found[-1].append(_token(match))
    return [part for clause in found for part in _split(clause) if part]


def _token(match: re.Match[str]) -> Token:
    text = " ".join(match[0].split())
    if match["lines"]:
        low, high = sorted((float(match["l1"]), float(match["l2"] or match["l1"])))
        return Token("lines", text, low, high)
    if match["amount"]:
        return Token("amount", text)
    if match["range"]:
        low, high = sorted(_float(match[a] or match[b] or match[c]) for a, b, c in _ENDS)
        return Token("range", text, low, high)
    if match["bound"]:
        below = (match["most"] is not None) != (match["not"] is not None)
        limit = _float(match["e"])
        low, high = (-math.inf, limit) if below else (limit, math.inf)
        return Token("range", text, low, high)
    if match["number"]:
        return Token("number", text, _float(text), _float(text))
    name = match["quoted"] or match["call"] or match["word"]
    return Token("word", name, marked=not match["word"])


_ENDS = (("b1", "c1", "d1"), ("b2", "c2", "d2"))


def _float(text: str) -> float:
    return float(text.replace("−", "-"))


def _split(clause: list[Token]) -> list[list[Token]]:
    """Split at a joining word where both sides tell what to do."""
    for index, token in enumerate(clause):
        if token.kind == "word" and token.word in _JOINS:
            left, right = clause[:index], clause[index + 1 :]
            if _tells(left) and _tells(right):
                return [left, *_split(right)]
    return [clause]


def _tells(tokens: list[Token]) -> bool:
    return any(token.kind != "word" or token.word in DOING for token in tokens)
