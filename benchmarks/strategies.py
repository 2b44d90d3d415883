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
from collections.abc import Iterator

from benchmarks import common
from workbench.model import event as ev
from workbench.model.candidate import INITIAL, digest_of
from workbench.model.event import Record
from workbench.model.limits import Limits, Spend
from workbench.model.lineage import Lineage
from workbench.model.move import rng_for
from workbench.model.session import Session
from workbench.model.traits import Traits
from workbench.model.verdict import Direction, Outcome, Verdict
from workbench.search.registry import strategies, strategy

DOCUMENT = common.ROOT / "docs" / "strategies.md"
SIZES = (100, 1000, 10_000)
SEED = 0
INSTANCES = 20
WORST_MS = 2.0
"""What p99 has to stay below at every size."""


class Grown:
    """A lineage that a strategy grows, without an engine."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.session = Session()
        self._chance = random.Random(SEED)
        for event in _opening(name):
            self._apply(event)

    @property
    def lineage(self) -> Lineage:
        """The lineage as its events tell it."""
        return self.session.lineages[1]

    def _apply(self, event: ev.AnyEvent) -> None:
        self.session.apply(Record(self.session.seq + 1, 0.0, 0.0, event))

    def steps(self, count: int) -> Iterator[float]:
        """Make steps until there are `count`; yield the seconds of each move."""
        chosen = strategy(self.name)
        lineage, chance = self.lineage, self._chance
        while lineage.step < count:
            step = lineage.step + 1
            rng = rng_for(SEED, 1, step, "move")
            begun = time.thread_time()
            move = chosen.next_move(lineage, rng)
            yield time.thread_time() - begun
            self._apply(ev.MoveChosen(1, step, 0, move.operator, move.parents, move.inspirations))
            if chance.random() < 0.1:
                self._apply(ev.ProposalFailed(1, step, "duplicate", "", spend=Spend(proposals=1)))
                continue
            number = len(self.session.candidates) + 1
            text = digest_of(b"%d" % number)
            size = chance.randint(500, 5000)
            traits = Traits(size, size // 30, f"{chance.getrandbits(127):x}", text)
            self._apply(
                ev.ProposalMade(
                    candidate=number,
                    lineage=1,
                    step=step,
                    digest=text,
                    files={"solve.py": text},
                    parents=move.parents,
                    operator=move.operator,
                    proposer="none",
                    traits=traits,
                )
            )
            before = self.session.candidates[move.parents[0]].reward or 0.0
            self._apply(ev.VerdictReached(number, 1, _verdict(chance, before)))

    def resumed(self) -> float:
        """Return the seconds of the first move of a strategy that knows nothing yet."""
        rng = rng_for(SEED, 1, self.lineage.step + 1, "move")
        begun = time.thread_time()
        strategy(self.name).next_move(self.lineage, rng)
        return time.thread_time() - begun


def _opening(name: str) -> list[ev.AnyEvent]:
    created = ev.SessionCreated(
        format=ev.FORMAT,
        version="0",
        task="none",
        title="",
        task_digest="",
        task_files={},
        verifier_digest="",
        direction=Direction.MAXIMIZE,
        seed=SEED,
        limits=Limits(),
    )
    initial = ev.ProposalMade(INITIAL, None, 0, "0", {"solve.py": "0"}, (), "initial", "task")
    verdict = ev.VerdictReached(INITIAL, None, Verdict(Outcome.SCORED, "", 0.0, 0.0))
    return [created, initial, verdict, ev.LineageCreated(1, name, "none", SEED, INITIAL)]


def _verdict(chance: random.Random, before: float) -> Verdict:
    """Return a reward near the parent's, with the scores of some instances; a fifth has none."""
    if chance.random() < 0.2:
        return Verdict(Outcome.INFEASIBLE, "")
    reward = before + chance.gauss(0.0, 1.0)
    metrics = {f"instance/{n}": float(round(reward + chance.gauss(0, 3))) for n in range(INSTANCES)}
    return Verdict(Outcome.SCORED, "", reward, reward, metrics)


def measure(name: str, sizes: tuple[int, ...] = SIZES) -> tuple[list[list[float]], float]:
    """Return the milliseconds of moves at each size, and of the first move after a resume."""
    grown = Grown(name)
    found = []
    for size in sizes:
        times = [1000 * seconds for seconds in grown.steps(size)]
        found.append(times[-max(1, size // 10) :])
    return found, 1000 * grown.resumed()


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
