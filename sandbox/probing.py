"""What backends have in common: a probe is made once, and a full one is remembered."""

from __future__ import annotations

from abc import ABC, abstractmethod

from sandbox import checks, memo
from sandbox.api import Backend, Capabilities


class Probing(ABC, Backend):
    """Probes once for its own life; a full probe holds until this machine starts anew."""

    def __init__(self) -> None:
        self._quick: Capabilities | None = None
        self._full: Capabilities | None = None

    async def probe(self, full: bool = False) -> Capabilities:
        """See `sandbox.api.Backend.probe`."""
        if self._quick is None:
            self._quick = await self._probe()
        if not full or not self._quick.usable:
            return self._quick
        if self._full is None:
            self._full = memo.recall(self._quick)
        if self._full is None:
            self._full = await checks.tried(self, self._quick)
            memo.remember(self._quick, self._full)
        return self._full

    @abstractmethod
    async def _probe(self) -> Capabilities:
        """Start a program, and say what such a sandbox promises."""
