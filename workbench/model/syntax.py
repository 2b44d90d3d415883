"""What is the same program: files compared but for comments and layout."""

from __future__ import annotations

import ast
import codecs
import hashlib
import re
import warnings
from collections.abc import Mapping
from pathlib import PurePosixPath

PYTHON = frozenset((".py", ".pyw"))
BRACED = frozenset(
    (
        *(".c", ".cc", ".cpp", ".cu", ".cuh", ".cxx", ".go", ".h", ".hh", ".hpp", ".hxx"),
        *(".cs", ".java", ".kt", ".rs", ".scala", ".swift"),
    )
)
"""Languages in which indentation says nothing, and a line that begins with ``//`` is a comment."""

_VERBATIM = re.compile(rb"[`]|R\"|r#*\"|\"\"\"|'''|/\*")
"""What may hold lines whose layout counts, or that only look like comments."""
_QUOTED = re.compile(rb"[\"']")
_BLANKS = re.compile(rb"[ \t]+")
_UNSAID = frozenset(("ctx", "kind", "type_comment", "type_ignores"))
"""Fields of a syntax tree that change nothing of what a program does."""
_DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def syntax_digest(files: Mapping[str, bytes]) -> str:
    """Return one digest for files that differ in nothing but comments and layout.

    Python counts by its syntax tree, without docstrings; all names count. Of other languages
    trailing blanks and empty lines are left out, and where indentation says nothing, that and whole
    lines of comment too. Whatever is in doubt counts as different.
    """
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{_digest(path, files[path])}\n".encode())
    return whole.hexdigest()


def _digest(path: str, data: bytes) -> str:
    suffix = PurePosixPath(path).suffix.lower()
    said = _python(data) if suffix in PYTHON else None
    if said is None:
        said = _lines(data, braced=suffix in BRACED)
    return hashlib.sha256(said).hexdigest()


def _python(data: bytes) -> bytes | None:
    """Return the syntax tree as text; None for what does not parse."""
    try:
        with warnings.catch_warnings():
            # A doubtful escape in a candidate is no business of ours and must not be printed.
            warnings.simplefilter("ignore")
            tree = ast.parse(data.removeprefix(codecs.BOM_UTF8))
        said: list[str] = []
        _tell(tree, said)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
    return "\n".join(said).encode(errors="surrogatepass")


def _tell(node: ast.AST, said: list[str]) -> None:
    """Append a node and all below it: equal for equal trees, and for every version of Python.

    Fields that are empty are left out, as newer versions add some that mostly are.
    """
    said.append(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        if name in _UNSAID or value is None or value == []:
            if name == "value" and isinstance(node, ast.Constant):
                said.append("None")
            continue
        said.append(name)
        if isinstance(value, ast.AST):
            _tell(value, said)
        elif isinstance(value, list):
            for each in _undocumented(node, value) if name == "body" else value:
                if isinstance(each, ast.AST):
                    _tell(each, said)
                else:
                    said.append(repr(each))
        else:
            said.append(repr(value))
    said.append(")")


def _undocumented(node: ast.AST, body: list[ast.AST]) -> list[ast.AST]:
    first = body[0]
    if (
        isinstance(node, _DOCUMENTED)
        and isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    ):
        return body[1:]
    return body


def _lines(data: bytes, braced: bool) -> bytes:
    """Return text without what is layout alone. Line ends stay: they mean something in most."""
    kept = [line.rstrip() for line in data.splitlines()]
    kept = [line for line in kept if line]
    if braced and not _VERBATIM.search(data):
        bare = [line.lstrip() for line in kept if not line.lstrip().startswith(b"//")]
        kept = [line if _QUOTED.search(line) else _BLANKS.sub(b" ", line) for line in bare]
    return b"\n".join(kept)
