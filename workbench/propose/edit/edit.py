"""A reply's text carried out on the editable files."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.propose.edit.assign import assign
from workbench.propose.edit.note import note_of
from workbench.propose.edit.outcome import Edit, Unapplicable
from workbench.propose.edit.reply import read_reply
from workbench.propose.edit.text import BOM
from workbench.propose.edit.work import Work

MAX_REPLY = 4 << 20
"""Characters of a reply."""


def apply(reply: str, files: Mapping[str, bytes], *, truncated: bool = False) -> Edit:
    """Carry `reply` out on `files`, which are all that may change.

    `truncated` says that the model was stopped at its token limit. Blocks apply in their order,
    each to the result of the one before. Time grows linearly with the reply, and with the files
    for each block.

    Raises `Unapplicable`, and nothing else whatever the reply, when it is not certain what is
    meant or what is meant may not be done.
    """
    if not reply.strip():
        raise Unapplicable("the reply is empty")
    if len(reply) > MAX_REPLY:
        raise Unapplicable(f"the reply has more than {MAX_REPLY} characters; be brief")
    taken = read_reply(reply, truncated=truncated)
    if truncated and not taken.pieces:
        raise Unapplicable("the reply was cut off at its token limit before any edit; be brief")
    work = {path: Work(path, data, bom_is_text=BOM in reply) for path, data in files.items()}
    tolerated: list[str] = []
    for change in assign(taken, files.keys()):
        tolerated += work[change.path].take(change, truncated=truncated)
    done = {path: item.result() for path, item in work.items()}
    changed = sorted(path for path, data in files.items() if done[path] != data)
    if not changed:
        raise Unapplicable("the reply changes nothing")
    if truncated:
        tolerated.append("the reply was cut off after its last edit")
    note = note_of(taken.prose, files.keys()) or f"changes {', '.join(changed)}"
    return Edit(done, note, tuple(tolerated))
