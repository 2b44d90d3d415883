"""Differences between two candidates, line by line, with the words that changed marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec
from textual.content import Content

from workbench.display.states import ACCENT, MUTED

CONTEXT = 3
"""Unchanged lines shown around each change."""
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST, _MOST_PAIRS, _ALIKE = 300, 400, 0.4
"""Word marks are left out of longer lines, after so many pairs, and between lines less alike."""

Kind = Literal["file", "same", "add", "del", "gap"]
Marks = tuple[tuple[int, int], ...]


class DiffLine(msgspec.Struct, frozen=True):
    """One line of a diff."""

    kind: Kind
    old: int = 0
    """Line number before; 0 where there is none."""
    new: int = 0
    text: str = ""
    marks: Marks = ()
    """Stretches of `text` that changed within the line."""


class Diff(msgspec.Struct, frozen=True):
    """What changed between two sets of files."""

    lines: tuple[DiffLine, ...]
    added: int
    removed: int
    longest: int
    """Characters of the longest line."""
    last: int
    """Highest line number."""


def compare(old: Mapping[str, str], new: Mapping[str, str]) -> Diff:
    """Compare two sets of files, path by path. Pure and slow for long files: run it in a thread."""
    lines: list[DiffLine] = []
    added = removed = 0
    for path in sorted({*old, *new}):
        before, after = old.get(path, ""), new.get(path, "")
        if before == after:
            continue
        changed = list(_file(before.splitlines(), after.splitlines()))
        plus = sum(line.kind == "add" for line in changed)
        minus = sum(line.kind == "del" for line in changed)
        lines.append(DiffLine("file", text=f"{path}  +{plus} −{minus}"))
        lines += changed
        added, removed = added + plus, removed + minus
    return Diff(
        tuple(lines),
        added,
        removed,
        max((len(line.text) for line in lines), default=0),
        max((max(line.old, line.new) for line in lines), default=0),
    )


def _file(old: Sequence[str], new: Sequence[str]) -> Iterator[DiffLine]:
    matcher = difflib.SequenceMatcher(None, old, new)
    pairs = 0
    end = 0
    for group in matcher.get_grouped_opcodes(CONTEXT):
        start = group[0][1]
        if start > end:
            yield DiffLine("gap", text=f"⋮ {start - end} unchanged")
        for tag, a, b, c, d in group:
            if tag == "equal":
                for offset in range(b - a):
                    yield DiffLine("same", a + offset + 1, c + offset + 1, old[a + offset])
                continue
            marks = [_marks(old[a + i], new[c + i]) for i in range(min(b - a, d - c))]
            if pairs > _MOST_PAIRS:
                marks = []
            pairs += len(marks)
            for index in range(a, b):
                mark = marks[index - a][0] if index - a < len(marks) else ()
                yield DiffLine("del", index + 1, 0, old[index], mark)
            for index in range(c, d):
                mark = marks[index - c][1] if index - c < len(marks) else ()
                yield DiffLine("add", 0, index + 1, new[index], mark)
        end = group[-1][2]
    if end and end < len(old):
        yield DiffLine("gap", text=f"⋮ {len(old) - end} unchanged")


def _marks(old: str, new: str) -> tuple[Marks, Marks]:
    """Return the changed stretches of two paired lines."""
    if max(len(old), len(new)) > _LONGEST:
        return (), ()
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return (), ()
    left: list[tuple[int, int]] = []
    right: list[tuple[int, int]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        for words, start, stop, found in ((before, a, b, left), (after, c, d, right)):
            if stop > start:
                at = sum(map(len, words[:start]))
                found.append((at, at + sum(map(len, words[start:stop]))))
    return tuple(left), tuple(right)


def unified(old: Mapping[str, str], new: Mapping[str, str], names: tuple[str, str]) -> str:
    """Return a patch in unified format, for copying."""
    parts: list[str] = []
    for path in sorted({*old, *new}):
        before, after = old.get(path, "").splitlines(), new.get(path, "").splitlines()
        titles = f"{names[0]}/{path}", f"{names[1]}/{path}"
        parts += difflib.unified_diff(before, after, *titles, lineterm="")
    return "\n".join(parts)


_SIGNS = {"add": "+", "del": "−", "same": " "}


def gutter_width(last: int) -> int:
    """Return the cells that both line numbers and the sign take."""
    return 2 * max(3, len(str(last))) + 4


def draw(line: DiffLine, last: int, width: int) -> Content:
    """Draw one line; changed ones are tinted over the whole `width` and carry a sign."""
    digits = max(3, len(str(last)))
    if line.kind == "file":
        return Content.styled(line.text, f"bold {ACCENT}").truncate(width, pad=True)
    if line.kind == "gap":
        return Content.styled(f"{'':>{2 * digits + 1}} {line.text}", MUTED)
    old, new = line.old or "", line.new or ""
    sign = _SIGNS[line.kind]
    gutter = f"{old:>{digits}} {new:>{digits}} {sign} "
    if line.kind == "same":
        return Content.assemble((gutter, MUTED), line.text)
    content = Content.assemble((gutter, "bold"), line.text)
    content = content.pad_right(max(0, width - content.cell_length))
    content = content.stylize_before(f"on $diff-{line.kind}")
    for start, stop in line.marks:
        style = f"bold on $diff-{line.kind}-word"
        content = content.stylize(style, len(gutter) + start, len(gutter) + stop)
    return content
