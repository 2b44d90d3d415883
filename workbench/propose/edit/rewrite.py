"""A whole file out of a fenced block."""

from __future__ import annotations

from workbench.propose.edit.fences import LANGUAGES, Fence
from workbench.propose.edit.names import name_of
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.text import NO_NEWLINE, join, quoted, without_return

_COMMENTS = ("#", "//", "/*", "--", ";", "%", "<!--", "...", "…")
_OMISSIONS = (
    "as before",
    "existing",
    "omitted",
    "other code",
    "previous code",
    "remain",
    "rest of",
    "same as",
    "unchanged",
)


def left_out(line: str) -> bool:
    """Whether `line` is a comment that stands for code the model did not write out."""
    bare = line[:200].strip().lower()
    return (
        bare.startswith(_COMMENTS)
        and ("..." in bare or "…" in bare)
        and any(words in bare for words in _OMISSIONS)
    )


def rewritten(fence: Fence, old: str | None, path: str) -> tuple[str, list[str]]:
    """Return the new text of the file at `path`, and what was tolerated.

    `old` is None where the file is no UTF-8.
    Raises `Unapplicable` when the block does not hold a whole file.
    """
    lines, tolerated = _unindented(fence)
    old_lines = [] if old is None else [without_return(line) for line in old.split("\n")]
    first = lines[0].strip() if lines else ""
    if not fence.info and first.lower() in LANGUAGES and first != "".join(old_lines[:1]).strip():
        del lines[0]
        tolerated.append("language tag")
    elif first and name_of(first, (path,)) == path and lines[0] not in old_lines[:1]:
        del lines[0]
        tolerated.append("file name as its first line")
    if not any(line.strip() for line in lines):
        raise Unapplicable("it is empty")
    kept = {line.strip() for line in old_lines}
    for line in lines:
        if left_out(line) and line.strip() not in kept:
            raise Unapplicable(
                f"{quoted(line)} stands for code left out; write the whole file, or only the "
                "changed lines in SEARCH/REPLACE blocks"
            )
    if old is None:
        return join(lines), tolerated
    return _ended(lines, old, tolerated), tolerated


def _unindented(fence: Fence) -> tuple[list[str], list[str]]:
    """Return the lines of a block that stands further in, as in a list, as if it did not."""
    lines = list(fence.lines)
    indent = fence.indent
    if not indent or not all(line.startswith(indent) for line in lines if line.strip()):
        return lines, []
    return [line.removeprefix(indent) for line in lines], ["indentation"]


def _ended(lines: list[str], old: str, tolerated: list[str]) -> str:
    """Join `lines` with the line ends that most of `old` has, at the end of the file too."""
    bare = [without_return(line) for line in lines]
    windows = 2 * old.count("\r\n") > old.count("\n")
    ended = [f"{line}\r" if windows and line != NO_NEWLINE else line for line in bare]
    text = join(ended)
    if any(ours != theirs for ours, theirs in zip(ended, lines, strict=True)):
        tolerated.append("line ends")
    if old and not old.endswith("\n"):
        text = text.removesuffix("\n").removesuffix("\r")
    return text
