"""What is tried of cancelling on every backend, tried in containers."""

from __future__ import annotations

import asyncio

import pytest
from made_here import containers, gone
from test_sandbox_cancelling import (  # the tests themselves: only the backend differs
    Instants,
    leases,
    test_a_pair_cancelled_at_any_instant_is_gone,
    test_a_run_cancelled_at_any_instant_is_gone,
    test_closing_a_lease_in_the_middle_of_a_run_leaves_nothing,
    test_opening_cancelled_at_any_instant_leaves_nothing,
    warm,
)

from sandbox import Backend
from sandbox.docker import Docker
from sandbox.docker.engine import connected

__all__ = [
    "leases",
    "test_a_pair_cancelled_at_any_instant_is_gone",
    "test_a_run_cancelled_at_any_instant_is_gone",
    "test_closing_a_lease_in_the_middle_of_a_run_leaves_nothing",
    "test_opening_cancelled_at_any_instant_leaves_nothing",
    "warm",
]
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def usable(docker: Docker) -> Backend:
    return docker


@pytest.fixture(scope="module")
def instants() -> Instants:
    return Instants(6, 1.0)


async def test_no_container_is_left_of_all_that(docker: Docker) -> None:
    # That of a lease's last run is removed beside what comes next.
    async with asyncio.timeout(30):
        async with connected() as engine:
            for identity in await containers(engine):
                await gone(engine, identity)
            assert await containers(engine) == []
