"""A long session, written without a search: what a viewer is given to open and to follow."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.starts import task_directory
from workbench.engine.create import Settings, create_session
from workbench.formats.load import load
from workbench.model import event as ev
from workbench.model.candidate import digest_of, digest_of_files
from workbench.model.event import AnyEvent
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Outcome, Verdict
from workbench.store import Blob, SessionLock
from workbench.store.writer import Store

BATCH = 500
"""Steps in one transaction."""
_ISOLATION = "bubblewrap · namespaces"


class Chains:
    """Made-up chains: every fourth step improves its lineage's best, every tenth is infeasible."""

    def __init__(self, initial: bytes, lineages: int) -> None:
        """Start `lineages` chains at the candidate 1, whose one file is `initial`."""
        self._initial = initial
        self._draw = random.Random(0)
        self._best = dict.fromkeys(range(1, lineages + 1), 1)
        self._reward = dict.fromkeys(self._best, 0.0)
        self._step = dict.fromkeys(self._best, 0)
        self.number = 1
        """The newest candidate."""

    def opened(self) -> tuple[AnyEvent, ...]:
        """Return what stands before the first step."""
        opened = ev.EngineOpened(1, "here", "0", _ISOLATION, "namespaces")
        return opened, _verdict(1, None, 0.0)

    def steps(self) -> Iterator[tuple[tuple[AnyEvent, ...], Blob]]:
        """Yield the three events of a step and its file, lineage by lineage, without end."""
        while True:
            for lineage in self._best:
                yield self._next(lineage)

    def _next(self, lineage: int) -> tuple[tuple[AnyEvent, ...], Blob]:
        self.number += 1
        self._step[lineage] += 1
        number, step, parent = self.number, self._step[lineage], self._best[lineage]
        data = self._initial + f"\n# {number}\n".encode()
        files = {"solve.py": digest_of(data)}
        made = ev.ProposalMade(
            number, lineage, step, digest_of_files(files), files, (parent,), "refine", "mutation",
            note=f"EAST {self._draw.random():.4f}", spend=Spend(proposals=1),
        )  # fmt: skip
        gains = self._draw.random() < 0.25
        score = self._reward[lineage] + self._draw.random() * (0.1 if gains else -1.0)
        failed = self._draw.random() < 0.1
        if gains and not failed:
            self._best[lineage], self._reward[lineage] = number, score
        verdict = _verdict(number, lineage, None if failed else score)
        move = ev.MoveChosen(lineage, step, 0, "refine", (parent,))
        return (move, made, verdict), Blob(data, digest_of(self._initial))


async def long_session(place: Path, lineages: int, candidates: int) -> tuple[Path, Chains]:
    """Write a session of chains with `candidates` candidates; return its directory and them."""
    limits = Limits(evaluations=10 * candidates)
    task = load(task_directory(place)).task
    directory = await create_session(place, task, Settings(lineages=lineages, limits=limits))
    chains = Chains(task.initial["solve.py"], lineages)
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            store.submit(*chains.opened(), elapsed=0.0)
            for events, blob in chains.steps():
                elapsed = 0.02 * chains.number
                done = store.submit(*events, blobs=[blob], elapsed=elapsed)
                if chains.number % BATCH == 0:
                    await done
                if chains.number >= candidates:
                    break
            store.submit(ev.EngineClosed("interrupted"), elapsed=0.02 * chains.number)
    return directory, chains


def _verdict(number: int, lineage: int | None, score: float | None) -> ev.VerdictReached:
    if score is None:
        verdict = Verdict(Outcome.INFEASIBLE, "a hard constraint is broken", score=0.0)
    else:
        verdict = Verdict(
            Outcome.SCORED, f"height {score:.6g}", score=score, reward=score,
            metrics={"east": score}, seconds=0.04, cpu_seconds=0.05, max_rss=10 << 20,
            verifier="v", tier="namespaces",
        )  # fmt: skip
    return ev.VerdictReached(number, lineage, verdict)
