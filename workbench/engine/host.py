"""The engine's own process: ``python -m workbench.engine.host SESSION``.

Started by `spawn` in a session of its own, so a closed terminal or a stalled screen never touches
it. It writes one line of JSON to its standard output once it serves, or why it cannot.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from sandbox import SandboxUnavailable
from workbench.engine.engine import Engine, EngineFailed
from workbench.engine.server import serve, socket_path
from workbench.formats import TaskError
from workbench.model.event import EngineClosed
from workbench.model.limits import Limits
from workbench.store import SessionLock, Store, StoreError

EXPECTED = (StoreError, TaskError, SandboxUnavailable, EngineFailed, ValueError)
"""What may keep an engine from running: each says what to do."""


class Host:
    """One engine with its lock, its file and its socket, in whatever process it lives."""

    def __init__(self, directory: Path, *, slots: int | None = None, attended: bool = True) -> None:
        """Prepare to run the session in `directory`."""
        self._directory = directory
        self._slots = slots
        self._attended = attended
        self.engine: Engine | None = None
        self.ready = asyncio.Event()

    async def run(self, limits: Limits | None = None) -> EngineClosed:
        """Take the session's lock, serve and work until it is over.

        `limits`, if given, replace the session's budget first. Raises one of `EXPECTED`.
        """
        lock = SessionLock(self._directory)
        lock.acquire()
        try:
            async with Store.open(lock) as store:
                engine = Engine(store, slots=self._slots, attended=self._attended)
                await engine.load()
                if limits is not None:
                    await engine.change_budget(limits)
                self.engine = engine
                path = socket_path(self._directory)
                async with serve(engine, path):
                    lock.publish(socket=str(path))
                    self.ready.set()
                    closed = await engine.run()
                await self._finish(engine, closed)
                return closed
        finally:
            lock.release()

    async def _finish(self, engine: Engine, closed: EngineClosed) -> None:
        """Run the person's own command once the session is finished."""
        command = engine.journal.session.facts.on_finish
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


async def _main(directory: Path, limits: Limits | None) -> int:
    host = Host(directory)
    loop = asyncio.get_running_loop()
    running = asyncio.ensure_future(host.run(limits))

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
    """Run the session named on the command line; a second argument is its new budget in JSON."""
    import msgspec

    limits = msgspec.json.decode(sys.argv[2], type=Limits) if len(sys.argv) > 2 else None
    return asyncio.run(_main(Path(sys.argv[1]), limits))


if __name__ == "__main__":
    sys.exit(main())
