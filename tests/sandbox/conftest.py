from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sandbox_helpers import RunPython, python_job

from sandbox import Backend, Execution, Lease, Spec
from sandbox.bubblewrap import Bubblewrap


@pytest.fixture(scope="session")
def bubblewrap() -> Bubblewrap:
    return Bubblewrap()


@pytest.fixture
async def usable(bubblewrap: Bubblewrap) -> Backend:
    capabilities = await bubblewrap.probe()
    if not capabilities.usable:
        pytest.skip(f"no bubblewrap here: {capabilities.problem}")
    return bubblewrap


@pytest.fixture
async def lease(usable: Backend) -> AsyncIterator[Lease]:
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
