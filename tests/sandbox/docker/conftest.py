"""The engine that the tests of this folder use: a real one, a private one, or none and why."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from private_engine import Missing, answers, private_engine

from sandbox import Lease, SandboxUnavailable, Spec
from sandbox.docker import Docker
from sandbox.docker.engine import find_address


@pytest.fixture(scope="session")
def engine_address() -> Iterator[str]:
    """Return the address of an engine; without one the test is skipped with the reason."""
    try:
        address = find_address()
    except SandboxUnavailable:
        address = ""
    if os.environ.get("DOCKER_HOST") or (address and answers(address)):
        yield address
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", f"pid{os.getpid()}")
    try:
        with private_engine(run) as address:
            yield address
    except Missing as reason:
        pytest.skip(f"no Docker Engine: {reason}")


@pytest.fixture(scope="module")
def docker(engine_address: str) -> Iterator[Docker]:
    """A backend on that engine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", engine_address)
        yield Docker()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["warm", "fresh"])
async def lease(docker: Docker, request: pytest.FixtureRequest) -> AsyncIterator[Lease]:
    """One container for the module, and then a new one for every run."""
    async with await docker.open(Spec(warm=request.param == "warm")) as lease:
        yield lease


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def warm(docker: Docker) -> AsyncIterator[Lease]:
    """One container for the module."""
    async with await docker.open(Spec()) as lease:
        yield lease
