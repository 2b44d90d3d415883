"""Harbor tasks as they come, verified in real containers: a script, and tests on what it left."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from tiny_image import own_names, tiny_image

from sandbox.docker import Docker, clean
from workbench.formats import harbor
from workbench.model.task import Task
from workbench.verify.preflight import preflight
from workbench.verify.verifier import Verification, Verifier

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]
TINY = f"workbench-test-harbor:{os.getpid()}"
PROGRAMS = ("sh", "bash", "env", "cat", "ls", "mv", "rm", "chmod", "mkdir", "tar", "sleep")

TEST = b"""\
#!/bin/bash
read -r found < answer.txt
[ -x tool.sh ] && found=$(./tool.sh "$found")
ls /app/solve.sh /tmp/script 2>/dev/null && found=0
echo "$found" > /logs/verifier/reward.txt
"""


def task(test: bytes = TEST, toml: str = "", **files: bytes) -> Task:
    """Return a task whose image has a tool in its working directory, read as it comes."""
    bundle = {
        "task.toml": f"[agent]\ntimeout_sec = 20\n[environment]\nstorage_mb = 32\n{toml}".encode(),
        "instruction.md": b"Leave a number in answer.txt.\n",
        "environment/Dockerfile": f"FROM {TINY}\nWORKDIR /srv\nCOPY tool.sh ./\n".encode(),
        "environment/tool.sh": b'#!/bin/bash\necho "$1.25"\n',
        "tests/test.sh": test,
        "tests/secret.txt": b"of the tests",
        **files,
    }
    return harbor.parse(bundle, "crane")[0]


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def apart(docker: Docker) -> AsyncIterator[None]:
    """Keep this module's images apart, and put a small one on the engine."""
    with own_names():
        async with tiny_image(TINY, programs=PROGRAMS):
            yield
            await clean(images=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crane(docker: Docker, apart: None) -> AsyncIterator[Verifier]:
    """An open verifier of the task above."""
    async with Verifier(task(), docker) as verifier:
        yield verifier


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def teller(docker: Docker, apart: None) -> AsyncIterator[Verifier]:
    """One whose tests do what the script left: so one container serves for many of them."""
    async with Verifier(task(b"#!/bin/bash\n./tool.sh\n"), docker) as verifier:
        yield verifier


def script(text: str) -> dict[str, bytes]:
    return {"solve.sh": f"#!/bin/bash\n{text}\n".encode()}


def brief(found: Verification) -> tuple[str, float | None]:
    return found.verdict.outcome.value, found.verdict.score


async def test_a_script_changes_the_image_s_directory_and_is_scored(crane: Verifier) -> None:
    found = await crane.verify(script("echo $PWD; ls; echo 4 > answer.txt"))
    assert brief(found) == ("scored", 4.25)
    assert found.verdict.verification == "shared"
    assert found.verdict.stdout is not None
    assert found.blobs[found.verdict.stdout] == b"/srv\ntool.sh\n"


async def test_every_script_begins_anew_and_what_it_removed_stays_away(crane: Verifier) -> None:
    found = await crane.verify(script("rm tool.sh; echo 4 > answer.txt; false"))
    assert brief(found) == ("scored", 4.0)
    assert brief(await crane.verify(script("echo 6 > answer.txt"))) == ("scored", 6.25)


async def test_no_script_reads_the_tests(crane: Verifier) -> None:
    found = await crane.verify(script("cat /tests/secret.txt /tests/test.sh; echo 1 > answer.txt"))
    assert found.verdict.stdout is not None
    assert found.blobs[found.verdict.stdout] == b""


async def test_a_reward_that_a_script_leaves_is_no_reward(docker: Docker) -> None:
    silent = task(b"#!/bin/bash\nexit 0\n", "[verifier]\nenvironment_mode = 'shared'\n")
    async with Verifier(silent, docker) as verifier:
        found = await verifier.verify(
            script("mkdir -p /logs/verifier; echo 99 > /logs/verifier/reward.txt; ln -s x y")
        )
    assert brief(found) == ("invalid", None)
    assert "its reward.json is unusable: missing" in found.verdict.message


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("echo 0.5 > $L/reward.txt", ("scored", 0.5)),
        ('echo \'{"reward": 2, "parts": 3}\' > $L/reward.json', ("scored", 2.0)),
        ("echo '{\"accuracy\": 0.75}' > $L/reward.json", ("scored", 0.75)),
        ("echo 3 > $L/reward.json; echo 1 > $L/reward.txt", ("scored", 3.0)),
        ("echo nan > $L/reward.txt", ("invalid", None)),
        ('echo \'{"a": 1, "b": 2}\' > $L/reward.json', ("invalid", None)),
        ("echo 1 > $L/reward.txt; exit 1", ("scored", 1.0)),
        ("true", ("invalid", None)),
    ],
)
async def test_rewards_are_read_as_harbor_reads_them(
    teller: Verifier, said: str, outcome: tuple[str, float | None]
) -> None:
    test = f"L=/logs/verifier\n{said}"
    found = await teller.verify(script(f"cat > tool.sh <<'END'\n#!/bin/bash\n{test}\nEND"))
    assert brief(found) == outcome


async def test_a_script_that_hangs_is_a_timeout(docker: Docker) -> None:
    bundle = dict(task().bundle)
    bundle["task.toml"] = bundle["task.toml"].replace(b"timeout_sec = 20", b"timeout_sec = 2")
    async with Verifier(harbor.parse(bundle, "crane")[0], docker) as verifier:
        assert brief(await verifier.verify(script("sleep 600"))) == ("timeout", None)


async def test_artifacts_alone_reach_a_verifier_with_an_image_of_its_own(docker: Docker) -> None:
    toml = "[verifier]\nenvironment_mode = 'separate'\n"
    bundle = {
        **task().bundle,
        "tests/Dockerfile": f"FROM {TINY}\nWORKDIR /srv\nCOPY . /tests/\n".encode(),
        "tests/test.sh": b"#!/bin/bash\nread -r found < /srv/answer.txt\n"
        b"ls /srv/other.txt && found=0\necho $found > /logs/verifier/reward.txt\n",
    }
    text = bundle["task.toml"].decode()
    bundle["task.toml"] = f'artifacts = ["/srv/answer.txt"]\n{text}{toml}'.encode()
    async with Verifier(harbor.parse(bundle, "crane")[0], docker) as verifier:
        found = await verifier.verify(script("echo 8 > answer.txt; echo x > other.txt"))
        assert brief(found) == ("scored", 8.0)


async def test_the_initial_script_is_tried_first(docker: Docker) -> None:
    told = task(b"#!/bin/bash\necho 0 > /logs/verifier/reward.txt\n")
    verifier = Verifier(told, docker)
    try:
        found = await preflight(told, verifier)
    finally:
        await verifier.aclose()
    assert (found.ok, found.verdict and found.verdict.score) == (True, 0.0)
