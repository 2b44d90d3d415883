"""Content as the blob table holds it: plain, deflated, or deflated against a similar blob."""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from workbench.model.candidate import digest_of

LEVEL = 6
"""Measured on 2 KiB and 12 KiB program text: level 9 gains under 1 % (plain) at twice the time,
level 3 loses 9 %; allocation of the compressor, not the level, dominates for 2 KiB."""

_RAW = -zlib.MAX_WBITS
"""No header, no checksum: blobs are checked by their digest, and 6 bytes count at this size."""

_REACH = 1 << 15
"""Deflate looks back 32 KiB, so no more of a base than its end can help."""

_WORTH = 0.7
"""A base must save this much over plain deflate; else the blob stands alone and serves as the
base of what is derived from it. So long chains of edits renew their base by themselves."""

_BASES_KEPT = 64
_LARGEST_KEPT = 1 << 18


class Blob(msgspec.Struct, frozen=True):
    """Content to store, with the digest of stored content that it resembles.

    Name the parent's file of the same path as `base`. It only saves space: a base that is not
    stored, or does not help, is not used.
    """

    data: bytes
    base: str | None = None


class Packed(NamedTuple):
    """One row of the blob table; `base` is a digest here."""

    digest: str
    codec: str
    base: str | None
    size: int
    data: bytes


class Stored(NamedTuple):
    """What a lookup of a digest gives: the content and the base it is stored against."""

    data: bytes
    base: str | None


def unpack(codec: str, data: bytes, size: int, base: bytes | None) -> bytes:
    """Return the content of a row. Raises `ValueError` if the row cannot be read."""
    if codec == "plain":
        return data
    if codec != "deflate":
        raise ValueError(f"unknown codec {codec!r}")
    reader = _decompressor(base)
    try:
        content = reader.decompress(data, size + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(content) != size or not reader.eof:
        raise ValueError(f"{len(content)} bytes where {size} were stored")
    return content


class Packer:
    """Chooses how each blob is stored. Knows what it packed lately, asks `find` for the rest."""

    def __init__(self, find: Callable[[str], Stored | None]) -> None:
        self._find = find
        self._bases: OrderedDict[str, Stored] = OrderedDict()

    def pack(self, blob: Blob) -> Packed | None:
        """Turn `blob` into the smallest row, or None if its content is stored already.

        A base is always one that stands alone, so reading takes two rows at most.
        """
        digest = digest_of(blob.data)
        if self._look_up(digest) is not None:
            return None
        packed = self._smallest(digest, blob)
        self._keep(digest, Stored(blob.data, packed.base))
        return packed

    def _smallest(self, digest: str, blob: Blob) -> Packed:
        size = len(blob.data)
        alone = Packed(digest, "plain", None, size, blob.data)
        deflated = _deflate(blob.data, None)
        if len(deflated) < size:
            alone = Packed(digest, "deflate", None, size, deflated)
        root = None if blob.base is None else self._root_of(blob.base)
        if root is None or root[0] == digest:
            return alone
        against = _deflate(blob.data, root[1])
        if len(against) >= _WORTH * len(alone.data):
            return alone
        return Packed(digest, "deflate", root[0], size, against)

    def _root_of(self, digest: str) -> tuple[str, bytes] | None:
        stored = self._look_up(digest)
        if stored is not None and stored.base is not None:
            digest = stored.base
            stored = self._look_up(digest)
        return None if stored is None or not stored.data else (digest, stored.data)

    def _look_up(self, digest: str) -> Stored | None:
        stored = self._bases.get(digest) or self._find(digest)
        if stored is not None:
            self._keep(digest, stored)
        return stored

    def _keep(self, digest: str, stored: Stored) -> None:
        if len(stored.data) > _LARGEST_KEPT:
            return
        self._bases[digest] = stored
        self._bases.move_to_end(digest)
        if len(self._bases) > _BASES_KEPT:
            self._bases.popitem(last=False)


def _deflate(data: bytes, base: bytes | None) -> bytes:
    if base is None:
        compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW)
    else:
        compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW, zdict=base[-_REACH:])
    return compressor.compress(data) + compressor.flush()


def _decompressor(base: bytes | None) -> zlib._Decompress:
    if base is None:
        return zlib.decompressobj(_RAW)
    return zlib.decompressobj(_RAW, zdict=base[-_REACH:])
