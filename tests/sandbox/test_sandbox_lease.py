"""A lease survives cancellation and the death of its supervisor, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from pathlib import Path

import pytest
from sandbox_helpers import RunPython, alive, python_job, sandbox_processes, until

from sandbox import Backend, Job, Lease, Limits, Outcome, Spec
from sandbox.lease import SupervisorLease
from sandbox.supervisor.processes import descendants

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_cancelled_run_is_dead_at_once_and_the_lease_goes_on(lease: Lease) -> None:
    token = secrets.token_hex(16)
    job = python_job("import time; time.sleep(60)", token, wall_seconds=60)
    run = asyncio.create_task(lease.run(job))
    await until(lambda: alive(token))
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert alive(token) == []
    execution = await lease.run(python_job("print('again')"))
    assert execution.stdout == b"again\n"


async def test_a_run_cancelled_twice_does_not_confuse_the_next(lease: Lease) -> None:
    token = secrets.token_hex(16)
    job = python_job("import time; time.sleep(60)", token, wall_seconds=60)
    run = asyncio.create_task(lease.run(job))
    await until(lambda: alive(token))
    for _ in range(3):
        run.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await run
    for word in ("one", "two"):
        assert (await lease.run(python_job(f"print('{word}')"))).stdout == f"{word}\n".encode()


async def test_a_run_cancelled_before_it_was_sent_is_harmless(lease: Lease) -> None:
    run = asyncio.create_task(lease.run(python_job("pass", files={"/app/x": bytes(4 << 20)})))
    await asyncio.sleep(0)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert (await lease.run(python_job("print(1)"))).stdout == b"1\n"


async def test_a_killed_supervisor_is_a_sandbox_error_and_is_replaced(
    lease: SupervisorLease,
) -> None:
    token = secrets.token_hex(16)
    job = python_job("import time; time.sleep(60)", token, wall_seconds=60)
    run = asyncio.create_task(lease.run(job))
    await until(lambda: alive(token))
    os.kill(supervisor_pid(lease), signal.SIGKILL)
    execution = await run
    assert execution.outcome is Outcome.sandbox_error
    assert "supervisor was killed by signal 9" in execution.detail
    await until(lambda: not alive(token), seconds=1)
    assert (await lease.run(python_job("print('new')"))).stdout == b"new\n"


@pytest.mark.parametrize("which", [0, 1])
async def test_a_supervisor_killed_at_any_moment_takes_everything_with_it(
    usable: Backend, which: int
) -> None:
    # Again and again, because a sandbox is most easily lost in the milliseconds of its start.
    async with await usable.open(Spec()) as lease:
        for at in range(8):
            token = secrets.token_hex(16)
            job = python_job("import time; time.sleep(60)", token, wall_seconds=60)
            await lease.run(Job(("true",)))
            run = asyncio.create_task(lease.run(job))
            family = [supervisor_pid(lease), *descendants(supervisor_pid(lease))]
            await asyncio.sleep(at * 0.001)
            os.kill(family[which], signal.SIGKILL)
            assert (await run).outcome is Outcome.sandbox_error
            await until(lambda token=token: not alive(token), seconds=1)


async def test_a_supervisor_that_died_between_runs_is_replaced(lease: SupervisorLease) -> None:
    pid = supervisor_pid(lease)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not os.path.exists(f"/proc/{pid}"))
    outcomes = [(await lease.run(python_job("pass"))).outcome for _ in range(2)]
    # Whether its death was already noticed decides how the first one ends.
    assert outcomes[-1] is Outcome.exited


async def test_a_lease_runs_one_job_at_a_time(lease: Lease) -> None:
    run = asyncio.create_task(lease.run(python_job("import time; time.sleep(60)")))
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="one job at a time"):
        await lease.run(python_job("pass"))
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run


async def test_a_closed_lease_refuses_and_closes_twice(usable: Backend) -> None:
    lease = await usable.open(Spec())
    await lease.aclose()
    await lease.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await lease.run(python_job("pass"))


async def test_closing_ends_what_still_runs(usable: Backend) -> None:
    token = secrets.token_hex(16)
    lease = await usable.open(Spec())
    job = python_job("import time; time.sleep(60)", token, wall_seconds=60)
    run = asyncio.create_task(lease.run(job))
    await until(lambda: alive(token))
    await lease.aclose()
    assert (await run).outcome is Outcome.sandbox_error
    assert alive(token) == []


async def test_many_runs_leave_no_process_handle_or_directory(usable: Backend) -> None:
    others = sandbox_processes()
    async with await usable.open(Spec()) as lease:
        await lease.run(Job(("true",)))
        before = resources(supervisor_pid(lease))
        assert isinstance(lease, SupervisorLease)
        assert lease.opened["folder"] is None
        for at in range(50):
            limits = Limits(wall_seconds=0.03 if at % 10 == 0 else 10)
            await lease.run(
                Job(("sh", "-c", "> x; sleep 0.01"), collect=("/app/x",), limits=limits)
            )
        # A run's tmpfs goes right after its reply, so the last one's may be there, or not yet be
        # gone the first time; fifty left behind would show.
        now = resources(supervisor_pid(lease))
        assert all(left <= first + 1 for left, first in zip(now, before, strict=True))
    assert sandbox_processes() == others


async def test_python_packages_are_found_and_read_only(usable: Backend) -> None:
    async with await usable.open(Spec(python_packages=("msgspec",))) as lease:
        execution = await lease.run(
            python_job("import msgspec, os; print(msgspec.json.encode({'a': 1}).decode())")
        )
        assert execution.exit_code == 1  # -I ignores PYTHONPATH, as documented
        job = python_job("import msgspec; print(msgspec.json.encode({'a': 1}).decode())")
        job = type(job)(("python3", "-S", *job.argv[3:]), limits=Limits())
        assert (await lease.run(job)).stdout == b'{"a":1}\n'


async def test_an_unknown_python_package_is_named(usable: Backend) -> None:
    with pytest.raises(ValueError, match="no-such-package is not installed"):
        await usable.open(Spec(python_packages=("no-such-package",)))


async def test_job_files_belong_to_the_program(python: RunPython) -> None:
    execution = await python(
        "open('deep/x', 'a').write('2'); print(open('deep/x').read())", files={"/app/deep/x": b"1"}
    )
    assert execution.stdout == b"12\n"


def supervisor_pid(lease: Lease) -> int:
    assert isinstance(lease, SupervisorLease)
    assert lease._supervisor is not None
    return lease._supervisor.process.pid


def resources(original: int) -> tuple[int, int, int]:
    """Return the open handles of a supervisor and of this process, and the supervisor's mounts."""
    pid = next(descendants(original), original)
    mounts = Path(f"/proc/{pid}/mountinfo").read_text().count("\n")
    try:
        handles = len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:  # its capabilities, in its own namespace, hide them from an equal
        assert os.getuid() != 0
        handles = 0
    return handles, len(os.listdir("/proc/self/fd")), mounts


async def test_a_script_of_the_lease_runs_as_it_stands_each_time(usable: Backend) -> None:
    files = {
        "/tools/good.py": b"import sys\nprint(__name__, __file__, sys.argv[1:])\nx = 1 / 0\n",
        "/tools/bad.py": b"print('never')\nthis is no Python\n",
    }
    async with await usable.open(Spec(files=files)) as lease:
        for number in ("1", "2"):
            good = await lease.run(Job(("python3", "-S", "/tools/good.py", number)))
            assert good.warm
            assert good.stdout.decode() == f"__main__ /tools/good.py ['{number}']\n"
            assert b"ZeroDivisionError" in good.stderr
            bad = await lease.run(Job(("python3", "-S", "/tools/bad.py")))
            assert (bad.exit_code, bad.stdout) == (1, b"")
            assert b"SyntaxError" in bad.stderr
