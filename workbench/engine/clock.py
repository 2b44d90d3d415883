"""Active time of a session: wall time summed over its runs, stopped while everything is paused."""

from __future__ import annotations

import time


class ActiveClock:
    """Counts seconds on the monotonic clock while running."""

    def __init__(self, before: float = 0.0) -> None:
        """Start stopped, with what earlier runs used."""
        self._before = before
        self._since: float | None = None

    @property
    def running(self) -> bool:
        """Whether time counts now."""
        return self._since is not None

    def run(self, running: bool) -> None:
        """Let time count, or stop it; a repeated call changes nothing."""
        if running == self.running:
            return
        if running:
            self._since = time.monotonic()
        else:
            self._before = self.elapsed
            self._since = None

    @property
    def elapsed(self) -> float:
        """Active seconds so far."""
        since = 0.0 if self._since is None else time.monotonic() - self._since
        return self._before + since
