"""Running a session in this very process, under `plain` or `json`."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from workbench.cli import DONE, FAILED, INTERRUPTED, CommandFailed
from workbench.cli.front import Follow
from workbench.cli.sessions import how_to_resume
from workbench.engine.engine import Engine
from workbench.engine.host import EXPECTED, Host
from workbench.engine.launch import Launch
from workbench.engine.local import LocalFeed
from workbench.store import Reader, StoreError


def run_here(directory: Path, follow: Follow, launch: Launch) -> int:
    """Host the engine here; ctrl+c and SIGTERM make a clean checkpoint.

    Raises `CommandFailed` when the engine cannot run, and `OSError` when nobody takes the output
    any more (the session is then checkpointed too).
    """
    here = _Here(directory, follow)
    try:
        return asyncio.run(here.run(launch))
    except KeyboardInterrupt:  # before the engine could listen for signals
        print(how_to_resume(directory), file=sys.stderr)
        return INTERRUPTED


class _Here:
    """One run: an engine, and one front end that watches it."""

    def __init__(self, directory: Path, follow: Follow) -> None:
        self._directory = directory
        self._follow = follow
        self._engine: Engine | None = None
        self._following: asyncio.Task[None] | None = None
        self._reader: Reader | None = None
        self._signalled = False

    async def run(self, launch: Launch) -> int:
        host = Host(self._directory, launch, attended=False, on_open=self._open)
        running = asyncio.ensure_future(host.run())

        def checkpoint() -> None:
            self._signalled = True
            if self._engine is None:
                running.cancel()
            else:
                self._engine.shutdown()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, checkpoint)
        try:
            closed = await running
        except asyncio.CancelledError:
            print(how_to_resume(self._directory), file=sys.stderr)
            return INTERRUPTED
        except StoreError as error:
            raise CommandFailed(str(error)) from None
        except EXPECTED as error:
            raise CommandFailed(f"{error}\n{how_to_resume(self._directory)}") from None
        finally:
            await self._last_words()
        if closed.reason == "finished":
            return DONE
        print(f"{closed.detail}\n{how_to_resume(self._directory)}".strip(), file=sys.stderr)
        return INTERRUPTED if self._signalled else FAILED

    def _open(self, engine: Engine) -> None:
        self._engine = engine
        self._reader = Reader(self._directory)
        feed = LocalFeed(engine, self._reader)
        self._following = asyncio.ensure_future(self._follow(feed, self._directory, sys.stdout))
        # A front end that fails has lost its reader: nobody watches what is spent from here on.
        self._following.add_done_callback(lambda _: engine.shutdown())

    async def _last_words(self) -> None:
        """Let the front end print what it has yet to print. Raises what made it fail."""
        if self._engine is None or self._following is None or self._reader is None:
            return
        self._engine.hub.close()  # an engine that failed early has not said that it is over
        try:
            await self._following
        except OSError:
            if not self._signalled:
                print(how_to_resume(self._directory), file=sys.stderr)
            raise
        finally:
            self._reader.close()
