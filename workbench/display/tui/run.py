"""A session in hand: drains its feed into a view, carries commands, fetches texts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from workbench.display import text
from workbench.display.opener import Attached, Exit
from workbench.display.tui.comparisons import Comparisons
from workbench.display.tui.notify import Notices
from workbench.display.tui.view import View
from workbench.engine.command import AnyCommand, Reply
from workbench.model.candidate import Candidate
from workbench.model.event import Record
from workbench.store import spoken

_BREATHE = 200
"""Updates taken in a row before the event loop gets its turn."""
_TEXTS = 64
"""Texts kept in memory; blobs never change, so they are fetched once."""


class Run:
    """One attached session. Knows no widget."""

    def __init__(self, attached: Attached, on_change: Callable[[], None] = lambda: None) -> None:
        """Take over `attached`, which `close` will let go; say so whenever something is new."""
        self.attached = attached
        self._on_change = on_change
        self.view = View(attached.feed)
        self.notices = Notices(attached.feed.session)
        self.comparisons = Comparisons(self.files)
        self._texts: dict[str, str] = {}

    @property
    def resume_command(self) -> str:
        """The command that opens this session again."""
        return f"workbench resume {spoken(Path(self.attached.path))}"

    async def drain(self) -> None:
        """Take every update into the view until the feed ends or breaks off."""
        taken = 0
        try:
            async for update in self.attached.feed.updates():
                self.view.note(update)
                if isinstance(update, Record):
                    self.notices.note(update)
                self._on_change()
                taken += 1
                if taken % _BREATHE == 0:
                    await asyncio.sleep(0)  # a feed that never waits must not hold the screen
        except ConnectionError:
            self.view.end("gone")
        else:
            # A journal that ends with its run still open has lost its engine without a checkpoint.
            self.view.end("closed" if self.view.session.engine is None else "gone")
        self._on_change()

    async def send(self, command: AnyCommand) -> Reply:
        """Send `command`; a missing or vanished engine gives a refusal that says what to do."""
        control = self.attached.control
        if control is None:
            return Reply(False, f"view only: open it to steer with: {self.resume_command}")
        try:
            return await control.send(command)
        except ConnectionError:
            self.view.end("gone")
            return Reply(False, f"the engine is gone: resume with {self.resume_command}")

    async def text(self, digest: str) -> str:
        """Return stored content as clean text; says so if the session has lost it."""
        known = self._texts.get(digest)
        if known is None:
            try:
                data = await self.attached.feed.blob(digest)
            except KeyError:
                return f"(content {digest[:12]} is not in the session file)"
            known = text.clean(data.decode("utf-8", "replace"))
            self._remember(digest, known)
        return known

    def _remember(self, digest: str, content: str) -> None:
        if len(self._texts) >= _TEXTS:
            del self._texts[next(iter(self._texts))]
        self._texts[digest] = content

    async def raw_files(self, candidate: Candidate) -> dict[str, str]:
        """Return a candidate's files as they are, for copying and editing.

        Raises `KeyError` if a content is missing and `UnicodeDecodeError` if it is no text.
        """
        feed = self.attached.feed
        return {
            path: (await feed.blob(digest)).decode() for path, digest in candidate.files.items()
        }

    async def files(self, candidate: Candidate | None) -> dict[str, str]:
        """Return a candidate's files as clean text; none for no candidate."""
        if candidate is None:
            return {}
        return {path: await self.text(digest) for path, digest in candidate.files.items()}

    def leave(self, message: str = "", stopped: bool = False) -> Exit:
        """Say what a person leaves behind by closing the screen now.

        `stopped` means that the engine has just been told to end.
        """
        session = self.view.session
        alive = session.state in ("running", "pausing", "paused")
        running = self.view.attached and alive and not stopped
        verb = "attach" if running else "show" if session.state == "finished" else "resume"
        return Exit(
            path=self.attached.path,
            resume=f"workbench {verb} {spoken(Path(self.attached.path))}",
            running=running,
            may_spend=text.remaining(session.limits, session.spent, session.elapsed),
            message=message,
        )
