"""Structural edits: whole statements moved, removed or repeated, and small changes of expressions.

They break more programs than they mend, so they come seldom (`proposer`) and are only drawn where
a look at the tree gives them a chance: no deletion of the one binding of a name in use, no
repetition of what changes nothing the second time.
"""

from __future__ import annotations

import ast
import random
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from workbench.propose.mutation.expressions import ExpressionEdit, expression_edits
from workbench.propose.mutation.program import Program
from workbench.propose.mutation.source import Edit, Source, Span
from workbench.propose.mutation.steer import Steer

_BINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_FIXED = (*_BINDS, ast.Global, ast.Nonlocal, ast.Return)


class Alteration(NamedTuple):
    """One structural edit."""

    edit: Edit
    kind: str
    note: str
    """For people: ``delete line 24``, ``swap < for <= on line 7``."""


class _Block(NamedTuple):
    """A statement that has its lines to itself."""

    node: ast.stmt
    first: int
    last: int
    span: Span
    """Its lines with their line ends."""
    siblings: int
    """How many statements its block has."""
    top: bool
    """Whether it stands at module level."""


def structural_edit(program: Program, steer: Steer, rng: random.Random) -> Alteration | None:
    """Draw one structural edit, or None where the drawn kind has nowhere to act."""
    sources = [source for source in program.sources if source.tree is not None]
    if not sources:
        return None
    draw = rng.choices([draw for _, draw in _KINDS], [weight for weight, _ in _KINDS])[0]
    return draw(rng.choice(sources), steer, rng)


def _expression(source: Source, steer: Steer, rng: random.Random) -> Alteration | None:
    by_kind: dict[str, list[ExpressionEdit]] = {}
    for one in expression_edits(source, rng):
        if steer.reaches(source.path, one.line, source.line_of(one.span.end)):
            by_kind.setdefault(one.kind, []).append(one)
    if not by_kind:
        return None
    # The kind comes first: names are many, comparisons few, and both deserve a turn.
    one = rng.choice(by_kind[rng.choice(sorted(by_kind))])
    edit = Edit(source.path, one.span, one.text)
    return Alteration(edit, one.kind, f"{one.note} on line {one.line}")


def _within(source: Source, steer: Steer) -> list[_Block]:
    return [
        block
        for block in _blocks(source)
        if source.allows(block.span) and steer.reaches(source.path, block.first, block.last)
    ]


def _blocks(source: Source) -> Iterator[_Block]:
    assert source.tree is not None
    for parent in ast.walk(source.tree):
        for name in ("body", "orelse", "finalbody"):
            body = getattr(parent, name, None)
            if not isinstance(body, list):
                continue
            for index, node in enumerate(body):
                docstring = index == 0 and _is_docstring(node)
                block = None if docstring else _block(source, node, len(body), parent)
                if block is not None:
                    yield block


def _block(source: Source, node: ast.stmt, siblings: int, parent: ast.AST) -> _Block | None:
    """Return the whole lines of `node`, or None if it shares a line with something else."""
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(each.lineno for each in decorators)])
    last = node.end_lineno or node.lineno
    start, end = source.line_start(first), source.line_start(last + 1)
    span = source.span(node)
    indent = source.data[start : span.start] if first == node.lineno else b""
    rest = source.data[span.end : end].strip()
    if indent.strip(b" \t\f") or (rest and not rest.startswith(b"#")):
        return None
    return _Block(node, first, last, Span(start, end), siblings, isinstance(parent, ast.Module))


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _delete(source: Source, steer: Steer, rng: random.Random) -> Alteration | None:
    assert source.tree is not None
    needed = _loads(source.tree)
    bound = Counter(name for node in ast.walk(source.tree) for name in _stores(node))
    free = [
        block
        for block in _within(source, steer)
        if not isinstance(block.node, (*_FIXED, ast.Pass))
        and not any(name in needed and bound[name] == 1 for name in _all_stores(block.node))
    ]
    if not free:
        return None
    block = rng.choice(free)
    text = b""
    if block.siblings == 1:
        text = _indent(source, block) + b"pass" + _line_end(source, block.span)
    return Alteration(Edit(source.path, block.span, text), "delete", f"delete {_lines(block)}")


def _duplicate(source: Source, steer: Steer, rng: random.Random) -> Alteration | None:
    again = [block for block in _within(source, steer) if _changes_twice(block.node)]
    if not again:
        return None
    block = rng.choice(again)
    text = source.text(block.span)
    if not text.endswith((b"\n", b"\r")):
        text = _newline(source) + text
    at = Span(block.span.end, block.span.end)
    return Alteration(Edit(source.path, at, text), "duplicate", f"repeat {_lines(block)}")


def _swap(source: Source, steer: Steer, rng: random.Random) -> Alteration | None:
    blocks = _within(source, steer)
    by_start = {block.span.start: block for block in blocks}
    pairs = [
        (block, by_start[block.span.end])
        for block in blocks
        if block.span.end in by_start
        and block.node.col_offset == by_start[block.span.end].node.col_offset
        and not isinstance(block.node, _FIXED)
        and not isinstance(by_start[block.span.end].node, _FIXED)
        and not (block.top and isinstance(block.node, ast.Assign | ast.AnnAssign))
    ]
    if not pairs:
        return None
    upper, lower = rng.choice(pairs)
    above, below = source.text(upper.span), source.text(lower.span)
    if not below.endswith((b"\n", b"\r")):
        above, below = above.rstrip(b"\r\n"), below + _newline(source)
    span = Span(upper.span.start, lower.span.end)
    note = f"swap {_lines(upper)} with {_lines(lower)}"
    return Alteration(Edit(source.path, span, below + above), "swap statements", note)


_KINDS = (
    (6.0, _expression),
    (1.5, _delete),
    (1.5, _duplicate),
    (1.0, _swap),
)
"""How often each kind is drawn, and how."""


def _changes_twice(node: ast.stmt) -> bool:
    """Whether carrying `node` out a second time can make a difference."""
    if isinstance(node, ast.AugAssign | ast.For | ast.While | ast.If):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    if isinstance(node, ast.Assign):
        read = _loads(node.value)
        return any(name in read for name in _stores(node)) or any(
            isinstance(target, ast.Subscript | ast.Attribute) for target in node.targets
        )
    return False


def _loads(tree: ast.AST) -> frozenset[str]:
    """Return the names that are read, those an augmented assignment reads included."""
    names = set()
    for node in ast.walk(tree):
        target = node.target if isinstance(node, ast.AugAssign) else node
        if isinstance(target, ast.Name) and (
            target is not node or isinstance(target.ctx, ast.Load)
        ):
            names.add(target.id)
    return frozenset(names)


def _stores(node: ast.AST) -> Iterator[str]:
    """Yield the names that this very node binds."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.For | ast.NamedExpr):
        targets = [node.target]
    elif isinstance(node, ast.With):
        targets = [item.optional_vars for item in node.items if item.optional_vars is not None]
    else:
        return
    for target in targets:
        for part in ast.walk(target):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                yield part.id


def _all_stores(node: ast.AST) -> Iterator[str]:
    for inside in ast.walk(node):
        yield from _stores(inside)


def _indent(source: Source, block: _Block) -> bytes:
    line = source.data[block.span.start : block.span.end]
    return line[: len(line) - len(line.lstrip(b" \t"))]


def _line_end(source: Source, span: Span) -> bytes:
    text = source.text(span)
    return text[len(text.rstrip(b"\r\n")) :]


def _newline(source: Source) -> bytes:
    """Return the line end this file uses."""
    return b"\r\n" if b"\r\n" in source.data else b"\n"


def _lines(block: _Block) -> str:
    if block.first == block.last:
        return f"line {block.first}"
    return f"lines {block.first}-{block.last}"
