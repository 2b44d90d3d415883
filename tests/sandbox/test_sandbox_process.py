"""Plain processes: no isolation, but limits, a clean end and nothing left behind."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator

import pytest
from sandbox_helpers import alive, python_job

from sandbox import Job, Outcome, Spec, backend
from sandbox.lease import SupervisorLease
from sandbox.process import Process
from sandbox.supervisor import processes


@pytest.fixture
async def lease() -> AsyncIterator[SupervisorLease]:
    spec = Spec(
        files={
            "/top.py": b"print('top')",
            "/tests/verify.py": b"import sys; print(open(sys.argv[1]).read())",
        }
    )
    async with await Process().open(spec) as lease:
        yield lease


async def test_paths_in_arguments_are_rewritten_to_where_files_really_lie(
    lease: SupervisorLease,
) -> None:
    job = Job(
        ("python3", "-S", "/tests/verify.py", "/app/deep/x"),
        files={"/app/deep/x": b"content"},
        collect=("/app/deep/x", "/app/"),
    )
    execution = await lease.run(job)
    assert execution.stdout == b"content\n", execution
    assert (await lease.run(Job(("python3", "-S", "/top.py")))).stdout == b"top\n"
    assert execution.collected["/app/deep/x"].data == b"content"


async def test_every_run_starts_empty_and_the_folder_goes_with_the_lease(
    lease: SupervisorLease,
) -> None:
    for _ in range(2):
        execution = await lease.run(
            python_job(
                "import os, tempfile\nprint(os.listdir('.'), os.listdir(tempfile.gettempdir()))\n"
                "os.mkdir('x'); open('x/y', 'w'); os.chmod('x', 0)\n"
                "open(tempfile.gettempdir() + '/z', 'w')"
            )
        )
        assert execution.stdout == b"[] []\n", execution
    folder = lease.opened["folder"]
    assert os.path.isdir(folder)
    await lease.aclose()
    assert not os.path.exists(folder)


async def test_daemons_die_with_the_run(lease: SupervisorLease) -> None:
    token = secrets.token_hex(16)
    execution = await lease.run(
        python_job(
            "import os, sys\n"
            "for _ in range(3):\n"
            "    if os.fork() == 0:\n"
            "        os.setsid()\n"
            "        if os.fork() == 0:\n"
            "            os.execv(sys.executable, [sys.executable, '-c', 'import time; "
            "time.sleep(60)', sys.argv[1]])\n"
            "        os._exit(0)\n",
            token,
        )
    )
    assert execution.outcome is Outcome.exited
    assert alive(token) == []


async def test_a_fork_bomb_ends_at_the_wall_limit(lease: SupervisorLease) -> None:
    token = secrets.token_hex(16)
    execution = await lease.run(
        python_job(
            "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
            token,
            processes=12,
            wall_seconds=0.5,
        )
    )
    assert execution.outcome in (Outcome.pids, Outcome.timeout)
    assert alive(token) == []


async def test_the_environment_is_scrubbed_and_root_is_left(
    lease: SupervisorLease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not-for-programs")
    async with await backend("process").open(Spec()) as fresh:
        execution = await fresh.run(python_job("import os; print(dict(os.environ), os.getuid())"))
    assert b"not-for-programs" not in execution.stdout
    uid = int(execution.stdout.split()[-1])
    assert uid == (os.getuid() or lease_uid(fresh)) != 0


def lease_uid(lease: object) -> int:
    assert isinstance(lease, SupervisorLease)
    return int(lease.opened["uid"])


async def test_exit_codes_signals_and_missing_programs_are_told_apart(
    lease: SupervisorLease,
) -> None:
    aborted = await lease.run(python_job("import os; os.abort()"))
    assert (aborted.outcome, aborted.signal) == (Outcome.signalled, 6)
    ended = await lease.run(python_job("import os; os._exit(137)"))
    assert (ended.outcome, ended.exit_code) == (Outcome.exited, 137)
    missing = await lease.run(Job(("no-such-program",)))
    assert (missing.outcome, missing.exit_code) == (Outcome.exited, 127)
    assert "cannot execute" in missing.detail


async def test_descendants_are_found_without_the_kernels_children_files(
    lease: SupervisorLease, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_file = set(processes.descendants(os.getpid()))
    monkeypatch.setattr(processes, "CHILDREN_FILES", False)
    by_parent = set(processes.descendants(os.getpid()))
    assert by_file == by_parent != set()
