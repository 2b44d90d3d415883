"""The text of a reply, taken apart: which blocks and whole files it holds, and for which files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from workbench.propose.edit.fences import Fence, Rail, closes, rail, read_fence
from workbench.propose.edit.markers import Block, ends, opens, read_block
from workbench.propose.edit.outcome import Unapplicable

MAX_BLOCKS = 500
_THOUGHTS = ("<think>", "</think>"), ("<thinking>", "</thinking>")
"""How models without a channel for it wrap their reasoning; it is no part of the answer."""


class Piece(NamedTuple):
    """A block or a fence, and the lines between it and the piece before."""

    above: tuple[str, ...]
    body: Block | Fence


@dataclass
class Reply:
    """A reply's pieces in order, and every line outside of them."""

    pieces: list[Piece] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)

    @property
    def blocks(self) -> list[Block]:
        """The SEARCH/REPLACE blocks."""
        return [piece.body for piece in self.pieces if isinstance(piece.body, Block)]

    @property
    def fences(self) -> list[Fence]:
        """The fenced blocks that are no wrapping of SEARCH/REPLACE blocks."""
        return [piece.body for piece in self.pieces if isinstance(piece.body, Fence)]


def read_reply(text: str, *, truncated: bool) -> Reply:
    """Take `text` apart in one pass. Raises `Unapplicable` for a block that cannot be read."""
    lines = _without_thoughts(text).split("\n")
    reply = Reply()
    above: list[str] = []
    wrapping: Rail | None = None
    number = at = 0
    while at < len(lines):
        line = lines[at]
        body: Block | Fence | None = None
        found = rail(line)
        if opens(line):
            number += 1
            if number > MAX_BLOCKS:
                raise Unapplicable(f"the reply has more than {MAX_BLOCKS} blocks; send fewer")
            block, after = read_block(lines, at, number, truncated=truncated)
            body = block
            if wrapping is not None and _fence_ends_inside(
                block, wrapping, lines[after : after + 1]
            ):
                body = block._replace(
                    replace=block.replace[:-1], slips=(*block.slips, "its fence ends inside it")
                )
                wrapping = None
        elif ends(line):
            raise Unapplicable(
                f"line {at + 1} of the reply is {line.strip()}, but no block is open there; write "
                "SEARCH, ======= and REPLACE once for each block"
            )
        elif found is not None and wrapping is not None and closes(line, wrapping):
            wrapping, after = None, at + 1
        elif found is not None:
            body, after = read_fence(lines, at)
            if body is None:
                wrapping = found
                above += lines[at:after]
        elif line.strip() == _THOUGHTS[0][1]:
            reply, above, number, after = Reply(), [], 0, at + 1
        else:
            above.append(line)
            reply.prose.append(line)
            after = at + 1
        if body is not None:
            reply.pieces.append(Piece(tuple(above), body))
            above = []
        at = after
    return reply


def _fence_ends_inside(block: Block, wrapping: Rail, below: Sequence[str]) -> bool:
    """Whether the fence around `block` is closed by its last line, and not below it."""
    rails = sum(rail(line) is not None for line in block.replace)
    return (
        rails % 2 == 1
        and closes(block.replace[-1], wrapping)
        and not any(closes(line, wrapping) for line in below)
    )


def _without_thoughts(text: str) -> str:
    """Return `text` without the reasoning it begins with; unended reasoning leaves nothing."""
    begin = text[:200].lstrip()
    for opening, closing in _THOUGHTS:
        if begin.startswith(opening):
            return text.partition(closing)[2]
    return text
