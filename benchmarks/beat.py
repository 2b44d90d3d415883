"""An engine that only keeps time: a long session that goes on at a fixed number of events a second.

``python -m benchmarks.beat PLACE LINEAGES CANDIDATES RATE`` writes a session of made-up chains,
then serves it as an engine does (its own journal, hub, socket) while it appends at that rate.
It prints the session's directory when viewers may come, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import cast

from benchmarks.long import Chains, long_session
from workbench.engine.command import AnyCommand, Reply
from workbench.engine.engine import Engine
from workbench.engine.feed import Live
from workbench.engine.hub import Hub
from workbench.engine.journal import Journal
from workbench.engine.server import serve, socket_path
from workbench.model import event as ev
from workbench.store import SessionLock


class Metronome:
    """What the server needs of an engine."""

    over = False

    def __init__(self, journal: Journal) -> None:
        """Serve `journal`."""
        self.journal = journal
        self.hub = journal.hub

    async def send(self, command: AnyCommand) -> Reply:
        """Refuse every command."""
        return Reply(False, "this engine only keeps time")

    async def run(self, chains: Chains, rate: float) -> None:
        """Append `rate` events a second for ever, each step with its two changes of phase."""
        begun = time.monotonic()
        for count, (events, blob) in enumerate(chains.steps()):
            lineage = 1 + count % len(self.journal.session.lineages)
            for place, event in enumerate(events):
                await asyncio.sleep(begun + (3 * count + place) / rate - time.monotonic())
                self.journal.post(event, blobs=[blob] if place == 1 else [])
                phase = ("proposing", "verifying", "idle")[place]
                self.hub.publish([Live(lineage, phase, since=time.time())])


async def main(place: Path, lineages: int, candidates: int, rate: float) -> None:
    """Write the session, then keep time until standard input ends."""
    directory, chains = await long_session(place, lineages, candidates)
    with SessionLock(directory) as lock:
        async with Journal.open(lock, Hub()) as journal:
            opened = ev.EngineOpened(2, "here", "0", "bubblewrap · namespaces", "namespaces")
            await journal.post(opened)
            engine = Metronome(journal)
            path = socket_path(directory)
            async with serve(cast(Engine, engine), path):
                lock.announce(path)
                print(directory, flush=True)
                beat = asyncio.ensure_future(engine.run(chains, rate) if rate else asyncio.sleep(0))
                await asyncio.to_thread(sys.stdin.read)
                beat.cancel()


if __name__ == "__main__":
    lineages, candidates = map(int, sys.argv[2:4])
    asyncio.run(main(Path(sys.argv[1]), lineages, candidates, float(sys.argv[4])))
