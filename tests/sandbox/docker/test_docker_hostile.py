"""What is tried on every backend, tried in containers: properties, hostile programs, attacks."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.docker import Docker
from sandbox.selfcheck.check import check

sys.path.append(str(Path(__file__).parents[2] / "verify" / "attacks"))

from attack_acts import PROGRAMS
from attack_matrix import matrix

SESSION = Path(__file__).parents[1] / "hostile" / "hostile_session.py"
COUNT = 40
pytestmark = pytest.mark.timeout(300)  # a new container for every run adds up


@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
async def test_every_property_holds_in_containers(docker: Docker, warm: bool) -> None:
    results = [result async for result in check(docker, [warm])]
    assert [(x.name, x.problem) for x in results if x.problem] == []


async def test_hostile_programs_leave_no_trace_in_containers(docker: Docker) -> None:
    # A process of its own, as its DOCKER_HOST says; `docker` has set it for this test.
    plan = {"backend": "docker", "seed": 5, "count": COUNT, "wall_seconds": 0.3}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SESSION),
        json.dumps({**plan, "tolerance_bytes": 1 << 30}),
        stdout=subprocess.PIPE,
    )
    out, _ = await process.communicate()
    report = json.loads(out)
    assert (report["faults"], report["left"]) == ([], [])
    assert report["runs"] == report["warm"] == COUNT


@pytest.mark.parametrize("mode", ["output", "call", "shared"])
async def test_attacks_succeed_in_containers_only_where_it_is_said(
    docker: Docker, mode: str
) -> None:
    rows = await matrix(mode, docker, warm=True)
    assert [row.problem for row in rows if row.problem] == []
    assert {row.verification for row in rows} == {mode}
    assert len(rows) == len(PROGRAMS) + 1
    assert any(row.cheated for row in rows) == (mode == "shared")
