"""One editable file while a reply is carried out on it."""

from __future__ import annotations

from workbench.propose.edit.assign import Change
from workbench.propose.edit.evolve import keep_fixed
from workbench.propose.edit.fences import Fence
from workbench.propose.edit.markers import Block
from workbench.propose.edit.match import Match, find, replacement
from workbench.propose.edit.nearest import miss
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.rewrite import rewritten
from workbench.propose.edit.text import BOM, NO_NEWLINE, join, reserved, split

MAX_FILE_BYTES = 8 << 20
"""As much as a file of a task may have to begin with."""
_LISTED = 6
"""How many of the places that look alike a message lists."""


class Work:
    """Takes changes of one file in their order, then gives the file they lead to."""

    def __init__(self, path: str, data: bytes, *, bom_is_text: bool) -> None:
        """`bom_is_text` says that the reply spells byte-order marks out; else it is kept aside."""
        self._path = path
        self._old = data
        self._changed = False
        self._broken = ""
        """The change after which fixed text was no longer as it must be, if it still is not."""
        try:
            text: str | None = data.decode()
        except UnicodeDecodeError:
            text = None
        self._bom = BOM if text and text.startswith(BOM) and not bom_is_text else ""
        self._text = None if text is None else text.removeprefix(self._bom)
        self._lines = split(self._text or "")

    def take(self, change: Change, *, truncated: bool) -> list[str]:
        """Apply one block or whole file, and return what was tolerated.

        Raises `Unapplicable`; both say the place.
        """
        try:
            if isinstance(change.body, Block):
                slips = self._take_block(change.body)
            else:
                slips = self._take_whole(change.body, truncated)
        except Unapplicable as fault:
            raise Unapplicable(f"{change.place}: {fault.message}") from None
        try:
            keep_fixed(self._old, self._bytes())
        except Unapplicable:
            self._broken = self._broken or change.place
        else:
            self._broken = ""
        return [f"{change.place}: {slip}" for slip in slips]

    def result(self) -> bytes:
        """Return the file after all changes. Raises `Unapplicable` if it may not be like that."""
        if not self._changed:
            return self._old
        try:
            data = keep_fixed(self._old, self._bytes())
        except Unapplicable as fault:
            raise Unapplicable(f"{self._broken}: {fault.message}") from None
        if len(data) > MAX_FILE_BYTES:
            raise Unapplicable(f"{self._path} would be larger than {MAX_FILE_BYTES >> 20} MiB")
        return data

    def _bytes(self) -> bytes:
        try:
            return (self._bom + join(self._lines)).encode()
        except UnicodeEncodeError:
            raise Unapplicable(
                f"the new {self._path} holds half a surrogate pair, which no file can"
            ) from None

    def _take_block(self, block: Block) -> list[str]:
        if self._text is None:
            raise Unapplicable("the file is not UTF-8 text; it can only be rewritten as a whole")
        if reserved(self._text.split("\n")):
            raise Unapplicable(
                f"the file holds the line `{NO_NEWLINE}`; it can only be rewritten as a whole"
            )
        if block.search == block.replace:
            return [*block.slips, "it changes nothing"]
        if not block.search:
            self._fill(list(block.replace))
            return list(block.slips)
        match = find(block.search, block.replace, self._lines)
        if match is None:
            raise Unapplicable(miss(self._path, block.search, block.replace, self._lines))
        if len(match.starts) > 1:
            raise Unapplicable(_ambiguous(self._path, match))
        start = match.starts[0]
        lines = list(self._lines)
        lines[start : start + len(match.reading.search)] = replacement(match, self._lines)
        self._put(lines)
        return [*block.slips, *match.reading.tolerated]

    def _fill(self, lines: list[str]) -> None:
        if any(line.strip() for line in self._lines if line != NO_NEWLINE):
            raise Unapplicable(
                "SEARCH is empty, which is for an empty file only; quote the lines to replace, or "
                "lines beside the place where text is to be added"
            )
        self._put(lines)

    def _put(self, lines: list[str]) -> None:
        """Take `lines` as the file's."""
        inner = lines[:-1] if lines and lines[-1] == NO_NEWLINE else lines
        if reserved(inner):
            raise Unapplicable(f"`{NO_NEWLINE}` can only stand at the end of the file")
        self._lines = lines
        self._changed = True

    def _take_whole(self, fence: Fence, truncated: bool) -> list[str]:
        if not fence.closed:
            cut = "the reply was cut off at its token limit inside it; answer with less text"
            raise Unapplicable(cut if truncated else "its fenced block is never closed")
        if fence.nested:
            raise Unapplicable(
                "a fence opens inside its fenced block, so its end is in doubt; fence a file that "
                "holds ``` with ````"
            )
        text, slips = rewritten(fence, self._text, self._path)
        self._lines = split(text)
        self._changed = True
        return slips


def _ambiguous(path: str, match: Match) -> str:
    """Say where a SEARCH text stands that stands in several places."""
    lines = ", ".join(str(start + 1) for start in match.starts[:_LISTED])
    more = ", …" if len(match.starts) > _LISTED else ""
    aside = f" ({' and '.join(match.reading.tolerated)} aside)" if match.reading.tolerated else ""
    return (
        f"its SEARCH text stands {len(match.starts)} times in {path}{aside}, from lines {lines}"
        f"{more}; add lines around it until it stands there once"
    )
