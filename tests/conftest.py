"""What all tests share: how many run at once, and a real sandbox."""

from __future__ import annotations

import math
import os

import pytest

import sandbox


def pytest_xdist_auto_num_workers() -> int:
    """Run more tests than there are cores: half of their time they wait for screens and processes.

    Measured on two cores: 753 s of CPU took 673 s with two workers.
    """
    return math.ceil(1.5 * len(os.sched_getaffinity(0)))


@pytest.fixture
async def backend() -> sandbox.Backend:
    """Return the real backend, or skip with the reason why there is none."""
    found = sandbox.backend("bubblewrap")
    capabilities = await found.probe()
    if not capabilities.usable:
        pytest.skip(f"no bubblewrap sandbox here: {capabilities.problem}")
    return found
