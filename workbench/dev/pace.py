"""How fast a reply comes."""

from __future__ import annotations

import asyncio

import msgspec

TICK = 0.002
"""Seconds: shorter waits are saved up, for timers are not finer than about this."""


class Pace(msgspec.Struct, frozen=True):
    """Seconds that a reply takes."""

    first: float = 0.0
    """Until its first byte."""
    token: float = 0.0
    """For each token, reasoning included."""


class Pacer:
    """Waits as a pace demands. What is late catches up: the whole takes its time, not longer."""

    def __init__(self) -> None:
        self._due = asyncio.get_running_loop().time()

    async def wait(self, seconds: float) -> None:
        """Return when the reply is `seconds` further."""
        self._due += seconds
        ahead = self._due - asyncio.get_running_loop().time()
        if ahead > TICK:
            await asyncio.sleep(ahead)
