"""Reading blobs: found by digest, checked against it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from workbench.model.candidate import digest_of
from workbench.store.codec import Stored, unpack

_SELECT = """SELECT b.codec, b.data, b.size, r.codec, r.data, r.size, lower(hex(r.digest))
FROM blob AS b LEFT JOIN blob AS r ON r.id = b.base WHERE b.digest = ?"""


def find(db: sqlite3.Connection, digest: str) -> Stored | None:
    """Return content with the digest of its base, or None if there is none such.

    Raises `ValueError` if what is stored does not match the digest.
    """
    try:
        key = bytes.fromhex(digest)
    except ValueError:
        return None  # no digest at all, so none of ours
    rows = db.execute(_SELECT, (key,)).fetchall()
    if not rows:
        return None
    codec, data, size, root_codec, root_data, root_size, root = rows[0]
    base = None if root_codec is None else unpack(root_codec, root_data, root_size, None)
    content = unpack(codec, data, size, base)
    if digest_of(content) != digest:
        raise ValueError(f"blob {digest[:12]} does not match its digest")
    return Stored(content, None if base is None else root)


def digests(db: sqlite3.Connection) -> list[str]:
    """Return the digests of all blobs, each after its base."""
    # SQLite takes this from the index alone, so damaged content does not get in the way.
    return [row[1] for row in sorted(db.execute("SELECT id, lower(hex(digest)) FROM blob"))]


def readable_blobs(db: sqlite3.Connection) -> Iterator[Stored]:
    """Yield every blob of a damaged file that still matches its digest, each after its base."""
    try:
        known = digests(db)
    except sqlite3.DatabaseError:
        return  # nothing names the blobs any more
    for digest in known:
        try:
            stored = find(db, digest)
        except (sqlite3.DatabaseError, ValueError):
            continue  # this one is lost; its neighbours may not be
        if stored is not None:
            yield stored
