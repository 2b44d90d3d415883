"""Small faults put into a verifier, one at a time: whether anything would notice.

The operators are the classic ones of mutation testing (DeMillo, Lipton and Sayward 1978; Offutt's
sufficient set 1996): relations, logic, arithmetic, constants, and statements left out.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator

import msgspec

_RELATIONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Pow: ast.Mult,
}  # fmt: skip
_WORDS: dict[type[ast.AST], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not", ast.Add: "+",
    ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.And: "and", ast.Or: "or",
}  # fmt: skip
Change = Callable[[ast.AST], None]


class Mutant(msgspec.Struct, frozen=True):
    """A verifier with one fault."""

    line: int
    what: str
    source: bytes

    def __str__(self) -> str:
        """Say where the fault is, and which."""
        return f"line {self.line}: {self.what}"


def mutants(source: bytes, most: int, seed: int = 0) -> list[Mutant]:
    """Return up to `most` mutants of a Python verifier, drawn over all lines alike.

    Texts are left alone, those that are put together (f-strings) among them. Raises
    `SyntaxError` for source that is no Python.
    """
    tree = ast.parse(source)
    places = list(_places(tree))
    count = min(most, len(places))
    drawn = sorted(random.Random(seed).sample(range(len(places)), count))
    return [_made(tree, *places[at]) for at in drawn]


Place = tuple[int, str, Change]
"""Which node of the tree, in the order of `ast.walk`; what is done to it; and how."""


def _places(tree: ast.Module) -> Iterator[Place]:
    spared = {id(node) for top in ast.walk(tree) if _is_text(top) for node in ast.walk(top)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) not in spared:
            yield from ((number, what, change) for what, change in _changes(node))


def _is_text(node: ast.AST) -> bool:
    """Whether nothing below it can change a score: texts, and how a program is started."""
    if isinstance(node, ast.If):
        return "__name__" in ast.dump(node.test)
    return isinstance(node, ast.JoinedStr)


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare():
            for at, op in enumerate(node.ops):
                other = _RELATIONS[type(op)]
                yield _turned(op, other), _set_op(at, other)
        case ast.BoolOp():
            other_logic = ast.Or if isinstance(node.op, ast.And) else ast.And
            yield _turned(node.op, other_logic), _set("op", other_logic())
        case ast.BinOp() | ast.AugAssign() if type(node.op) in _ARITHMETIC:
            other_sum = _ARITHMETIC[type(node.op)]
            yield _turned(node.op, other_sum), _set("op", other_sum())
            if isinstance(node, ast.AugAssign):
                yield "assignment left out", _emptied
        case ast.UnaryOp(op=ast.Not()):
            yield "`not` left out", _unnot
        case ast.UnaryOp(op=ast.USub()):
            yield "`-` left out", _set("op", ast.UAdd())
        case ast.If() | ast.IfExp():
            yield "its condition never holds", _set("test", ast.Constant(False))
            yield "its condition always holds", _set("test", ast.Constant(True))
        case ast.Constant() if type(node.value) is int:
            yield f"{node.value} becomes {node.value + 1}", _set("value", node.value + 1)
        case ast.Constant() if type(node.value) is float:
            other_value = node.value * 2 if node.value else 1.0
            yield f"{node.value} becomes {other_value}", _set("value", other_value)
        case ast.Raise():
            yield "`raise` left out", _emptied
        case ast.Expr(value=ast.Call()):
            yield "call left out", _emptied


def _turned(one: ast.AST, other: type[ast.AST]) -> str:
    return f"`{_WORDS[type(one)]}` becomes `{_WORDS[other]}`"


def _set(field: str, value: object) -> Change:
    return lambda node: setattr(node, field, value)


def _set_op(at: int, other: type[ast.cmpop]) -> Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[at] = other()

    return change


def _unnot(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    node.operand = ast.UnaryOp(ast.Not(), node.operand)


def _emptied(node: ast.AST) -> None:
    """Have a statement replaced by one that does nothing."""
    vars(node)["emptied"] = True


class _Emptier(ast.NodeTransformer):
    """Puts `pass` where a statement was emptied."""

    def visit(self, node: ast.AST) -> ast.AST:
        return ast.Pass() if "emptied" in vars(node) else super().generic_visit(node)


def _made(tree: ast.Module, number: int, what: str, change: Change) -> Mutant:
    changed = copy.deepcopy(tree)
    node = next(node for at, node in enumerate(ast.walk(changed)) if at == number)
    line = getattr(node, "lineno", 0)
    change(node)
    whole = ast.fix_missing_locations(_Emptier().visit(changed))
    return Mutant(line, what, ast.unparse(whole).encode())
