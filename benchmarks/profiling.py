"""Where the engine loop spends its time, with the stub verifier and no sandbox."""

from __future__ import annotations

import cProfile
import pstats
import sys
import threading
import time
from pathlib import Path

from benchmarks.common import own_cpu
from benchmarks.steps import measure, stubbed

_LINES = 25


async def profile(directory: Path) -> None:
    """Run the session under cProfile and print the dearest functions of the event loop's thread.

    The database has a thread of its own, which cProfile does not see: its CPU time is what is
    left of the process's, and is printed before the table.
    """
    profiler = cProfile.Profile()
    process, thread, begun = own_cpu(), time.thread_time(), time.perf_counter()
    with stubbed():
        profiler.enable()
        run = await measure(directory)
        profiler.disable()
    process, thread = own_cpu() - process, time.thread_time() - thread
    wall = time.perf_counter() - begun
    print(
        f"{run.evaluations} evaluations in {wall:.1f} s: {process:.2f} s CPU, of which "
        f"{thread:.2f} s event loop (profiled, so slower) and {process - thread:.2f} s other "
        f"threads ({threading.active_count()} alive now)"
    )
    for order in ("tottime", "cumtime"):
        pstats.Stats(profiler, stream=sys.stdout).sort_stats(order).print_stats(_LINES)
