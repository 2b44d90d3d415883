"""Islands in a ring: when migrants set out, and to where."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

Populations = Annotated[int, Meta(ge=1, le=64, description="populations")]
"""The option that says how many islands there are."""
MigrationEvery = Annotated[
    int, Meta(ge=1, le=100_000, description="candidates of an island between migrations")
]
"""The option that says when migrants set out."""


class Ring:
    """Counts what each island has made; every so often some of it goes to both neighbours."""

    def __init__(self, islands: int, every: int) -> None:
        """Let migrants set out whenever some island has made `every` more than at the last time."""
        self._made = [0] * islands
        self._every = every
        self._last = 0

    def made(self, island: int) -> bool:
        """Count one candidate of `island`; return whether migrants set out now."""
        self._made[island] += 1
        if len(self._made) == 1 or max(self._made) - self._last < self._every:
            return False
        self._last = max(self._made)
        return True

    def neighbours(self, island: int) -> tuple[int, ...]:
        """Return the islands next to `island`: two, or one where there are only two islands."""
        count = len(self._made)
        return tuple(dict.fromkeys(((island + 1) % count, (island - 1) % count)))
