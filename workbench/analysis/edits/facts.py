"""What a Python program's syntax tree says of it, in a form that two programs are compared by."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from typing import NamedTuple

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CACHES = frozenset({"cache", "lru_cache", "cached_property", "njit", "jit", "vectorize"})
_BODIES = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})
NUMBER, COMPARED, NAMED = "0", "?", "x"
"""What stands for a number, a comparison and a name where they are left out."""


class Facts(NamedTuple):
    """One program, docstrings, comments and layout aside."""

    tree: str
    """All of it."""
    unnumbered: str
    """The same with every number alike."""
    uncompared: str
    """The same with every comparison alike."""
    renamed: str
    """The same with names numbered in order of appearance."""
    parts: Counter[str]
    """Its top-level statements, each as a whole."""
    statements: Counter[str]
    """Its statements one by one: of a compound one only the head."""
    kinds: Counter[str]
    """The same by their kind: ``If``, ``For`` …"""
    packages: frozenset[str]
    """Packages imported that do not come with Python."""
    definitions: frozenset[str]
    """Names of its functions and classes."""
    loops: int
    comprehensions: int
    caches: int
    """Decorators that remember or compile."""
    depth: int
    """Loops around each statement, summed."""


def facts(source: str) -> Facts | None:
    """Return what the syntax tree of a Python program says; None where it has none."""
    try:
        tree = ast.parse(source)
        _strip_docstrings(tree)
        nodes = list(ast.walk(tree))
        packages = frozenset(x for node in nodes for x in _imported(node))
        heads = [(type(x).__name__, _head(x)) for x in nodes if isinstance(x, ast.stmt)]
        return Facts(
            tree=ast.dump(tree),
            unnumbered=ast.dump(_Masked(numbers=True).visit(ast.parse(ast.unparse(tree)))),
            uncompared=ast.dump(_Masked(comparisons=True).visit(ast.parse(ast.unparse(tree)))),
            renamed=ast.dump(_Masked(names=True).visit(ast.parse(ast.unparse(tree)))),
            parts=Counter(ast.dump(statement) for statement in tree.body),
            statements=Counter(head for _, head in heads),
            kinds=Counter(kind for kind, _ in heads),
            packages=packages - sys.stdlib_module_names,
            definitions=frozenset(x.name for x in nodes if isinstance(x, _DEFINITIONS)),
            loops=sum(isinstance(x, _LOOPS) for x in nodes),
            comprehensions=sum(isinstance(x, _COMPREHENSIONS) for x in nodes),
            caches=sum(_caches(x) for x in nodes if isinstance(x, ast.FunctionDef)),
            depth=_depth(tree, 0),
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _strip_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *_DEFINITIONS)) and ast.get_docstring(node, False):
            node.body = node.body[1:] or [ast.Pass()]


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [(node.module or "").partition(".")[0]]
    return []


def _head(statement: ast.stmt) -> str:
    """Return a statement without what stands below it."""
    fields = [
        f"{name}={_dumped(value)}"
        for name, value in ast.iter_fields(statement)
        if name not in _BODIES
    ]
    return f"{type(statement).__name__}({', '.join(fields)})"


def _dumped(value: object) -> str:
    if isinstance(value, ast.AST):
        return ast.dump(value)
    if isinstance(value, list):
        return f"[{', '.join(_dumped(one) for one in value)}]"
    return repr(value)


def _caches(function: ast.FunctionDef) -> int:
    names = {
        x.id if isinstance(x, ast.Name) else x.attr
        for decorator in function.decorator_list
        for x in ast.walk(decorator)
        if isinstance(x, ast.Name | ast.Attribute)
    }
    return len(names & _CACHES)


def _depth(node: ast.AST, around: int) -> int:
    total = around if isinstance(node, ast.stmt) else 0
    inside = around + isinstance(node, _LOOPS)
    return total + sum(_depth(child, inside) for child in ast.iter_child_nodes(node))


class _Masked(ast.NodeTransformer):
    """Makes alike what is not to be compared."""

    def __init__(
        self, numbers: bool = False, comparisons: bool = False, names: bool = False
    ) -> None:
        self._numbers, self._comparisons, self._names = numbers, comparisons, names
        self._known: dict[str, str] = {}

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        number = isinstance(node.value, int | float | complex) and not isinstance(node.value, bool)
        return ast.Name(NUMBER, ast.Load()) if self._numbers and number else node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        minus = isinstance(node.op, ast.USub | ast.UAdd)
        return node.operand if self._numbers and minus and _is_number(node.operand) else node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        if self._comparisons:
            node.ops = [ast.Eq() for _ in node.ops]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._name(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self.generic_visit(node)
        node.arg = self._name(node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._name(node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._name(node.name)
        return self.generic_visit(node)

    def _name(self, name: str) -> str:
        return self._known.setdefault(name, f"{NAMED}{len(self._known)}") if self._names else name


def _is_number(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == NUMBER
