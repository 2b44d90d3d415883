"""How long it takes to analyse a session of 100,000 candidates, and to write its report.

python -m benchmarks.analysis [--candidates 100000] [--lineages 16] [--rounds 3] [--write]
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks import common
from benchmarks.long import long_session
from workbench.analysis.report import html
from workbench.analysis.report.session import Origin, document
from workbench.analysis.whole import analyse
from workbench.cli.report import texts_of
from workbench.model.session import Session
from workbench.store import Reader

SECTION = "analysis"
ORIGIN = Origin("long", "benchmark")
T = TypeVar("T")


class Timed:
    """Seconds by what they were spent on."""

    def __init__(self) -> None:
        self.wall: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}

    def __call__(self, name: str, work: Callable[[], T]) -> T:
        """Do `work` and keep its time under `name`."""
        begun, used = time.perf_counter(), common.own_cpu()
        made = work()
        self.wall.setdefault(name, []).append(time.perf_counter() - begun)
        self.cpu.setdefault(name, []).append(common.own_cpu() - used)
        return made

    def rows(self) -> list[tuple[str, str, str]]:
        """Return a row for each name: wall and CPU seconds."""
        return [
            (name, common.middle(each), common.middle(self.cpu[name]))
            for name, each in self.wall.items()
        ]


def measure(path: Path, timed: Timed) -> None:
    """Read, analyse and report the session once."""
    with Reader(path) as reader:
        records = timed("read the journal", reader.records)
        session = timed("fold it", lambda: Session(records))
        texts = texts_of(reader)
        found = timed("analyse it", lambda: analyse(session, texts=texts, records=records))
        made = timed("put the report together", lambda: document(session, found, ORIGIN))
        timed("write it as a page", lambda: html.page(made))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int)
    parser.add_argument("--lineages", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    options = parser.parse_args()
    candidates, lineages = options.candidates or 100_000, options.lineages or 16
    timed, loads = Timed(), [common.load()]
    with common.own_places() as place:
        path, _ = asyncio.run(long_session(place, lineages, candidates))
        for _ in range(options.rounds):
            measure(path, timed)
            loads.append(common.load())
    stamp = common.stamp(common.command("analysis", options, ("candidates", "lineages")), loads)
    heads = (f"{candidates} candidates of {lineages} lineages", "seconds, median (min)", "CPU")
    common.publish(SECTION, f"{stamp}\n\n{common.table(heads, timed.rows())}", options.write)


if __name__ == "__main__":
    main()
