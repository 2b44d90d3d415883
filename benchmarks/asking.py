"""What a step costs that asks a model: the engine beside the provider's bare SDK, in one run.

The model is simulated, in a process of its own, and begins its answer after 200 ms.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from engine_support import new_session

from benchmarks import common
from benchmarks.steps import measure
from workbench.model import event as ev
from workbench.model.limits import Limits
from workbench.propose.llm.account import http_client
from workbench.propose.setup import Setup
from workbench.store import Reader

LATENCY = 0.2
LINEAGES = 8
MODEL = "anthropic:fake"
KEY = "sk-benchmark"


class Cost(NamedTuple):
    """CPU milliseconds of this process for each step, and for each bare call with its prompt."""

    engine_ms: float
    bare_ms: float
    rate: float
    """Steps per second of the engine."""


@contextmanager
def simulated() -> Iterator[str]:
    """Serve a simulated model in a process of its own; yield its address."""
    words = [common.workbench(), "dev", "fake-model", "--latency", str(LATENCY)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(word for word in process.stdout.readline().split() if "://" in word)
        finally:
            process.terminate()


async def steps(place: Path, url: str, count: int) -> Cost:
    """Run a session of eight lineages, then ask for the same answers without it."""
    os.environ |= {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url}
    setup = Setup((MODEL,))
    directory = await new_session(
        place,
        lineages=LINEAGES,
        proposer=setup.name,
        options=setup.recorded(),
        limits=Limits(evaluations=count + 1),
        max_barren=1_000_000,
    )
    # The first steps import the SDK and start the sandboxes.
    run = await measure(directory, warm=2 * LINEAGES)
    return Cost(run.engine_ms, await bare(url, asked(directory)), run.rate)


def asked(directory: Path) -> list[list[str]]:
    """Return the prompts of a session, each as the texts of its parts."""
    with Reader(directory) as reader:
        made = [r.event for r in reader.records() if isinstance(r.event, ev.ProposalMade)]
        texts = {digest: reader.blob(digest).decode() for x in made for digest in x.prompt}
    return [[texts[digest] for digest in x.prompt] for x in made if x.prompt]


async def bare(url: str, prompts: Sequence[list[str]]) -> float:
    """Ask with the SDK alone, as many at once; return this process's CPU ms for each call."""
    import anthropic

    client = anthropic.AsyncAnthropic(
        api_key=KEY, base_url=url, max_retries=0, http_client=http_client(KEY, True, {})
    )
    waiting = iter([*prompts[:LINEAGES], *prompts])

    async def ask() -> None:
        for parts in waiting:
            stream = await client.messages.create(
                model="fake",
                max_tokens=16_384,
                stream=True,
                messages=[
                    {"role": "user", "content": [{"type": "text", "text": x} for x in parts]}
                ],
            )
            async with stream:
                async for _ in stream:
                    pass

    async with client:
        begun = common.own_cpu()
        await asyncio.gather(*(ask() for _ in range(LINEAGES)))
        used = common.own_cpu() - begun
    return 1000 * used / (len(prompts) + LINEAGES)


async def with_a_model(place: Path, rounds: int, count: int) -> str:
    """Return the table, and the difference in words."""
    with simulated() as url:
        costs = [await steps(place, url, count) for _ in range(rounds)]
    added = [cost.engine_ms - cost.bare_ms for cost in costs]
    heads = ("lineages", "steps/s", "engine CPU ms", "bare SDK, CPU ms a call", "added, CPU ms")
    row = (
        LINEAGES,
        common.middle([cost.rate for cost in costs]),
        common.middle([cost.engine_ms for cost in costs]),
        common.middle([cost.bare_ms for cost in costs]),
        f"{statistics.median(added):.3g} ({min(added):.3g} to {max(added):.3g})",
    )
    return common.table(heads, [row])
