"""Reads hints against a program: which names, lines and numbers of theirs mean something in it.

What `words` cuts out is looked up among the program's tunable constants, functions and lines. The
note says exactly what was taken and that the rest was not understood; a hint of which nothing was
taken changes nothing.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.propose.mutation.literals import Literal
from workbench.propose.mutation.number import Number, is_quantity
from workbench.propose.mutation.program import Program
from workbench.propose.mutation.source import Span
from workbench.propose.mutation.steer import Lines, Steer
from workbench.propose.mutation.words import (
    CONSTANTS,
    DOING,
    DOWN,
    FILLERS,
    FIXED,
    KEEP,
    NOT,
    STRUCTURE,
    UP,
    VERBS,
    Token,
    clauses,
)
from workbench.propose.proposer import Advice

READS = "mutation reads names, line numbers, numbers"


@dataclass
class _Reading:
    """What the hints gave so far."""

    only: set[str] = field(default_factory=set)
    frozen: set[str] = field(default_factory=set)
    starts: dict[str, Number] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    directions: dict[str, int] = field(default_factory=dict)
    lines: list[Lines] = field(default_factory=list)
    off: list[Lines] = field(default_factory=list)
    family: str = ""
    took: list[str] = field(default_factory=list)
    """Of the hint being read, for its note."""
    refused: list[str] = field(default_factory=list)
    """Of the hint being read: what was recognised and cannot be followed, with the reason."""
    rest: bool = False
    """Whether words of the hint being read were left over."""


def read_hints(hints: Sequence[Advice], program: Program) -> Steer:
    """Return what `hints` ask of a move on `program`; later hints win over earlier ones."""
    if not hints:
        return Steer()
    reading, notes = _Reading(), []
    names = _Names(program)
    for hint in hints:
        reading.took, reading.refused, reading.rest = [], [], False
        for clause in clauses(hint.text):
            _read_clause(clause, names, reading)
        notes.append((f"hint {hint.hint}: " if len(hints) > 1 else "") + _note(reading))
    frozen = frozenset(reading.frozen - reading.starts.keys())
    only = frozenset(reading.only - frozen)
    kept = [
        Lines(each.path, each.line, each.line) for each in program.literals if each.key in frozen
    ]
    return Steer(
        only=only if only or reading.lines else None,
        frozen=frozen,
        starts=reading.starts,
        ranges=reading.ranges,
        directions=reading.directions,
        lines=tuple(reading.lines),
        off=(*reading.off, *kept),
        # A constant has no structure: where a person named constants only, their names win.
        family="" if only and not reading.lines else reading.family,
        note=" | ".join(notes),
    )


class _Names:
    """The names of a program that a hint can mean."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._exact: dict[str, list[Literal]] = {}
        self._loose: dict[str, list[Literal]] = {}
        for literal in program.tunable:
            for word in literal.words:
                self._exact.setdefault(word, []).append(literal)
                self._loose.setdefault(word.lower(), []).append(literal)
        self._functions = dict(_functions(program))

    def literals(self, token: Token, *, attached: bool) -> list[Literal]:
        """Return the constants `token` names, if it is sure enough that it names them.

        An everyday word (no capital, underscore or digit) must be marked, or stand with a number
        or a verb; so must a name in another case than the program's.
        """
        text = token.text
        sure = attached or token.marked
        if text in self._exact and (sure or _distinctive(text)):
            return self._exact[text]
        if len(text) > 2 and (sure or "_" in text):
            return self._loose.get(text.lower(), [])
        return []

    def lines(self, token: Token, *, attached: bool) -> Lines | None:
        """Return where the function stands that `token` names, on the same conditions."""
        if token.marked or attached or _distinctive(token.text):
            return self._functions.get(token.text)
        return None


def _functions(program: Program) -> Iterator[tuple[str, Lines]]:
    for source in program.sources:
        for node in ast.walk(source.tree) if source.tree is not None else ():
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, Lines(source.path, node.lineno, node.end_lineno or node.lineno)


def _distinctive(text: str) -> bool:
    return len(text) > 1 and text != text.capitalize() and not (text.isalpha() and text.islower())


def _read_clause(clause: list[Token], names: _Names, reading: _Reading) -> None:
    """Read one clause: find what it names, then what it says of each."""
    keep = any(token.kind == "word" and token.word in KEEP for token in clause)
    doing = any(token.kind == "word" and token.word in DOING for token in clause)
    file = next((t.text for t in clause if t.text in names.program.files), None)
    subjects: list[tuple[int, list[Literal]]] = []
    for index, token in enumerate(clause):
        if token.kind == "lines":
            _take_lines(token, names.program, file, keep, reading)
            continue
        if token.kind != "word" or token.word in DOING | FILLERS or token.text == file:
            continue
        attached = doing or _number_after(clause, index) is not None
        literals = names.literals(token, attached=attached)
        place = names.lines(token, attached=attached)
        if literals:
            subjects.append((index, literals))
        elif place is not None:
            _take_place(place, f"{token.text}()", names.program, keep, reading)
        elif _distinctive(token.text):
            reading.refused.append(f"{token.text} is no constant or function here")
        else:
            reading.rest = True
    for position, (index, literals) in enumerate(subjects):
        end = subjects[position + 1][0] if position + 1 < len(subjects) else len(clause)
        _take_literals(clause, index, end, literals, reading)
    _take_leftovers(clause, bool(subjects), keep, reading)


def _take_literals(
    clause: list[Token], index: int, end: int, literals: list[Literal], reading: _Reading
) -> None:
    """Take what a clause says of the constants named at `index`, up to `end`."""
    name = clause[index].text
    value = _number_after(clause[:end], index) or _number_for(clause, index)
    before = {token.word for token in clause[:index] if token.kind == "word"}
    if value is not None and before & NOT:
        value = _opposite(value)
        if value is None:
            reading.refused.append(f"{name}: mutation cannot be told a value to avoid")
            return
    keys = {literal.key for literal in literals}
    if value is not None and _take_value(value, name, literals, reading):
        reading.only |= keys
    elif before & KEEP or any(token.word in FIXED for token in clause[index + 1 : end]):
        reading.frozen |= keys
        reading.took.append(f"{name} → kept as it is")
    else:
        reading.only |= keys
        direction = _direction(clause, index, end)
        word = {1: "up", -1: "down", 0: "varied"}[direction]
        if direction:
            reading.directions.update(dict.fromkeys(keys, direction))
        reading.took.append(f"{name} → {word}")


def _take_value(value: Token, name: str, literals: list[Literal], reading: _Reading) -> bool:
    """Take a start value or a range; say why where it cannot be."""
    if value.kind == "range":
        reading.ranges.update({literal.key: (value.low, value.high) for literal in literals})
        reading.took.append(f"{name} → {_range(value)}")
        return True
    if not is_quantity(value.low):
        reading.refused.append(f"{value.text}: too large")
        return False
    if len(literals) > 1:
        reading.refused.append(f"{value.text}: {name} has {len(literals)} numbers, name one")
        return False
    literal = literals[0]
    if isinstance(literal.value, int) and not value.low.is_integer():
        reading.refused.append(f"{value.text}: {name} takes whole numbers")
        return False
    start = int(value.low) if isinstance(literal.value, int) else value.low
    reading.starts[literal.key] = start
    reading.took.append(f"{name} → start at {start}")
    return True


def _take_lines(
    token: Token, program: Program, file: str | None, keep: bool, reading: _Reading
) -> None:
    if file is None and len(program.files) > 1:
        reading.refused.append(f"{token.text}: say in which file")
        return
    path = file or next(iter(program.files))
    place = Lines(path, int(token.low), int(token.high))
    _take_place(place, token.text, program, keep, reading)


def _take_place(place: Lines, name: str, program: Program, keep: bool, reading: _Reading) -> None:
    """Take lines as the place to work in, or as a place to leave alone."""
    source = next(source for source in program.sources if source.path == place.path)
    if not any(
        source.allows(Span(source.line_start(line), source.line_start(line + 1)))
        for line in range(max(1, place.first), min(place.last, len(source.starts)) + 1)
    ):
        reading.refused.append(f"{name}: nothing editable there")
        return
    inside = {
        literal.key
        for literal in program.literals
        if literal.path == place.path and place.first <= literal.line <= place.last
    }
    if keep:
        reading.frozen |= inside
        reading.off.append(place)
        reading.took.append(f"{name} → left alone")
        return
    reading.only |= inside
    reading.lines.append(place)
    count = f"{len(inside)} number{'' if len(inside) == 1 else 's'}"
    reading.took.append(f"{name} → work there ({count})")


def _take_leftovers(clause: list[Token], named: bool, keep: bool, reading: _Reading) -> None:
    """Take words that choose the kind of edit; note numbers that belong to nothing."""
    words = {token.word for token in clause if token.kind == "word"}
    for family, other, group in (
        ("structure", "constants", STRUCTURE),
        ("constants", "structure", CONSTANTS),
    ):
        if words & group:
            reading.family = other if keep else family
            reading.took.append(f"{reading.family} only")
            break
    factors = [token.text for token in clause if token.kind == "amount"]
    reading.refused += [f"{text.strip()}: mutation takes values, no factors" for text in factors]
    if named:
        return
    stray = [token.text for token in clause if token.kind in ("number", "range")]
    reading.refused += [f"{text} belongs to no name" for text in stray]
    if not words & (STRUCTURE | CONSTANTS) and all(token.kind != "lines" for token in clause):
        reading.rest |= bool(words & (UP | DOWN | KEEP | VERBS))


def _number_after(clause: list[Token], index: int) -> Token | None:
    """Return the number that follows a name, with nothing but small words between."""
    for token in clause[index + 1 :]:
        if token.kind in ("number", "range"):
            return token
        if token.kind != "word" or token.word not in FILLERS | UP | DOWN:
            return None
    return None


def _number_for(clause: list[Token], index: int) -> Token | None:
    """Return the number of "0.07 for GAP"."""
    if (
        index >= 2
        and clause[index - 1].word in ("for", "as")
        and clause[index - 2].kind
        in (
            "number",
            "range",
        )
    ):
        return clause[index - 2]
    return None


def _direction(clause: list[Token], index: int, end: int) -> int:
    """Return +1, -1 or 0: the nearest direction before a name, else the first one after it."""
    before = [token.word for token in reversed(clause[:index]) if token.kind == "word"]
    after = [token.word for token in clause[index + 1 : end] if token.kind == "word"]
    for word in (*before, *after):
        if word in UP:
            return 1
        if word in DOWN:
            return -1
    return 0


def _opposite(value: Token) -> Token | None:
    """Return the range that "not above 5" leaves; a single value to avoid leaves none."""
    if value.kind == "range" and math.isinf(value.low) != math.isinf(value.high):
        low, high = (value.high, math.inf) if math.isinf(value.low) else (-math.inf, value.low)
        return value._replace(low=low, high=high)
    return None


def _range(value: Token) -> str:
    if math.isinf(value.low):
        return f"at most {value.high:g}"
    if math.isinf(value.high):
        return f"at least {value.low:g}"
    return f"between {value.low:g} and {value.high:g}"


def _note(reading: _Reading) -> str:
    parts = [f"took: {', '.join(reading.took)}" if reading.took else "took: nothing"]
    ignored = list(reading.refused)
    if reading.rest or not (reading.took or ignored):
        ignored.append(f"the rest ({READS})" if reading.took else f"all of it ({READS})")
    if ignored:
        parts.append(f"ignored: {', '.join(ignored)}")
    return "; ".join(parts)
