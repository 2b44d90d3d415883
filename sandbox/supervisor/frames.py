"""Messages between a lease and its supervisor: a JSON header, then raw bytes.

A message is two big-endian 32-bit numbers (length of the header, number of blobs), the header,
one 64-bit length per blob, and the blobs.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence

TYPE_CHECKING = False  # the typing module would be a tenth of a supervisor's start
if TYPE_CHECKING:
    from typing import Any

HEAD = struct.Struct(">II")
MAX_HEADER = 64 << 20
MAX_BLOBS = 1 << 20


def head(header: dict[str, Any], sizes: Sequence[int]) -> bytes:
    """Return everything of a message but its blobs."""
    text = json.dumps(header).encode()
    return HEAD.pack(len(text), len(sizes)) + text + struct.pack(f">{len(sizes)}Q", *sizes)


def message(header: dict[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """Return a whole message."""
    return b"".join((head(header, [len(blob) for blob in blobs]), *blobs))


def parse_head(data: bytes) -> tuple[int, int]:
    """Return the two lengths of a message; raises ValueError on nonsense."""
    length, blobs = HEAD.unpack(data)
    if length > MAX_HEADER or blobs > MAX_BLOBS:
        raise ValueError(f"message of {length} bytes and {blobs} blobs is not a message")
    return length, blobs


def parse_sizes(data: bytes) -> tuple[int, ...]:
    """Return the lengths of the blobs."""
    return struct.unpack(f">{len(data) // 8}Q", data)


def loads(data: bytes) -> dict[str, Any]:
    """Return a header; raises ValueError when it is none."""
    header = json.loads(data)
    if not isinstance(header, dict):
        raise ValueError("a header must be an object")
    return header
