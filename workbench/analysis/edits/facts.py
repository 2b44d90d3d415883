"""What a Python program's syntax tree says of it, in a form that two programs are compared by."""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from typing import NamedTuple

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CACHES = frozenset({"cache", "lru_cache", "cached_property", "njit", "jit", "vectorize"})
_BODIES = ("body", "handlers", "orelse", "finalbody", "cases")

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
        nodes: dict[type, list[ast.AST]] = {}
        for node in ast.walk(tree):
            nodes.setdefault(type(node), []).append(node)
        defined = [x for kind in _DEFINITIONS for x in nodes.get(kind, ())]
        for node in (tree, *defined):
            _strip_docstring(node)
        taken = _Taken()
        parts = [taken.apart(statement, 0) for statement in tree.body]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    dump = "\n".join(parts)
    imports = [*nodes.get(ast.Import, ()), *nodes.get(ast.ImportFrom, ())]
    packages = frozenset(x for node in imports for x in _imported(node))
    definitions = frozenset(str(getattr(x, "name", "")) for x in defined)
    stored = {
        x.id
        for x in nodes.get(ast.Name, ())
        if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)
    }
    arguments = {str(getattr(x, "arg", "")) for x in nodes.get(ast.arg, ())}
    return Facts(
        tree=dump,
        unnumbered=_NUMBER.sub("Number", _SIGNED.sub(r"\1", dump)),
        uncompared=_COMPARED.sub("ops=[]", dump),
        renamed=_renamed(dump, definitions | stored | arguments),
        parts=Counter(parts),
        statements=Counter(taken.heads),
        kinds=Counter(taken.kinds),
        packages=packages - sys.stdlib_module_names,
        definitions=definitions,
        loops=sum(len(nodes.get(kind, ())) for kind in _LOOPS),
        comprehensions=sum(len(nodes.get(kind, ())) for kind in _COMPREHENSIONS),
        caches=sum(_caches(x) for x in defined if isinstance(x, ast.FunctionDef)),
        depth=taken.depth,
    )


class _Taken:
    """A tree taken apart into its statements, each dumped once."""

    def __init__(self) -> None:
        self.heads: list[str] = []
        self.kinds: list[str] = []
        self.depth = 0

    def apart(self, node: ast.AST, around: int) -> str:
        """Return a node's dump, its statements taken note of; `around` loops stand around it."""
        head, inside = _head(node), around
        if isinstance(node, ast.stmt):
            self.heads.append(head)
            self.kinds.append(type(node).__name__)
            self.depth += around
            inside += isinstance(node, _LOOPS)
        below = [
            f"{name}[{' '.join(self.apart(child, inside) for child in getattr(node, name))}]"
            for name in _BODIES
            if name in node._fields
        ]
        return head + "".join(below)


def _strip_docstring(node: ast.AST) -> None:
    if isinstance(node, (ast.Module, *_DEFINITIONS)) and ast.get_docstring(node, False):
        node.body = node.body[1:] or [ast.Pass()]


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        return [(node.module or "").partition(".")[0]]
    return []


def _head(node: ast.AST) -> str:
    """Return a dump without the statements below it."""
    fields = [
        f"{name}={_dumped(value)}" for name, value in ast.iter_fields(node) if name not in _BODIES
    ]
    return f"{type(node).__name__}({', '.join(fields)})"


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
