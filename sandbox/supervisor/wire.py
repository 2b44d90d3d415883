"""Messages between a supervisor and its warm processes: small JSON objects with open handles.

They travel over sequenced packet sockets, so that one message is one packet and the end of the
other side is an empty one.
"""

from __future__ import annotations

import json
import marshal
import os
import socket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

MOST = 96 << 10
"""Largest message in bytes; below what every kernel lets a packet be."""
MOST_HANDLES = 16


class Ended(Exception):
    """The other side is gone."""


def send(end: socket.socket, message: dict[str, Any], handles: Sequence[int] = ()) -> None:
    """Send a message; raises Ended, or OSError when it is larger than a packet may be."""
    _send(end, json.dumps(message).encode(), handles)


def _send(end: socket.socket, data: bytes, handles: Sequence[int]) -> None:
    try:
        socket.send_fds(end, [data], list(handles))
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Ended from error


def send_order(end: socket.socket, order: dict[str, Any], handles: Sequence[int]) -> None:
    """Send what a program is to be; raises as `send`."""
    _send(end, marshal.dumps(order), handles)


def receive_order(end: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for an order of the supervisor, whom a child may believe; raises Ended.

    Not JSON: reading that runs Python code, whose memory each forked child would have to copy.
    """
    data, handles = _receive(end)
    order: dict[str, Any] = marshal.loads(data)
    return order, handles


def receive(end: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for a message; its handles are closed on exec. Raises Ended."""
    data, handles = _receive(end)
    message = json.loads(data)
    if not isinstance(message, dict):
        raise Ended
    return message, handles


def _receive(end: socket.socket) -> tuple[bytes, list[int]]:
    try:
        data, handles, _, _ = socket.recv_fds(end, MOST, MOST_HANDLES)
    except ConnectionResetError as error:
        raise Ended from error
    if not data:
        raise Ended
    for handle in handles:
        os.set_inheritable(handle, False)
    return data, handles
