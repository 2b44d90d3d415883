"""Making a session that replays another one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from workbench import __version__
from workbench.model import event as ev
from workbench.model.candidate import digest_of
from workbench.model.limits import Limits
from workbench.model.recording import contents, encode, first_of, recorded
from workbench.propose.replay import Source
from workbench.propose.setup import Setup
from workbench.store import Blob, Reader, create, new_session_id


class NothingRecorded(ValueError):
    """A session cannot be replayed; the message says why and what to do."""


class Wish(msgspec.Struct, frozen=True):
    """What a person wants of a replay."""

    until: int | None = None
    """Step of each lineage up to which is replayed; None replays all, and then the lineages end."""
    setup: Setup | None = None
    """The models of all lineages from there on."""
    limits: Limits | None = None
    """Limits from there on; the recorded ones where nothing is said."""


async def create_replay(root: Path, source: Path, wish: Wish) -> Path:
    """Write a session below `root` that replays the one at `source`; return its directory.

    It holds all that it needs: the recorded session may go away. Raises `NothingRecorded`, and
    `StoreError` for a session that cannot be read or made.
    """
    with Reader(source) as reader:
        events, blobs = _made(reader, wish)
    created = events[0]
    assert isinstance(created, ev.SessionCreated)
    directory = root / new_session_id(created.task)
    await create(directory, events, blobs)
    return directory


def tape(source: Path) -> tuple[Source, list[Blob]]:
    """Return what a lineage records that answers from the session at `source`, and its content.

    Raises what `create_replay` raises.
    """
    with Reader(source) as reader:
        records = recorded(reader.records())
        if first_of(records) == len(records):
            raise NothingRecorded("there is nothing to replay: no step of that session was made")
        data = encode(records)
        blobs = [*_copied(reader, contents(records)), Blob(data)]
        return Source(digest_of(data), reader.summary().id), blobs


def _made(reader: Reader, wish: Wish) -> tuple[list[ev.AnyEvent], list[Blob]]:
    journal = reader.records()
    created = journal[0].event
    assert isinstance(created, ev.SessionCreated)
    records = recorded(journal, wish.until)
    first = first_of(records)
    if first == len(records):
        raise NothingRecorded(
            "there is nothing to replay: no step of that session has been made"
            + ("" if wish.until is None else f" up to step {wish.until}")
        )
    data = encode(records)
    setup = wish.setup
    limits = wish.limits
    if wish.until is not None and limits is None:
        limits = reader.session().limits
    recording = ev.Recording(
        session=reader.summary().id,
        digest=digest_of(data),
        until=wish.until,
        limits=limits,
        proposer="" if setup is None else setup.name,
        options={} if setup is None else setup.recorded(),
    )
    title = created.title or created.task
    made = msgspec.structs.replace(
        created,
        format=ev.FORMAT,
        version=__version__,
        title=title if created.recording is not None else f"{title} (replay)",
        recording=recording,
    )
    wanted = contents(records) | set(created.task_files.values())
    blobs = [*_copied(reader, wanted), Blob(data)]
    return [made, *(record.event for record in records[:first])], blobs


def _copied(reader: Reader, wanted: set[str]) -> Iterator[Blob]:
    """Yield the wanted content, each after its base. Raises `NothingRecorded` if some is gone."""
    missing = set(wanted)
    for digest in reader.digests():
        if digest in wanted:
            stored = reader.find(digest)
            if stored is not None:
                missing.discard(digest)
                yield Blob(stored.data, stored.base if stored.base in wanted else None)
    if missing:
        raise NothingRecorded(
            f"{reader.file} is damaged: it lacks content that its steps name "
            f"({len(missing)} blobs, {min(missing)[:12]} among them)"
        )
