"""Carries a channel's bytes between a socket here and a program in a container.

The other side is `sandbox.supervisor.relay`: one piece at a time each way, the next after `taken`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.supervisor.relay import PIECE

Say = Callable[[dict[str, Any], list[bytes]], Awaitable[None]]


class Carrier:
    """Serves one channel for one run."""

    def __init__(self, channel: socket.socket, say: Say) -> None:
        self._socket = channel.dup()
        self._socket.setblocking(False)
        self._say = say
        self._taken = asyncio.Event()
        self._arrived: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._outward = asyncio.create_task(self._carry_out())
        self._inward = asyncio.create_task(self._carry_in())

    def take(self, header: dict[str, Any], blobs: list[bytes]) -> bool:
        """Act on a message; False when it is not about the channel."""
        operation = header.get("op")
        if operation == "data":
            self._arrived.put_nowait(blobs[0])
        elif operation == "end":
            self._arrived.put_nowait(None)
        elif operation == "taken":
            self._taken.set()
        elif operation == "shut":
            self._outward.cancel()
            _shut(self._socket, socket.SHUT_RD)
        else:
            return False
        return True

    async def finish(self) -> None:
        """Deliver what has arrived, then close; the other end must read it or close.

        `abandon` ends the wait: it comes beside this when a run's container is put away.
        """
        self._outward.cancel()
        self._arrived.put_nowait(None)
        try:
            # Not awaited itself: when abandoned, its cancellation must not become the caller's.
            await asyncio.wait({self._inward})
        finally:
            self.abandon()
        if not self._inward.cancelled():
            self._inward.result()

    def abandon(self) -> None:
        """Close at once."""
        self._outward.cancel()
        self._inward.cancel()
        self._socket.close()

    async def _carry_out(self) -> None:
        """Send what is written to the socket into the container."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                piece = await loop.sock_recv(self._socket, PIECE)
            except ConnectionResetError:
                piece = b""
            if not piece:
                await self._say({"op": "end"}, [])
                return
            self._taken.clear()
            await self._say({"op": "data"}, [piece])
            await self._taken.wait()

    async def _carry_in(self) -> None:
        """Write to the socket what comes out of the container."""
        loop = asyncio.get_running_loop()
        while (piece := await self._arrived.get()) is not None:
            try:
                await loop.sock_sendall(self._socket, piece)
            except (BrokenPipeError, ConnectionResetError):
                await self._say({"op": "shut"}, [])
                return
            await self._say({"op": "taken"}, [])
        _shut(self._socket, socket.SHUT_WR)


def _shut(end: socket.socket, how: int) -> None:
    try:
        end.shutdown(how)
    except OSError:
        return  # the other side has closed it
