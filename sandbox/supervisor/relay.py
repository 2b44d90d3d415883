"""Messages over a container's standard streams, and a program's channel carried among them.

No descriptor can be passed into a container. Instead the program gets one end of a socket pair
that is made here, and its bytes travel in messages: `data` carries a piece, `taken` asks for the
next one (so at most one piece is under way in each direction, and nothing piles up here), `end`
says that no more will come, `shut` that no more is wanted.
"""

from __future__ import annotations

import os
import select
import socket

from . import frames
from .channel import SENT_AT_ONCE, Channel, Gone, Handle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PIECE = 64 << 10
RELAYED = {"op": "relayed"}
"""What `receive` returns when it did nothing but move a program's bytes."""


class RelayChannel(Channel):
    """See `Channel`; there is no caller to watch, whose end is the end of the input."""

    def __init__(self, reader: int, writer: int) -> None:
        self._reader, self._writer = reader, writer
        self._poll_all = select.epoll()
        self._poll_all.register(reader, select.EPOLLIN)
        self.handle = self._poll_all.fileno()
        self.caller = os.pidfd_open(os.getpid())
        self._end: socket.socket | None = None
        """Our end of the program's channel."""
        self._unwritten = b""
        self._held = bytearray()
        """What goes out with the next piece."""
        self._out = True
        """Whether a piece of the program's may be sent."""

    def receive(self) -> tuple[dict[str, Any], list[bytes]]:
        """Wait for the next message, or move a program's bytes; raises Gone."""
        for handle, events in self._poll_all.poll():
            if handle == self._reader:
                length, count = frames.parse_head(self._exactly(frames.HEAD.size))
                header = frames.loads(self._exactly(length))
                sizes = frames.parse_sizes(self._exactly(8 * count))
                blobs = [self._exactly(size) for size in sizes]
                if self._relay(header, blobs):
                    return RELAYED, []
                return header, blobs
            self._move(bool(events & select.EPOLLHUP))
        return RELAYED, []

    def receive_handle(self) -> Handle:
        """Return the program's end of a new channel."""
        self._end, program = socket.socketpair()
        self._end.setblocking(False)
        self._unwritten, self._out = b"", True
        self._poll_all.register(self._end, select.EPOLLIN)
        return Handle(program.detach())

    def send(
        self, header: dict[str, Any], blobs: list[bytes], files: list[tuple[int, int]]
    ) -> None:
        """See `Channel.send`; what the program has left on its channel goes before."""
        if self._end is not None:
            self._drain(self._end)
            self._forget_channel()
        self._say(header, blobs, files)

    def _say(
        self, header: dict[str, Any], blobs: list[bytes], files: list[tuple[int, int]]
    ) -> None:
        """Send a message in few pieces: each is one that the engine wraps and passes on."""
        super().send(header, blobs, files)
        self._flush()

    def _relay(self, header: dict[str, Any], blobs: list[bytes]) -> bool:
        """Act on a message about the program's channel; False when it is about something else."""
        if header["op"] not in ("data", "taken", "end", "shut"):
            return False
        if self._end is None:
            return True  # it crossed the end of the program
        if header["op"] == "data":
            self._unwritten = blobs[0]
            self._write_on(self._end)
        elif header["op"] == "taken":
            self._out = True
            self._watch(self._end)
        else:
            how = socket.SHUT_WR if header["op"] == "end" else socket.SHUT_RD
            _shut(self._end, how)
        return True

    def _move(self, closed: bool) -> None:
        if self._end is None:
            return
        if closed:  # both ways, by the program: nothing will come or go any more
            self._drain(self._end)
            self._say({"op": "end"}, [], [])
            self._forget_channel()
            return
        if self._unwritten:
            self._write_on(self._end)
        if self._out:
            self._read_on(self._end)

    def _read_on(self, end: socket.socket) -> None:
        try:
            piece = end.recv(PIECE)
        except BlockingIOError:
            return
        except ConnectionResetError:
            piece = b""
        self._out = False
        self._watch(end)
        self._say({"op": "data" if piece else "end"}, [piece] if piece else [], [])

    def _write_on(self, end: socket.socket) -> None:
        try:
            self._unwritten = self._unwritten[end.send(self._unwritten) :]
        except BlockingIOError:
            pass
        except (BrokenPipeError, ConnectionResetError):
            self._unwritten = b""
            self._say({"op": "shut"}, [], [])
        else:
            if not self._unwritten:
                self._say({"op": "taken"}, [], [])
        self._watch(end)

    def _watch(self, end: socket.socket) -> None:
        wanted = select.EPOLLIN if self._out else 0
        self._poll_all.modify(end, wanted | (select.EPOLLOUT if self._unwritten else 0))

    def _forget_channel(self) -> None:
        if self._end is not None:
            self._end.close()
            self._end = None

    def _drain(self, end: socket.socket) -> None:
        """Send what a dead program has written: no more than a socket holds."""
        while True:
            try:
                piece = end.recv(PIECE)
            except (BlockingIOError, ConnectionResetError):
                return
            if not piece:
                return
            self._say({"op": "data"}, [piece], [])

    def _write(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= PIECE:
            self._flush()

    def _flush(self) -> None:
        left, self._held = memoryview(self._held), bytearray()
        try:
            while left:
                left = left[os.write(self._writer, left) :]
        except BrokenPipeError as error:
            raise Gone from error

    def _exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            chunk = os.read(self._reader, min(count - len(data), SENT_AT_ONCE))
            if not chunk:
                raise Gone
            data += chunk
        return bytes(data)


def _shut(end: socket.socket, how: int) -> None:
    try:
        end.shutdown(how)
    except OSError:
        return  # it is shut already
