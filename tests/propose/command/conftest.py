from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from command_support import Bench, bench

import sandbox


@pytest.fixture(scope="session")
def _isolation() -> None:
    found = asyncio.run(sandbox.backend("bubblewrap").probe())
    if not found.usable:
        pytest.skip(f"no namespaces here: {found.problem}")


@pytest_asyncio.fixture
async def run(_isolation: None) -> AsyncIterator[Bench]:
    """Runs commands in an environment that holds one key, and one word too short to be one."""
    async with bench(AGENT_KEY="key-planted-4711", OTHER_KEY="key-other-0815", MODE="on") as made:
        yield made
