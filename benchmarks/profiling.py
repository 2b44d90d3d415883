"""Where the engine loop spends its time, with the stub verifier and no sandbox."""

from __future__ import annotations

import cProfile
import pstats
import sys
import time
from pathlib import Path

from benchmarks.common import own_cpu
from benchmarks.steps import measure, stubbed

_LINES = 25


async def profile(warming: Path, directory: Path) -> None:
    """Run the session under cProfile and print the dearest functions of the event loop's thread.

    Its times are wall times: `poll` is waiting, not work. The database has a thread of its own,
    which cProfile does not see: its CPU is what is left of the process's, printed first.
    """
    profiler = cProfile.Profile()
    with stubbed():
        await measure(warming)  # imports, once and for all
        process, thread, begun = own_cpu(), time.thread_time(), time.perf_counter()
        profiler.enable()
        run = await measure(directory)
        profiler.disable()
    process, thread = own_cpu() - process, time.thread_time() - thread
    wall = time.perf_counter() - begun
    print(
        f"{run.evaluations} evaluations in {wall:.1f} s: {process:.2f} s CPU, of which "
        f"{thread:.2f} s event loop (profiled, so slower), {process - thread:.2f} s other threads"
    )
    for order in ("tottime", "cumtime"):
        pstats.Stats(profiler, stream=sys.stdout).strip_dirs().sort_stats(order).print_stats(_LINES)
