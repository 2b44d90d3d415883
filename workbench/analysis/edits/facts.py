"""What a Python program's syntax tree says of it, in a form that two programs are compared by."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CACHES = frozenset({"cache", "lru_cache", "cached_property", "njit", "jit", "vectorize"})
_BODIES = frozenset({"body", "orelse", "finalbody", "handlers", "cases"})

# Trees are compared by their dumps, and what is not to be compared is blotted out there: walking a
# copy of the tree for each takes ten times as long.
_NUMBER = re.compile(r"Constant\(value=-?(?:[\d.]|inf|nan|e[-+])+j?\)")
_SIGNED = re.compile(rf"UnaryOp\(op=U(?:Sub|Add)\(\), operand=({_NUMBER.pattern})\)")
_COMPARED = re.compile(r"ops=\[[A-Za-z(), ]*\]")
_NAME = re.compile(r"(\bid='|(?<!keyword\()\barg='|(?:FunctionDef|ClassDef)\(name=')(\w+)(?=')")


class Facts(NamedTuple):
    """One program, docstrings, comments and layout aside."""

    tree: str
    """All of it."""
    unnumbered: str
    """The same with every number alike."""
    uncompared: str
    """The same with every comparison alike."""
    renamed: str
    """The same with the names that it gives itself numbered in order of appearance."""
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
        parts = [ast.dump(statement) for statement in tree.body]
        heads: list[tuple[str, str]] = []
        depth = _take_apart(tree.body, 0, heads)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    dump = "\n".join(parts)
    return Facts(
        tree=dump,
        unnumbered=_NUMBER.sub("Number", _SIGNED.sub(r"\1", dump)),
        uncompared=_COMPARED.sub("ops=[]", dump),
        renamed=_renamed(dump, _own(nodes)),
        parts=Counter(parts),
        statements=Counter(head for _, head in heads),
        kinds=Counter(kind for kind, _ in heads),
        packages=packages - sys.stdlib_module_names,
        definitions=frozenset(x.name for x in nodes if isinstance(x, _DEFINITIONS)),
        loops=sum(isinstance(x, _LOOPS) for x in nodes),
        comprehensions=sum(isinstance(x, _COMPREHENSIONS) for x in nodes),
        caches=sum(_caches(x) for x in nodes if isinstance(x, ast.FunctionDef)),
        depth=depth,
    )


def _take_apart(body: Iterable[ast.AST], around: int, heads: list[tuple[str, str]]) -> int:
    """Add kind and head of every statement to `heads`; return the loops around each, summed."""
    total = 0
    for node in body:
        inside = around
        if isinstance(node, ast.stmt):
            heads.append((type(node).__name__, _head(node)))
            total += around
            inside += isinstance(node, _LOOPS)
        for name in _BODIES & set(node._fields):
            total += _take_apart(getattr(node, name), inside, heads)
    return total


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


def _renamed(dump: str, own: frozenset[str]) -> str:
    """Return a dump with the program's own names numbered; those of others stay."""
    known: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        name = found[2]
        return found[1] + (known.setdefault(name, f"{len(known)}") if name in own else name)

    return _NAME.sub(number, dump)


def _own(nodes: list[ast.AST]) -> frozenset[str]:
    """Return the names that a program gives itself."""
    stored = {x.id for x in nodes if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
    defined = {x.name for x in nodes if isinstance(x, _DEFINITIONS)}
    return frozenset(stored | defined | {x.arg for x in nodes if isinstance(x, ast.arg)})
