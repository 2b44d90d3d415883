"""Records as rows, and the statements that append them: one place for writer and creator."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterable

import msgspec

from workbench.model.event import AnyEvent, Record, decode, encode, kind_of
from workbench.store.codec import Packed
from workbench.store.derived import Row, Statement

APPEND = "INSERT INTO event (seq, at, elapsed, lineage, kind, body) VALUES (?, ?, ?, ?, ?, ?)"

STORE_BLOB = """INSERT INTO blob (digest, codec, base, size, data)
VALUES (?, ?, (SELECT id FROM blob WHERE digest = ?), ?, ?) ON CONFLICT (digest) DO NOTHING"""

SELECT = "SELECT seq, at, elapsed, body FROM event WHERE seq > ? ORDER BY seq"


class Entry(msgspec.Struct, frozen=True):
    """A record with the text that the journal holds for it."""

    record: Record
    body: str

    @property
    def row(self) -> Row:
        """The entry in the order of `APPEND`."""
        record = self.record
        kind = kind_of(record.event)
        return (record.seq, record.at, record.elapsed, record.lineage, kind, self.body)


def entries(events: Iterable[AnyEvent], after: int, elapsed: float) -> list[Entry]:
    """Number `events` from `after + 1` on and turn them into journal text.

    Each record holds the event as it reads back, so what is announced now is what a resume will
    see. Raises `ValueError` for an event that would not read back (not-a-number, a lone surrogate).
    """
    if not math.isfinite(elapsed):
        raise ValueError(f"elapsed is {elapsed}: it must be a finite number of seconds")
    at = time.time()
    made = []
    for seq, event in enumerate(events, after + 1):
        try:
            body = encode(event)
            made.append(Entry(Record(seq, at, elapsed, decode(body)), body))
        except (msgspec.MsgspecError, UnicodeError, OverflowError, TypeError) as error:
            raise ValueError(f"a {kind_of(event)} event cannot be journalled: {error}") from error
    return made


def entry(record: Record) -> Entry:
    """Return a record, as read from a journal, ready to be appended to another."""
    return Entry(record, encode(record.event))


def appending(new: Iterable[Entry], blobs: Iterable[Packed]) -> list[Statement]:
    """Return the statements that append these entries and blobs."""
    return [
        Statement(STORE_BLOB, [blob_row(blob) for blob in blobs]),
        Statement(APPEND, [entry.row for entry in new]),
    ]


def blob_row(blob: Packed) -> Row:
    """Return the blob in the order of `STORE_BLOB`."""
    base = None if blob.base is None else bytes.fromhex(blob.base)
    return (bytes.fromhex(blob.digest), blob.codec, base, blob.size, blob.data)


def read(db: sqlite3.Connection, since: int = 0) -> list[Record]:
    """Return all records after `since`. Raises `ValueError` at a record that cannot be read."""
    rows = db.execute(SELECT, (since,)).fetchall()
    records = []
    expected = since
    for seq, at, elapsed, body in rows:
        expected += 1
        if seq != expected:
            raise ValueError(f"record {expected} is missing")
        try:
            records.append(Record(seq, at, elapsed, decode(body)))
        except (msgspec.MsgspecError, UnicodeError) as error:
            raise ValueError(f"record {seq} cannot be read ({error})") from error
    return records
