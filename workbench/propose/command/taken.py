"""The files that a command leaves behind, as the editable files of a candidate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sandbox import Collected
from workbench.propose.edit.evolve import keep_fixed
from workbench.propose.edit.outcome import Unapplicable
from workbench.propose.edit.work import MAX_FILE_BYTES


def take(
    parent: Mapping[str, bytes],
    left: Mapping[str, Collected],
    holds_secret: Callable[[bytes], str | None],
) -> dict[str, bytes]:
    """Return the editable files as they were left; `parent` are those that were there before.

    `left` has them by the same paths. Raises `Unapplicable` for a file that no candidate may have.
    """
    return {path: _file(path, data, left[path], holds_secret) for path, data in parent.items()}


def _file(
    path: str, old: bytes, left: Collected, holds_secret: Callable[[bytes], str | None]
) -> bytes:
    new = left.data
    if new is None:
        gone = left.problem == "missing"
        raise Unapplicable(
            f"{path} is gone; it must stay" if gone else f"{path} cannot be taken: {left.problem}"
        )
    if new == old:
        return old
    if len(new) > MAX_FILE_BYTES:
        raise Unapplicable(f"{path} is larger than {MAX_FILE_BYTES >> 20} MiB")
    if not _is_text(new):
        raise Unapplicable(f"{path} is no text in UTF-8 any more")
    if (name := holds_secret(new)) is not None:
        raise Unapplicable(f"{path} holds the value of {name}, which must not be kept")
    try:
        return keep_fixed(old, new)
    except Unapplicable as fault:
        raise Unapplicable(f"{path}: {fault.message}") from None


def _is_text(data: bytes) -> bool:
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False
