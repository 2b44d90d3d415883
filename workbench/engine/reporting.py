"""What a proposer tells of one step: failed calls become events, the rest is live progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from workbench.engine.feed import Live
from workbench.engine.journal import Journal
from workbench.model import event as ev
from workbench.model.candidate import LineageId, digest_of
from workbench.propose.proposer import NoFurtherAttempt, Trouble
from workbench.store import Blob

Closing = Sequence[ev.LineageStopped]
"""Events that end a step which must not go on; none where they are in the journal already."""


def talk(prompt: tuple[bytes, ...], reply: bytes | None) -> list[Blob]:
    """Return what was sent and what came back as content to store."""
    return [Blob(part) for part in (*prompt, *(() if reply is None else (reply,)))]


class StepReporter:
    """Listens to the proposer of one lineage's step."""

    def __init__(
        self,
        number: LineageId,
        step: int,
        journal: Journal,
        ends: Callable[[float], Closing | None],
    ) -> None:
        """Tell of `step`. `ends` says whether it must end rather than wait so many seconds."""
        self._number = number
        self._step = step
        self._journal = journal
        self._ends = ends
        self._idle_until = -math.inf
        self._since = time.time()
        self.closing: Closing = ()
        """What ends the step, once `NoFurtherAttempt` was raised."""
        self._show("proposing")

    @property
    def waits(self) -> bool:
        """Whether no call is in flight, so that nothing is lost by cutting the step here."""
        return time.monotonic() < self._idle_until

    def say(self, text: str) -> None:
        """Show text as it arrives."""
        self._begin()
        self._show("proposing", text=text)

    def trouble(self, trouble: Trouble) -> None:
        """Record a failed call. Raises `NoFurtherAttempt` where it was the last one wanted."""
        failed = ev.CallFailed(
            lineage=self._number,
            step=self._step,
            model=trouble.model,
            failure=trouble.kind,
            message=trouble.message,
            attempt=trouble.attempt,
            retry_seconds=trouble.retry_seconds,
            spend=trouble.spend,
            prompt=tuple(digest_of(part) for part in trouble.prompt),
            reply=None if trouble.reply is None else digest_of(trouble.reply),
        )
        self._journal.post(failed, blobs=talk(trouble.prompt, trouble.reply))
        if trouble.retry_seconds is not None:
            self.wait(trouble.kind, trouble.retry_seconds)

    def wait(self, why: str, seconds: float | None = None) -> None:
        """Show what the next call waits for. Raises `NoFurtherAttempt` if none is wanted."""
        if not why:
            self._begin()
            return
        now, self._since = time.monotonic(), time.time()
        self._idle_until = math.inf if seconds is None else now + seconds
        until = 0.0 if seconds is None else self._since + seconds
        self._show("waiting", why=why, until=until)
        closing = self._ends(seconds or 0.0)
        if closing is not None:
            self.closing = closing
            raise NoFurtherAttempt

    def _begin(self) -> None:
        """A call is in flight from here on."""
        if self._idle_until > -math.inf:
            self._idle_until = -math.inf
            self._since = time.time()
            self._show("proposing")

    def _show(self, phase: str, *, text: str = "", why: str = "", until: float = 0.0) -> None:
        live = Live(self._number, phase, self._step, None, self._since, text, why, until)
        self._journal.hub.publish([live])
