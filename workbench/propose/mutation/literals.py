"""The numeric literals of a program, and which of them are there to be tuned.

Measured: changing *every* number of a program mostly breaks it (the 0.5 and 2 of a formula carry
structure). So the tunable ones come first: numbers in module-level assignments, lines marked with
a comment that says ``tunable``, and the constants of data files. The others are inner literals.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.propose.mutation.number import Number, is_quantity
from workbench.propose.mutation.source import Source, Span
from workbench.propose.mutation.tokens import numbers_in

_TUNABLE = re.compile(rb"(?:#|//|/\*|--|;|%|!).*\btunable\b")
_PLAIN = re.compile(rb"-?[ \t]*(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")

_LEAVES = (ast.Name, ast.JoinedStr, ast.arg, ast.expr_context, ast.operator, ast.cmpop)


@dataclass(frozen=True)
class Literal:
    """One number of a program, a minus sign before it included."""

    path: str
    name: str
    """How people see it: ``GAP``, ``WEIGHTS[2]``, or ``line 12`` of an inner literal."""
    label: str
    """The same literal in the programs derived from this one, as far as that can be known."""
    words: frozenset[str]
    """Names by which a hint may mean it."""
    span: Span
    line: int
    value: Number
    tunable: bool

    @property
    def key(self) -> str:
        """Identity within a lineage, by which memory and the journal know it."""
        return f"{self.path}:{self.label}"


def literals_of(source: Source) -> list[Literal]:
    """Return the literals inside the editable region, in order of the text."""
    found = _of_tree(source) if source.tree is not None else _of_text(source)
    return sorted(
        (literal for literal in found if source.allows(literal.span)),
        key=lambda literal: literal.span.start,
    )


def _marked(source: Source, line: int) -> bool:
    text = source.data[source.line_start(line) : source.line_start(line + 1)]
    return _TUNABLE.search(text) is not None


def _of_text(source: Source) -> Iterator[Literal]:
    seen: Counter[str] = Counter()
    for found in numbers_in(source.path, source.data):
        line = source.line_of(found.span.start)
        ordinal = seen[found.name]
        seen[found.name] += 1
        name = found.name or f"line {line}"
        label = f"{found.name}#{ordinal}"
        words = frozenset({found.name, found.name.rpartition(".")[2]} - {""})
        tunable = found.constant or _marked(source, line)
        shown = name if ordinal == 0 or not found.name else label
        yield Literal(source.path, shown, label, words, found.span, line, found.value, tunable)


def _of_tree(source: Source) -> Iterator[Literal]:
    assert source.tree is not None
    seen: Counter[str] = Counter()
    named: set[Span] = set()
    for target, value in _assignments(source.tree):
        for label, node, number in _elements(target, value):
            span = source.span(node)
            if span in named or not _is_plain(source, span, number):
                continue
            named.add(span)
            seen[label] += 1
            name = label if seen[label] == 1 else f"{label}@{seen[label]}"
            words = frozenset({target, label})
            yield Literal(source.path, name, name, words, span, node.lineno, number, True)
    yield from _inner(source, source.tree, named)


def _assignments(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    for statement in tree.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign):
            targets = [statement.target]
        value = getattr(statement, "value", None)
        if value is None or not targets:
            continue
        target = targets[0]
        if isinstance(target, ast.Name) and not target.id.startswith("__"):
            yield target.id, value
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, its in zip(target.elts, value.elts, strict=False):
                if isinstance(one, ast.Name):
                    yield one.id, its


def _elements(label: str, node: ast.expr) -> Iterator[tuple[str, ast.expr, Number]]:
    """Yield the numbers of an assigned value: itself, its elements, the terms of a formula."""
    number = _number(node)
    if number is not None:
        yield label, node, number
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        for index, element in enumerate(node.elts):
            yield from _elements(f"{label}[{index}]", element)
    elif isinstance(node, ast.Dict):
        for index, (key, element) in enumerate(zip(node.keys, node.values, strict=True)):
            at = key.value if isinstance(key, ast.Constant) else index
            yield from _elements(f"{label}[{at!r}]", element)
    elif isinstance(node, ast.BinOp):
        yield from _elements(f"{label}.l", node.left)
        yield from _elements(f"{label}.r", node.right)
    elif isinstance(node, ast.UnaryOp):
        yield from _elements(label, node.operand)
    elif isinstance(node, ast.Call):
        for index, argument in enumerate(node.args):
            yield from _elements(label if index == 0 else f"{label}.{index}", argument)


def _inner(source: Source, tree: ast.Module, named: set[Span]) -> Iterator[Literal]:
    """Yield the numbers that no module-level assignment holds, labelled by their surroundings."""
    seen: Counter[str] = Counter()
    for node, scope, target in _numeric_nodes(tree, "", "", []):
        span, number = source.span(node), _number(node)
        if number is None or span in named or not _is_plain(source, span, number):
            continue
        place = f"{scope}.{target}" if target else scope
        label = f"{place}#{seen[place]}"
        seen[place] += 1
        line = node.lineno
        marked = _marked(source, line)
        name = target if marked and target else f"{number} (line {line})"
        words = frozenset({target} - {""}) if marked else frozenset()
        yield Literal(source.path, name, label, words, span, line, number, marked)


def _numeric_nodes(
    node: ast.AST, scope: str, target: str, found: list[tuple[ast.expr, str, str]]
) -> list[tuple[ast.expr, str, str]]:
    """Collect every number with the function and the assigned name it stands in.

    Leaves out annotations, and the inside of f-strings, whose positions Python 3.11 does not tell.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _LEAVES):
            continue
        if isinstance(child, ast.expr):
            if child is getattr(node, "returns", None):
                continue
            if _number(child) is not None:
                found.append((child, scope, target))
            else:
                _numeric_nodes(child, scope, target, found)
        elif isinstance(child, ast.AnnAssign):
            if child.value is not None:
                _numeric_nodes(ast.Expr(child.value), scope, _target_name(child), found)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{scope}.{child.name}".lstrip(".")
            _numeric_nodes(child, inside, "", found)
        elif isinstance(child, ast.Assign | ast.AugAssign):
            _numeric_nodes(child, scope, _target_name(child), found)
        else:
            given = "" if isinstance(child, ast.stmt) else target
            _numeric_nodes(child, scope, given, found)
    return found


def _target_name(node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> str:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return target.id if isinstance(target, ast.Name) else ""


def _number(node: ast.expr) -> Number | None:
    """Return the value of a numeric literal, its minus sign folded in, or None."""
    sign = 1
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        sign, node = -1, node.operand
    if not isinstance(node, ast.Constant):
        return None
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_quantity(value):
        return None
    return sign * value


def _is_plain(source: Source, span: Span, value: Number) -> bool:
    """Whether the span is decimal text of that very value: no mask like 0xFF, no surprise."""
    text = source.text(span)
    if _PLAIN.fullmatch(text) is None:
        return False
    return type(value)(text.replace(b" ", b"").replace(b"\t", b"").replace(b"_", b"")) == value
