"""Try every property on a backend, warm and cold, and report each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace

from sandbox.api import Backend, SandboxUnavailable
from sandbox.selfcheck import ending, files, starting
from sandbox.selfcheck.trial import SPEC, Broken, Trial

PROPERTIES = (*starting.PROPERTIES, *files.PROPERTIES, *ending.PROPERTIES)
_SECONDS = 60.0


@dataclass(frozen=True)
class Result:
    """What came of trying one property."""

    name: str
    start: str
    """`warm` (forked from a running interpreter) or `cold` (started anew)."""
    problem: str | None
    """Why it does not hold; None when it does."""
    seconds: float


async def ways_to_start(backend: Backend) -> tuple[bool, ...]:
    """Return the values of `Spec.warm` worth trying; raises SandboxUnavailable."""
    capabilities = await backend.probe()
    if not capabilities.usable:
        raise SandboxUnavailable(capabilities.problem)
    return (True, False) if capabilities.cold is None else (False,)


async def check(backend: Backend, starts: Sequence[bool]) -> AsyncIterator[Result]:
    """Yield the result of each property for each way to start, as it comes.

    Raises SandboxUnavailable when not even a lease can be opened.
    """
    for warm in starts:
        async with AsyncExitStack() as stack:
            lease = await stack.enter_async_context(await backend.open(replace(SPEC, warm=warm)))
            trial = Trial(backend, lease, warm)
            for tried in PROPERTIES:
                begun = time.monotonic()
                problem = None
                try:
                    async with asyncio.timeout(_SECONDS):
                        await tried(trial)
                except TimeoutError:
                    problem = f"no answer within {_SECONDS:g} s"
                except Broken as error:
                    problem = str(error)
                # A check reports whatever goes wrong in the sandbox, it does not die of it.
                except Exception as error:
                    problem = f"{type(error).__name__}: {error}"
                name = (tried.__doc__ or tried.__name__).strip()
                start = "warm" if warm else "cold"
                yield Result(name, start, problem, time.monotonic() - begun)
