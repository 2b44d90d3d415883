"""One output stream of a run, kept within a bound."""

from __future__ import annotations

import os

CHUNK = 65536


class Stream:
    """Keeps the head and the tail of what is read; counts all of it."""

    def __init__(self, keep: int) -> None:
        self.keep = keep
        self.total = 0
        self._head = bytearray()
        self._tail = bytearray()

    def read(self, handle: int) -> bool:
        """Read once from a non-blocking handle; False at the end, or when nothing is there."""
        try:
            data = os.read(handle, CHUNK)
        except BlockingIOError:
            return False
        self.total += len(data)
        room = max(0, self.keep - self.keep // 2 - len(self._head))
        self._head += data[:room]
        self._tail += data[room:]
        if len(self._tail) > 2 * self.keep + CHUNK:
            del self._tail[: -(self.keep // 2)]
        return bool(data)

    def tail(self, count: int = 4096) -> bytes:
        """Return the last bytes, for a look at what the program said last."""
        return bytes((self._head + self._tail)[-count:])

    def data(self, keep: int) -> tuple[bytes, int]:
        """Return at most `keep` bytes, head and tail, and how many were left out between them."""
        kept = bytes(self._head + self._tail)
        if self.total <= keep:
            return kept, 0
        if keep == 0:
            return b"", self.total
        head, tail = kept[: keep - keep // 2], kept[len(kept) - keep // 2 :]
        return head + tail, self.total - len(head) - len(tail)
