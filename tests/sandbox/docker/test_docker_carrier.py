"""A carrier that is abandoned while it delivers: a run's container is put away beside its end."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from sandbox.docker.carrier import Carrier
from sandbox.supervisor.relay import PIECE


async def unheard(header: dict[str, Any], blobs: list[bytes]) -> None:
    """Say something to a container that answers nothing."""


@pytest.mark.parametrize("pieces", [0, 40], ids=["nothing to deliver", "more than a socket holds"])
async def test_abandoning_ends_a_delivery_and_cancels_nobody_else(pieces: int) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        carrier = Carrier(theirs, unheard)
        for _ in range(pieces):
            assert carrier.take({"op": "data"}, [bytes(PIECE)])
        finishing = asyncio.create_task(carrier.finish())
        await asyncio.sleep(0)  # it waits for the delivery
        carrier.abandon()
        async with asyncio.timeout(5):
            await asyncio.wait({finishing})
    assert not finishing.cancelled()
    finishing.result()


async def test_a_cancelled_finish_closes_its_end() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        carrier = Carrier(theirs, unheard)
        theirs.close()
        for _ in range(40):
            carrier.take({"op": "data"}, [bytes(PIECE)])
        finishing = asyncio.create_task(carrier.finish())
        await asyncio.sleep(0)
        finishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finishing
        ours.setblocking(False)
        while ours.recv(1 << 20):
            pass
