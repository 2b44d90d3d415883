"""A writer in a process of its own, for tests that kill it or starve it of disk.

Usage: writing.py ack DIRECTORY         acknowledge every durable record on stdout, until killed
       writing.py fill DIRECTORY BYTES  write until it breaks, then report as JSON
       writing.py hold DIRECTORY        hold the lock until stdin ends
       writing.py raise DIRECTORY       fail inside the open store
BYTES caps the size of any file this process writes; 0 means no cap.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
from pathlib import Path

from journals import make, opened

from workbench.model import event as ev
from workbench.store import JournalBroken, Reader, SessionLock, Store


async def acknowledge(directory: Path) -> None:
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            await store.submit(opened(), elapsed=0.0)

            async def produce(name: int) -> None:
                while True:
                    blob = os.urandom(600)
                    done = await store.submit(
                        ev.Heartbeat(), ev.Heartbeat(), blobs=[blob], elapsed=0.0
                    )
                    os.write(1, f"{done[-1].seq}\n".encode())

            await asyncio.gather(*(produce(name) for name in range(8)))


async def fill(directory: Path, cap: int) -> None:
    await make(directory)
    if cap:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (cap, cap))
    durable = 0
    later = ""
    with SessionLock(directory) as lock:
        try:
            async with Store.open(lock) as store:
                waiting: list[asyncio.Future[list[ev.Record]]] = []
                try:
                    while True:
                        waiting = [
                            store.submit(ev.Heartbeat(), blobs=[os.urandom(20_000)], elapsed=0.0)
                            for _ in range(3)
                        ]
                        for future in waiting:
                            durable = (await future)[-1].seq
                except JournalBroken:
                    states = [isinstance(x.exception(), JournalBroken) for x in waiting]
                    later = type(store.submit(ev.Heartbeat(), elapsed=0.0).exception()).__name__
        except JournalBroken as error:
            told = error
    with Reader(directory) as reader:
        records = reader.records()
        blobs = [reader.blob(digest) for digest in reader.digests()]
    report = {
        "durable": durable,
        "told": told.durable,
        "advice": told.advice,
        "failed": states,
        "later": later,
        "records": len(records),
        "blobs": len(blobs),
    }
    print(json.dumps(report))


async def hold(directory: Path) -> None:
    with SessionLock(directory) as lock:
        lock.announce(directory / "engine.sock")
        print("held", flush=True)
        sys.stdin.read()


async def fail(directory: Path) -> None:
    await make(directory)
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            store.submit(ev.Heartbeat(), elapsed=0.0)
            raise LookupError("a fault of the engine")


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "ack":
        asyncio.run(acknowledge(where))
    elif what == "fill":
        asyncio.run(fill(where, int(sys.argv[3])))
    elif what == "hold":
        asyncio.run(hold(where))
    else:
        asyncio.run(fail(where))
