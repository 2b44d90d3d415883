"""What changed between two candidates: their files, the lines that differ, and the counts."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from workbench.display.tui.render.diff_match import Change, changes
from workbench.display.tui.render.diff_pairs import Pair, pairs


class FileDiff(msgspec.Struct, frozen=True):
    """One file that differs."""

    path: str
    old: tuple[str, ...]
    """Its lines before; none if it is new."""
    new: tuple[str, ...]
    changes: tuple[Change, ...]
    pairs: tuple[tuple[Pair, ...], ...]
    """For each change, the numbers of the lines that stand side by side."""

    @property
    def added(self) -> int:
        """Lines that came."""
        return sum(d - c for _, _, c, d in self.changes)

    @property
    def removed(self) -> int:
        """Lines that went."""
        return sum(b - a for a, b, _, _ in self.changes)


class Diff(msgspec.Struct, frozen=True):
    """What changed between two sets of files: those that differ, by path."""

    files: tuple[FileDiff, ...] = ()
    added: int = 0
    removed: int = 0
    hidden: tuple[str, ...] = ()
    """Paths of files whose contents differ only in what is not shown: control characters, ends of
    lines, tabs against spaces."""

    @property
    def last(self) -> int:
        """Highest line number."""
        return max((max(len(file.old), len(file.new)) for file in self.files), default=0)

    @property
    def change(self) -> str:
        """How much came and went: ``+14 −6``."""
        return f"+{self.added} −{self.removed}"


def compare(
    old: Mapping[str, str], new: Mapping[str, str], unequal: frozenset[str] = frozenset()
) -> Diff:
    """Compare two sets of clean texts, path by path. Pure; slow for long files: use a thread.

    `unequal` names the paths whose raw contents are known to differ.
    """
    files: list[FileDiff] = []
    hidden: list[str] = []
    for path in sorted({*old, *new}):
        before, after = old.get(path, ""), new.get(path, "")
        if before == after:
            if path in unequal:
                hidden.append(path)
            continue
        one, other = lines_of(before), lines_of(after)
        found = tuple(changes(one, other))
        if found:
            aligned = tuple(pairs(one[a:b], other[c:d], (a, c)) for a, b, c, d in found)
            files.append(FileDiff(path, one, other, found, aligned))
        else:
            hidden.append(path)  # the last end of line
    added, removed = sum(x.added for x in files), sum(x.removed for x in files)
    return Diff(tuple(files), added, removed, tuple(hidden))


def lines_of(text: str) -> tuple[str, ...]:
    """Split a text at its newlines; the one at its end begins no further line."""
    lines = text.split("\n")
    return tuple(lines if lines[-1] else lines[:-1])
