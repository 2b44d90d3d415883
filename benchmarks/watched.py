"""The terminal UI with a watch on its event loop: ``python -m benchmarks.watched SESSION FILE``.

Writes the delays that timers of the loop suffered, in seconds, as JSON to FILE when it is left.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

from workbench.cli.desk import FullDesk
from workbench.display.tui import run_app

TICK = 0.02


async def _delays(found: list[float]) -> None:
    while True:
        due = time.perf_counter() + TICK
        await asyncio.sleep(TICK)
        found.append(max(0.0, time.perf_counter() - due))


async def main(session: str, target: Path) -> None:
    """Show the session until it is left."""
    found: list[float] = []
    watch = asyncio.create_task(_delays(found))
    await run_app(FullDesk(), session)
    watch.cancel()
    target.write_text(json.dumps(found))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
