"""Small changes of expressions: operators, names, terms, bounds.

The spans come from `ast`, which leaves parentheses out; whatever is put together here brings its
own. Nothing inside an f-string is touched: Python 3.11 does not tell where it stands.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from workbench.propose.mutation.source import Source, Span

_Table = Mapping[str, tuple[str, ...]]
_COMPARISONS: _Table = {
    "<": ("<=", ">"),
    "<=": ("<", ">="),
    ">": (">=", "<"),
    ">=": (">", "<="),
    "==": ("!=",),
    "!=": ("==",),
}
_ARITHMETIC: _Table = {
    "+": ("-", "*"),
    "-": ("+",),
    "*": ("/", "+"),
    "/": ("*",),
    "//": ("/", "%"),
    "%": ("//",),
    "**": ("*",),
}
_LOGIC = {"and": "or", "or": "and"}
_TWINS = {"min": "max", "max": "min", "sin": "cos", "cos": "sin", "any": "all", "all": "any"}
_TWINS |= {"floor": "ceil", "ceil": "floor"}
_TOKEN = re.compile(rb"(?:#[^\r\n]*|[\s()\\])*(?P<token>[<>=!]=|//|\*\*|[<>+\-*/%]|and|or)")
_LONGEST = 200
"""Bytes beyond which an expression only shrinks: growth is what this kind of search tends to."""


class ExpressionEdit(NamedTuple):
    """One way to change one expression."""

    span: Span
    text: bytes
    kind: str
    note: str
    line: int


def expression_edits(source: Source, rng: random.Random) -> Iterator[ExpressionEdit]:
    """Yield changes of the expressions inside the editable region, one or two for each."""
    assert source.tree is not None
    for node, names in _expressions(source.tree):
        span = source.span(node)
        if source.allows(span):
            for where, text, kind, note in _edits(source, node, span, names, rng):
                yield ExpressionEdit(where, text, kind, note, source.line_of(where.start))


def _edits(
    source: Source, node: ast.expr, span: Span, names: tuple[str, ...], rng: random.Random
) -> Iterator[tuple[Span, bytes, str, str]]:
    if isinstance(node, ast.Compare):
        operands = [node.left, *node.comparators]
        index = rng.randrange(len(node.ops))
        yield from _operator(source, operands[index], operands[index + 1], _COMPARISONS, rng)
    elif isinstance(node, ast.BoolOp):
        between = _gap(source, node.values[0], node.values[1])
        if between is not None and len(node.values) == 2:
            old = source.text(between).decode()
            new = _LOGIC[old]
            yield between, new.encode(), "swap operator", f"swap {old} for {new}"
    elif isinstance(node, ast.BinOp):
        yield from _operator(source, node.left, node.right, _ARITHMETIC, rng)
        yield from _shrunk(source, node, span, rng)
        yield from _grown(source, node, span, names, rng)
    elif isinstance(node, ast.Name):
        others = [name for name in names if name != node.id]
        if node.id in names and others:
            new = rng.choice(others)
            yield span, new.encode(), "replace name", f"{new} for {node.id}"
        if node.id in names:
            yield from _grown(source, node, span, names, rng)
    elif isinstance(node, ast.Call):
        yield from _twin(source, node)
        if not isinstance(node.func, ast.Name) or node.func.id not in ("print", "range", "open"):
            yield from _grown(source, node, span, names, rng)


def _operator(
    source: Source,
    left: ast.expr,
    right: ast.expr,
    table: _Table,
    rng: random.Random,
) -> Iterator[tuple[Span, bytes, str, str]]:
    between = _gap(source, left, right)
    old = "" if between is None else source.text(between).decode()
    if between is not None and old in table:
        new = rng.choice(table[old])
        kind = "swap comparison" if table is _COMPARISONS else "swap operator"
        yield between, new.encode(), kind, f"swap {old} for {new}"


def _gap(source: Source, left: ast.expr, right: ast.expr) -> Span | None:
    """Find the operator between two operands, past parentheses, comments and line ends."""
    start, end = source.span(left).end, source.span(right).start
    match = _TOKEN.match(source.data, start, end)
    return None if match is None else Span(*match.span("token"))


def _shrunk(
    source: Source, node: ast.BinOp, span: Span, rng: random.Random
) -> Iterator[tuple[Span, bytes, str, str]]:
    kept = rng.choice((node.left, node.right))
    text = source.text(source.span(kept))
    yield span, b"(" + text + b")", "drop operand", f"keep {_brief(text)} alone"
    if isinstance(node.op, ast.Sub | ast.Div):
        left, right = source.text(source.span(node.left)), source.text(source.span(node.right))
        token = _gap(source, node.left, node.right)
        if token is not None:
            text = b"((" + right + b") " + source.text(token) + b" (" + left + b"))"
            yield span, text, "turn round", f"turn round {_brief(source.text(span))}"


def _grown(
    source: Source, node: ast.expr, span: Span, names: tuple[str, ...], rng: random.Random
) -> Iterator[tuple[Span, bytes, str, str]]:
    text = source.text(span)
    if not names or len(text) > _LONGEST:
        return
    name = rng.choice(names)
    factor = f"{rng.lognormvariate(0.0, 0.4):.3g}"
    share = f"{rng.choice((-1, 1)) * 10 ** rng.uniform(-2, 0):.2g}"
    old = text.decode()
    whole = old if isinstance(node, ast.Name | ast.Call) else f"({old})"
    forms = {
        "scale": f"({whole} * {factor})",
        "add term": f"({whole} + {share} * {name})",
        "bound": f"{rng.choice(('min', 'max'))}({old}, {name})",
        "wrap": f"abs({old})",
    }
    kind = rng.choice(list(forms))
    if kind == "bound" and name == old:
        return
    yield span, forms[kind].encode(), kind, f"{_brief(text)} → {_brief(forms[kind].encode())}"


def _twin(source: Source, node: ast.Call) -> Iterator[tuple[Span, bytes, str, str]]:
    """Offer min for max, sin for cos and so on."""
    name = node.func
    called = name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")
    if called in _TWINS:
        end = source.span(name).end
        span = Span(end - len(called.encode()), end)
        yield span, _TWINS[called].encode(), "swap function", f"{_TWINS[called]} for {called}"


def _expressions(tree: ast.Module) -> Iterator[tuple[ast.expr, tuple[str, ...]]]:
    """Yield the expressions of all functions and of module-level code with the names in scope.

    Only names of values count: no function, no import. Module-level definitions of constants are
    left to the moves that tune them.
    """
    common = _constants(tree)
    for statement in tree.body:
        yield from _in_scope(statement, common, top=True)


def _in_scope(
    node: ast.AST, names: tuple[str, ...], *, top: bool = False
) -> Iterator[tuple[ast.expr, tuple[str, ...]]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        names = tuple(dict.fromkeys((*names, *_locals(node))))
        top = False
    if top and isinstance(node, ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom):
        return
    if isinstance(node, ast.expr) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield node, names
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "ctx"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                if field == "func" and isinstance(child, ast.Name):
                    continue
                yield from _in_scope(child, names)


def _constants(tree: ast.Module) -> tuple[str, ...]:
    return tuple(
        target.id
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name) and isinstance(statement.value, ast.Constant)
    )


def _locals(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Iterator[str]:
    arguments = node.args
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield argument.arg
    for inside in ast.walk(node):
        if isinstance(inside, ast.Name) and isinstance(inside.ctx, ast.Store):
            yield inside.id


def _brief(text: bytes) -> str:
    """Return code on one short line."""
    line = " ".join(text.decode("utf-8", "replace").split())
    return line if len(line) <= 40 else line[:37] + "…"
