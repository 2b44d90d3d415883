"""A long session, written without a search: what a viewer is given to open."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.starts import task_directory
from workbench.engine.create import Settings, create_session
from workbench.formats.load import load
from workbench.model import event as ev
from workbench.model.candidate import digest_of, digest_of_files
from workbench.model.limits import Limits, Spend
from workbench.model.verdict import Outcome, Verdict
from workbench.store import Blob, SessionLock
from workbench.store.writer import Store

BATCH = 500
"""Steps in one transaction."""


async def long_session(place: Path, lineages: int, candidates: int) -> Path:
    """Write a session of chains with `candidates` candidates in all; return its directory.

    Every fourth step improves its lineage's best, every tenth fails; each candidate is a small
    change of its parent's one file.
    """
    limits = Limits(evaluations=10 * candidates)
    task = load(task_directory(place)).task
    directory = await create_session(place, task, Settings(lineages=lineages, limits=limits))
    draw = random.Random(0)
    text = task.initial["solve.py"]
    best = dict.fromkeys(range(1, lineages + 1), 1)
    reward = dict.fromkeys(best, 0.0)
    number, step = 1, 0
    with SessionLock(directory) as lock:
        async with Store.open(lock) as store:
            opened = ev.EngineOpened(1, "here", "0", "bubblewrap · namespaces", "namespaces")
            store.submit(opened, _verdict(1, None, 0.0), elapsed=0.0)
            while number < candidates:
                step += 1
                for lineage in best:
                    number += 1
                    data = text + f"\n# {number}\n".encode()
                    files = {"solve.py": digest_of(data)}
                    made = ev.ProposalMade(
                        number, lineage, step, digest_of_files(files), files, (best[lineage],),
                        "refine", "mutation", note=f"EAST {draw.random():.4f}",
                        spend=Spend(proposals=1),
                    )  # fmt: skip
                    move = ev.MoveChosen(lineage, step, 0, "refine", (best[lineage],))
                    gains = draw.random() < 0.25
                    score = reward[lineage] + draw.random() * (0.1 if gains else -1.0)
                    failed = draw.random() < 0.1
                    verdict = _verdict(number, lineage, None if failed else score)
                    if gains and not failed:
                        best[lineage], reward[lineage] = number, score
                    elapsed = 0.02 * number
                    blobs = [Blob(data, digest_of(text))]
                    done = store.submit(move, made, verdict, blobs=blobs, elapsed=elapsed)
                if step % max(1, BATCH // lineages) == 0:
                    await done
            store.submit(ev.EngineClosed("interrupted"), elapsed=0.02 * number)
    return directory


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
