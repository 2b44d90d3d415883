"""Which piece of a reply changes which file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from workbench.propose.edit.fences import Fence, rail
from workbench.propose.edit.markers import Block
from workbench.propose.edit.names import listed, mentioned, name_of
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.reply import Piece, Reply

_DIFFS = frozenset(("diff", "patch"))
_SHELLS = frozenset(("bash", "console", "log", "output", "shell", "sh", "zsh"))


class Change(NamedTuple):
    """One piece of a reply, and the file it is for."""

    path: str
    body: Block | Fence

    @property
    def place(self) -> str:
        """How messages call it."""
        if isinstance(self.body, Block):
            return f"block {self.body.number} ({self.path})"
        return f"the whole file {self.path} (line {self.body.line} of the reply)"


class _Named(NamedTuple):
    """A fenced block, the file it seems to be, and whether a line says nothing but that name."""

    fence: Fence
    path: str | None
    plainly: bool


def assign(reply: Reply, known: Collection[str]) -> list[Change]:
    """Return what `reply` changes, in its order. Raises `Unapplicable` where that is in doubt."""
    blocks = dict(_blocks(reply, known))
    named = [_named(piece, known) for piece in reply.pieces if isinstance(piece.body, Fence)]
    if blocks:
        whole = list(_beside_blocks(named, set(blocks.values()), known))
    else:
        whole = _alone(named, known)
    files = {fence.line: path for fence, path in whole}
    changes: list[Change] = []
    for piece in reply.pieces:
        body = piece.body
        path = blocks.get(body.number) if isinstance(body, Block) else files.get(body.line)
        if path is not None:
            changes.append(Change(path, body))
    return changes


def _blocks(reply: Reply, known: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield number and file of each block; without a name it is the file named last."""
    current = next(iter(known)) if len(known) == 1 else None
    for piece in reply.pieces:
        path = _plain_name(piece.above, known)
        if isinstance(piece.body, Fence):
            current = path if path in known else current
            continue
        number = piece.body.number
        path = name_of(piece.body.rest, known) or path
        if path is None:
            path = _mentioned_above(piece.above, known, f"block {number}") or current
        if path is None:
            raise Unapplicable(
                f"block {number} names no file; put its path alone on the line above, one of "
                f"{listed(known)}"
            )
        _check_known(path, known, f"block {number}")
        current = path
        yield number, path


def _plain_name(above: Sequence[str], known: Collection[str]) -> str | None:
    """Return the path that the last line to be nothing but a path names."""
    for line in reversed(above):
        found = rail(line)
        if found is not None:
            inside = mentioned(found.info, known)
            if len(inside) == 1:
                return inside.pop()
            continue
        path = name_of(line, known)
        if path is not None:
            return path
    return None


def _mentioned_above(above: Sequence[str], known: Collection[str], place: str) -> str | None:
    """Return the path among the words of the line directly above."""
    nearest = next((x for x in reversed(above) if x.strip() and rail(x) is None), "")
    paths = mentioned(nearest, known)
    if len(paths) > 1:
        raise Unapplicable(
            f"the line above {place} mentions {listed(paths)}; put the path of the one that it "
            "changes alone on that line"
        )
    return paths.pop() if paths else None


def _named(piece: Piece, known: Collection[str]) -> _Named:
    fence = piece.body
    assert isinstance(fence, Fence)
    inside = mentioned(fence.info, known)
    if len(inside) == 1:
        return _Named(fence, inside.pop(), plainly=True)
    path = _plain_name(piece.above, known)
    if path is not None:
        return _Named(fence, path, plainly=True)
    first = name_of(fence.lines[0], known) if fence.lines else None
    if first in known:
        return _Named(fence, first, plainly=True)
    place = f"the fenced block in line {fence.line} of the reply"
    return _Named(fence, _mentioned_above(piece.above, known, place), plainly=False)


def _beside_blocks(
    named: Sequence[_Named], changed: Collection[str], known: Collection[str]
) -> Iterator[tuple[Fence, str]]:
    """Yield the whole files of a reply that has blocks too; what no line names is illustration."""
    for fence, path, plainly in named:
        if path is None or (path in changed and not plainly):
            continue
        place = f"the fenced block in line {fence.line} of the reply"
        if path in changed:
            raise Unapplicable(
                f"{place} seems to be the whole file {path}, which SEARCH/REPLACE blocks change "
                "too; send one or the other"
            )
        if not plainly:
            raise Unapplicable(
                f"{place} may be the whole file {path} or an example; put the path alone on the "
                "line above if it is the file, leave it out if not"
            )
        yield _checked(fence, path, known)
    _check_once([path for _, path, plainly in named if plainly and path is not None])


def _alone(named: Sequence[_Named], known: Collection[str]) -> list[tuple[Fence, str]]:
    """Return the whole files of a reply without blocks."""
    if not named:
        raise Unapplicable(
            "the reply holds no edit: neither a SEARCH/REPLACE block nor a whole file in a fenced "
            f"block under its path; editable: {listed(known)}"
        )
    if len(named) == 1 and named[0].path is None and len(known) == 1:
        path = next(iter(known))
        fence = named[0].fence
        if fence.language in _SHELLS and PurePosixPath(path).suffix not in (".sh", ".bash"):
            raise Unapplicable(
                f"the only fenced block of the reply is marked {fence.language}, so it is not "
                f"{path}; send SEARCH/REPLACE blocks, or the whole file under its path"
            )
        return [_checked(fence, path, known)]
    plain = [item for item in named if item.plainly]
    chosen = plain or ([] if any(item.path is None for item in named) else list(named))
    if not chosen:
        raise Unapplicable(
            f"the reply has {len(named)} fenced blocks, and which of them is a file is in doubt; "
            f"put the path alone on the line above each that is; editable: {listed(known)}"
        )
    if any(item.path is None and not item.fence.info for item in named):
        raise Unapplicable(
            "the reply has a fenced block without path or language beside a whole file, so where "
            "that file ends is in doubt; fence files that hold ``` themselves with ````"
        )
    whole = [_checked(item.fence, item.path or "", known) for item in chosen]
    _check_once([path for _, path in whole])
    return whole


def _checked(fence: Fence, path: str, known: Collection[str]) -> tuple[Fence, str]:
    """Return both, if `fence` can be the whole of a file that may change."""
    _check_known(path, known, f"the fenced block in line {fence.line} of the reply")
    heads = [line.split(" ", 1)[0].rstrip() for line in fence.lines[:2]]
    is_diff = fence.language in _DIFFS or heads == ["---", "+++"] or heads[:1] == ["@@"]
    if is_diff and PurePosixPath(path).suffix[1:] not in _DIFFS:
        raise Unapplicable(
            f"the fenced block in line {fence.line} of the reply is a unified diff; write the "
            "change as SEARCH/REPLACE blocks"
        )
    return fence, path


def _check_known(path: str, known: Collection[str], place: str) -> None:
    if path not in known:
        raise Unapplicable(
            f"{place} is for {path}, which may not be changed or created; editable: {listed(known)}"
        )


def _check_once(paths: Sequence[str]) -> None:
    twice = [path for path, count in Counter(paths).items() if count > 1]
    if twice:
        raise Unapplicable(f"the reply has several whole files {twice[0]}; send it once")
