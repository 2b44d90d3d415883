"""Diffs and colours, made in threads and kept for a while: both never change once made."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Generic, TypeVar

from workbench.display.tui.render.diff import Diff, FileDiff, compare
from workbench.display.tui.render.syntax import Spans, highlight
from workbench.model.candidate import Candidate, digest_of

T = TypeVar("T")
Files = Callable[[Candidate], Awaitable[dict[str, str]]]
"""Fetches the clean texts of a candidate."""

DIFFS, COLOURED = 24, 16
"""Diffs and coloured texts that are kept."""


class Kept(Generic[T]):
    """Results by name, made once each; of too many the oldest are dropped."""

    def __init__(self, most: int) -> None:
        """Keep `most` of them."""
        self._most = most
        self._tasks: dict[str, asyncio.Task[T]] = {}

    async def get(self, name: str, make: Callable[[], Coroutine[object, object, T]]) -> T:
        """Return what is kept under `name`; make it if need be.

        Who no longer waits for it does not stop it: it is at hand when asked for again.
        """
        task = self._tasks.get(name)
        if task is None:
            if len(self._tasks) >= self._most:
                del self._tasks[next(iter(self._tasks))]
            task = self._tasks[name] = asyncio.create_task(make())
            task.add_done_callback(lambda done: self._forget_failed(name, done))
        return await asyncio.shield(task)

    def _forget_failed(self, name: str, task: asyncio.Task[T]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._tasks.get(name) is task:
            del self._tasks[name]


class Comparisons:
    """Compares candidates of one session."""

    def __init__(self, files: Files) -> None:
        """Fetch texts through `files`."""
        self._files = files
        self._diffs: Kept[Diff] = Kept(DIFFS)
        self._colours: Kept[tuple[Spans, ...]] = Kept(COLOURED)

    async def diff(self, base: Candidate, shown: Candidate) -> Diff:
        """Return what changed from one candidate to another."""

        async def make() -> Diff:
            old, new = await self._files(base), await self._files(shown)
            paths = {*base.files, *shown.files}
            unequal = frozenset(x for x in paths if base.files.get(x) != shown.files.get(x))
            return await asyncio.to_thread(compare, old, new, unequal)

        return await self._diffs.get(f"{base.digest} {shown.digest}", make)

    async def colours(self, file: FileDiff) -> tuple[tuple[Spans, ...], tuple[Spans, ...]]:
        """Return the coloured stretches of a file's lines, before and after."""
        return await self._coloured(file.path, file.old), await self._coloured(file.path, file.new)

    async def _coloured(self, path: str, lines: tuple[str, ...]) -> tuple[Spans, ...]:
        async def make() -> tuple[Spans, ...]:
            return await asyncio.to_thread(highlight, path, lines)

        digest = digest_of("\n".join(lines).encode("utf-8", "replace"))
        return await self._colours.get(f"{digest} {path}", make)
