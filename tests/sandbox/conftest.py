from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sandbox_helpers import RunPython, python_job

from sandbox import Backend, Execution, Lease, Spec
from sandbox.bubblewrap import Bubblewrap


@pytest.fixture(scope="session")
def usable() -> Backend:
    """Return a backend that works here; it holds nothing that belongs to an event loop."""
    backend = Bubblewrap()
    capabilities = asyncio.run(backend.probe())
    if not capabilities.usable:
        pytest.skip(f"no bubblewrap here: {capabilities.problem}")
    return backend


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lease(usable: Backend) -> AsyncIterator[Lease]:
    """One lease for a module: every run must start empty anyway."""
    async with await usable.open(Spec()) as lease:
        yield lease


@pytest.fixture
def python(lease: Lease) -> RunPython:
    """Run Python source in the lease; keyword arguments are limits, or `files` and `collect`."""

    async def run(
        source: str,
        *arguments: str,
        files: dict[str, bytes] | None = None,
        collect: tuple[str, ...] = (),
        **limits: float,
    ) -> Execution:
        return await lease.run(
            python_job(source, *arguments, files=files, collect=collect, **limits)
        )

    return run
