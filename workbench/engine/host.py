"""The engine's own process: ``python -m workbench.engine.host SESSION``.

Started by `spawn` in a session of its own, so a closed terminal or a stalled screen never touches
it. It writes one line of JSON to its standard output once it serves, or why it cannot.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from sandbox import SandboxUnavailable
from workbench.engine.engine import Engine, EngineFailed
from workbench.engine.hub import Hub
from workbench.engine.journal import Journal
from workbench.engine.launch import Launch
from workbench.engine.server import serve, socket_path
from workbench.formats.error import TaskError
from workbench.model.event import EngineClosed
from workbench.store import SessionLock, StoreError

EXPECTED = (StoreError, TaskError, SandboxUnavailable, EngineFailed, ValueError, OSError)
"""What may keep an engine from running: each says what to do."""


NOTHING_CHOSEN = Launch()


class Host:
    """One engine with its lock, its file and its socket, in whatever process it lives."""

    def __init__(
        self,
        directory: Path,
        launch: Launch = NOTHING_CHOSEN,
        *,
        attended: bool = True,
        on_open: Callable[[Engine], None] = lambda engine: None,
    ) -> None:
        """Prepare to run the session in `directory` as `launch` says.

        `on_open` sees the engine when its journal is loaded and nothing has happened yet: the
        moment to take a feed that misses nothing.
        """
        self._directory = directory
        self._launch = launch
        self._attended = attended
        self._on_open = on_open
        self.engine: Engine | None = None
        self.ready = asyncio.Event()

    async def run(self) -> EngineClosed:
        """Take the session's lock, serve and work until it is over. Raises one of `EXPECTED`."""
        lock = SessionLock(self._directory)
        lock.acquire()
        try:
            async with Journal.open(lock, Hub()) as journal:
                engine = Engine(
                    journal, self._launch, attended=self._attended, on_start=self.ready.set
                )
                self._on_open(engine)
                self.engine = engine
                path = socket_path(self._directory)
                async with serve(engine, path):
                    lock.announce(path)
                    closed = await engine.run()
                await self._finish(engine, closed)
                return closed
        finally:
            lock.release()

    async def _finish(self, engine: Engine, closed: EngineClosed) -> None:
        """Run the person's own command once the session is finished.

        It is theirs, so it has their whole environment, keys of models included.
        """
        command = self._launch.on_finish
        if command is None or closed.reason != "finished":
            return
        session = engine.journal.session
        best = session.best_candidate
        score = "" if best is None or best.verdict is None else str(best.verdict.score)
        told = {"WORKBENCH_SESSION": str(self._directory), "WORKBENCH_BEST_SCORE": score}
        process = await asyncio.create_subprocess_shell(
            command,
            env={**os.environ, **told},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            stderr=sys.stderr,
        )
        code = await process.wait()
        if code != 0:
            print(f"workbench: --on-finish exited with {code}: {command}", file=sys.stderr)


async def _main(directory: Path, launch: Launch) -> int:
    host = Host(directory, launch)
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(host.run())

    def checkpoint() -> None:
        if host.engine is None:
            running.cancel()
        else:
            host.engine.shutdown()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, checkpoint)
    ready = asyncio.ensure_future(host.ready.wait())
    await asyncio.wait({running, ready}, return_when=asyncio.FIRST_COMPLETED)
    if ready.done():
        _tell({"ready": True})
    ready.cancel()
    try:
        await running
    except asyncio.CancelledError:
        return 130
    except EXPECTED as error:
        _tell({"error": str(error)})
        print(f"workbench: {error}", file=sys.stderr)
        return 1
    return 0


def _tell(message: dict[str, object]) -> None:
    """Speak to whoever started this process; it may have left already."""
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        sys.stdout = sys.stderr


def main() -> int:
    """Run the session named on the command line."""
    parser = argparse.ArgumentParser(prog="workbench-engine")
    parser.add_argument("session", type=Path)
    parser.add_argument("--launch", default="{}", help="what was chosen for this run, as JSON")
    given = parser.parse_args()
    return asyncio.run(_main(given.session, msgspec.json.decode(given.launch, type=Launch)))


if __name__ == "__main__":
    sys.exit(main())
