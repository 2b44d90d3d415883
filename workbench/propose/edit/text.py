r"""A file's text as lines, so that every text can be written as lines and back.

Lines are parted at ``\n`` alone; a ``\r`` before it belongs to its line. A last line that no
``\n`` ends is followed by one more line, `NO_NEWLINE`, as diffs have it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NO_NEWLINE = "\\ No newline at end of file"
BOM = "\ufeff"
_WIDEST = 120


def split(text: str) -> list[str]:
    """Return the lines of `text`; none for an empty one."""
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1]:
        lines.append(NO_NEWLINE)
    else:
        lines.pop()
    return lines


def join(lines: Sequence[str]) -> str:
    """Return the text whose lines are `lines`."""
    if lines and lines[-1] == NO_NEWLINE:
        return "\n".join(lines[:-1])
    return "".join(f"{line}\n" for line in lines)


def reserved(lines: Iterable[str]) -> bool:
    """Whether a line reads like `NO_NEWLINE`, which lines of a text must not."""
    return any(line.rstrip("\r") == NO_NEWLINE for line in lines)


def without_return(line: str) -> str:
    r"""Return `line` without the ``\r`` of its end."""
    return line.removesuffix("\r")


def ended_like(lines: Iterable[str], model: str) -> list[str]:
    r"""Return `lines`, each ending with ``\r`` or not as `model` does."""
    tail = "\r" if model.endswith("\r") else ""
    bare = (without_return(line) for line in lines)
    return [line if line == NO_NEWLINE else line + tail for line in bare]


def indent_of(line: str) -> str:
    """Return the blanks and tabs that `line` begins with."""
    return line[: len(line) - len(line.lstrip(" \t"))]


def shared_start(one: str, other: str) -> str:
    """Return what both begin with."""
    pairs = zip(one, other, strict=False)
    return one[: next((k for k, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))]


def quoted(line: str) -> str:
    """Return `line` for a message: without white space around, and cut where it is long."""
    bare = line[: 4 * _WIDEST].strip()
    return f"`{bare}`" if len(bare) <= _WIDEST else f"`{bare[:_WIDEST]}…`"


def listing(lines: Sequence[str], start: int, end: int) -> str:
    """Return lines `start` up to and without `end`, numbered from 1, for a message."""
    shown = ((at, without_return(lines[at])) for at in range(max(start, 0), min(end, len(lines))))
    cut = ((at, x if len(x) <= _WIDEST else f"{x[:_WIDEST]}…") for at, x in shown)
    return "\n".join(f"  {at + 1:>4} | {line}" for at, line in cut)
