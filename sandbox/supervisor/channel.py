"""The supervisor's end of the control socket."""

from __future__ import annotations

import os
import select
import socket

from . import frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SENT_AT_ONCE = 1 << 20


class Gone(Exception):
    """The caller closed the channel or died."""


class Handle:
    """A descriptor that is to be closed as soon as its program has it, and once at most."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def close(self) -> None:
        """Close it, unless that is done."""
        if self.handle >= 0:
            os.close(self.handle)
            self.handle = -1


class Channel:
    """Blocking messages on the control socket."""

    def __init__(self, handle: int, caller: int, handles: int) -> None:
        self.handle = handle
        self.caller = caller
        """A pidfd: the socket alone would stay open as long as any copy of its other end does."""
        os.set_inheritable(handles, False)
        self.handles = socket.socket(fileno=handles)
        """Where the caller sends descriptors, one packet each."""
        self._poll = select.poll()
        self._poll.register(handle, select.POLLIN)
        self._poll.register(caller, select.POLLIN)

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Wait for the next message and return it; raises Gone."""
        if self.caller in [handle for handle, _ in self._poll.poll()]:
            raise Gone
        length, count = frames.parse_head(self._exactly(frames.HEAD.size))
        header = frames.loads(self._exactly(length))
        return header, [
            self._exactly(size) for size in frames.parse_sizes(self._exactly(8 * count))
        ]

    def receive_handle(self) -> Handle:
        """Return the descriptor that the caller announced; raises Gone."""
        _, handles, _, _ = socket.recv_fds(self.handles, 1, 1)
        if len(handles) != 1:
            raise Gone
        os.set_inheritable(handles[0], False)  # a helper that is started for it must not keep it
        return Handle(handles[0])

    def send(
        self, header: dict[str, Any], blobs: list[bytes], files: list[tuple[int, int]]
    ) -> None:
        """Send a message whose last blobs are the contents of open files (handle, size)."""
        sizes = [len(blob) for blob in blobs] + [size for _, size in files]
        self._write(frames.head(header, sizes))
        for blob in blobs:
            self._write(blob)
        for handle, size in files:
            self._send_file(handle, size)

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self.handle, left) :]
        except (BrokenPipeError, ConnectionResetError) as error:
            raise Gone from error

    def _send_file(self, handle: int, size: int) -> None:
        while size:
            data = os.read(handle, min(size, SENT_AT_ONCE))
            # Nothing can shorten a dead program's file; a short one would break the protocol.
            if not data:
                raise OSError("an output became shorter while it was read")
            self._write(data)
            size -= len(data)

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            try:
                chunk = os.read(self.handle, min(count - len(data), SENT_AT_ONCE))
            except ConnectionResetError as error:
                raise Gone from error
            if not chunk:
                raise Gone
            data += chunk
        return bytes(data)
