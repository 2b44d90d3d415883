"""Messages between a supervisor and its warm processes: small JSON objects with open handles.

They travel over sequenced packet sockets, so that one message is one packet and the end of the
other side is an empty one.
"""

from __future__ import annotations

import json
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
    try:
        socket.send_fds(end, [json.dumps(message).encode()], list(handles))
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Ended from error


def receive(end: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Wait for a message; its handles are closed on exec. Raises Ended."""
    try:
        data, handles, _, _ = socket.recv_fds(end, MOST, MOST_HANDLES)
    except ConnectionResetError as error:
        raise Ended from error
    if not data:
        raise Ended
    for handle in handles:
        os.set_inheritable(handle, False)
    message = json.loads(data)
    if not isinstance(message, dict):
        raise Ended
    return message, handles
