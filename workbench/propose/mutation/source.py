"""An editable file as mutation sees it: bytes, lines, editable region, and the Python tree if any.

Everything is measured in byte offsets. `ast` counts columns in UTF-8 bytes, so a tree's spans and
the file's bytes agree without any conversion; a byte-order mark is the one exception.
"""

from __future__ import annotations

import ast
import bisect
import codecs
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_NEWLINE = re.compile(rb"\r\n|\r|\n")
_MARKER = re.compile(rb"EVOLVE-BLOCK-(START|END)")


class Span(NamedTuple):
    """Bytes from `start` up to and without `end`."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """Whether `other` lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


class Edit(NamedTuple):
    """Put `text` where `span` of the file at `path` was."""

    path: str
    span: Span
    text: bytes


@dataclass(frozen=True)
class Source:
    """One file. `tree` is None for other languages and for Python that does not parse."""

    path: str
    data: bytes
    tree: ast.Module | None
    problem: str
    """Why a Python file has no tree; empty otherwise."""
    starts: tuple[int, ...]
    """Offset at which each line begins."""
    regions: tuple[Span, ...]
    """Where edits are allowed."""
    shift: int = field(default=0)
    """Length of a byte-order mark, which `ast` does not count in the first line."""

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return the bytes of a node of this file's tree."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return Span(
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def text(self, span: Span) -> bytes:
        """Return the bytes of `span`."""
        return self.data[span.start : span.end]

    def line_of(self, offset: int) -> int:
        """Return the number, from 1, of the line that holds `offset`."""
        return bisect.bisect_right(self.starts, offset)

    def line_start(self, line: int) -> int:
        """Return where line `line` begins; the end of the file for the line after the last."""
        return self.starts[line - 1] if line <= len(self.starts) else len(self.data)

    def allows(self, span: Span) -> bool:
        """Whether an edit of `span` stays inside the editable region."""
        return any(region.holds(span) for region in self.regions)

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column + (self.shift if line == 1 else 0)


def read_source(path: str, data: bytes) -> Source:
    """Look at one file. Never fails: what cannot be parsed simply has no tree."""
    starts = (0, *(match.end() for match in _NEWLINE.finditer(data)))
    tree, problem = _parse(path, data) if path.endswith((".py", ".pyw")) else (None, "")
    shift = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    return Source(path, data, tree, problem, starts, _regions(data, starts), shift)


def apply_edits(files: Mapping[str, bytes], edits: Iterable[Edit]) -> dict[str, bytes]:
    """Return `files` with `edits` carried out; they must not overlap."""
    changed = dict(files)
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        data = changed[edit.path]
        changed[edit.path] = data[: edit.span.start] + edit.text + data[edit.span.end :]
    return changed


def compiles(path: str, data: bytes) -> bool:
    """Whether Python accepts `data` as a module."""
    try:
        with warnings.catch_warnings():
            # A doubtful escape in a candidate is no business of ours and must not be printed.
            warnings.simplefilter("ignore")
            compile(data, path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def _parse(path: str, data: bytes) -> tuple[ast.Module | None, str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, "is not UTF-8 text"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text, path), ""
    except SyntaxError as error:
        return None, f"does not parse (line {error.lineno}: {error.msg})"
    except (ValueError, RecursionError, MemoryError) as error:
        return None, f"does not parse ({error})"


def _regions(data: bytes, starts: tuple[int, ...]) -> tuple[Span, ...]:
    """Return the lines between markers, or the whole file if it has none.

    A block that is opened and never closed reaches to the end of the file.
    """
    if _MARKER.search(data) is None:
        return (Span(0, len(data)),)
    regions: list[Span] = []
    opened: int | None = None
    for start, end in zip(starts, (*starts[1:], len(data)), strict=True):
        marker = _MARKER.search(data, start, end)
        if marker is None:
            continue
        if opened is not None:
            regions.append(Span(opened, start))
        opened = end if marker[1] == b"START" else None
    if opened is not None:
        regions.append(Span(opened, len(data)))
    return tuple(regions)
