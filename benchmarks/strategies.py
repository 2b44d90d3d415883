"""What a strategy's next move costs as its lineage grows.

    python -m benchmarks.strategies [--write]

Each strategy grows a lineage of its own: rewards are those of a random walk down the tree, every
fifth candidate is infeasible, every tenth step gives none. Timed is each `next_move` with what it
folds of the step before, on the last tenth of the steps up to each size; then the first move of a
resumed lineage of the largest size, which folds it all. Times are of this thread's CPU, so that a
loaded machine does not count.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time

from grown import Grown

from benchmarks import common
from workbench.search.registry import strategies, strategy

DOCUMENT = common.ROOT / "docs" / "strategies.md"
SIZES = (100, 1000, 10_000)
SEED = 0
INSTANCES = 20
WORST_MS = 2.0
"""What p99 has to stay below at every size."""


def measure(name: str, sizes: tuple[int, ...] = SIZES) -> tuple[list[list[float]], float]:
    """Return the milliseconds of moves at each size, and of the first move after a resume."""
    grown, chosen, chance = Grown(), strategy(name), random.Random(SEED)
    found = []
    for size in sizes:
        times = []
        while grown.lineage.step < size:
            begun = time.thread_time()
            move = grown.next(chosen)
            times.append(1000 * (time.thread_time() - begun))
            grown.take(move, chance, INSTANCES)
        found.append(times[-max(1, size // 10) :])
    begun = time.thread_time()
    grown.next(strategy(name))  # it knows nothing yet
    return found, 1000 * (time.thread_time() - begun)


def main(options: argparse.Namespace) -> int:
    """Measure every strategy, print, write; return the exit code."""
    loads, rows, slow = [common.load()], [], []
    for name in strategies():
        found, resumed = measure(name)
        p99s = [_p99(times) for times in found]
        cells = [f"{statistics.median(x):.3f} / {_p99(x):.3f}" for x in found]
        rows.append((f"`{name}`", *cells, f"{resumed:.0f}"))
        print(*rows[-1], sep="  ", flush=True)
        slow += [name] if max(p99s) > WORST_MS else []
        loads.append(common.load())
    heads = ("strategy", *(f"{size:,} steps: p50 / p99 ms" for size in SIZES))
    text = f"{common.stamp('python -m benchmarks.strategies', loads)}\n\n"
    text += common.table([*heads, f"first move after a resume at {SIZES[-1]:,}, ms"], rows)
    common.publish("strategies", text, options.write, DOCUMENT)
    if slow:
        print(f"p99 above {WORST_MS:g} ms: {', '.join(slow)}", file=sys.stderr)
    return 1 if slow else 0


def _p99(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(0.99 * len(times)))]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="into docs/strategies.md")
    sys.exit(main(parser.parse_args()))
