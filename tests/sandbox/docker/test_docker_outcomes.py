"""Every way of ending has its name, in a container for many runs and in one for each run."""

from __future__ import annotations

import signal

import pytest

from sandbox import Execution, Job, Lease, Limits, Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")
MIB = 1 << 20

GROW_TOGETHER = """
import mmap, os
for _ in range(4):
    if os.fork() == 0:
        block = mmap.mmap(-1, 120 << 20)
        for at in range(0, len(block), 4096):
            block[at] = 1
        os.read(os.pipe()[0], 1)
status = os.wait()[1]
os.kill(os.getpid(), os.waitstatus_to_exitcode(status) * -1)
"""


async def run(lease: Lease, code: str, collect: tuple[str, ...] = (), **limits: float) -> Execution:
    job = Job(("python3", "p.py"), files={"/app/p.py": code.encode()}, collect=collect,
              limits=Limits(**limits))  # type: ignore[arg-type]  # fmt: skip
    return await lease.run(job)


async def test_exit_code_and_both_streams_come_back(lease: Lease) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    execution = await run(lease, code)
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 3)
    assert (execution.stdout, execution.stderr) == (b"out\n", b"err\n")


async def test_sleeping_program_is_killed_at_the_wall_limit(lease: Lease) -> None:
    execution = await run(lease, "import time; time.sleep(60)", wall_seconds=0.2)
    assert execution.outcome is Outcome.timeout
    assert execution.wall_seconds < 5


async def test_busy_loop_is_killed_at_the_processor_limit(lease: Lease) -> None:
    execution = await run(lease, "while True: pass", cpu_seconds=0.2, wall_seconds=30)
    assert execution.outcome is Outcome.timeout
    assert "processor time" in execution.detail


async def test_processes_that_outgrow_the_container_together_are_oom(lease: Lease) -> None:
    limits = {"memory_bytes": 160 * MIB, "disk_bytes": MIB}
    execution = await run(lease, GROW_TOGETHER, wall_seconds=30, **limits)
    assert execution.outcome is Outcome.oom
    assert "killed at the limit of memory for all its processes" in execution.detail
    after = await run(lease, "print('alive')")
    assert after.stdout == b"alive\n"


async def test_one_allocation_past_the_limit_fails_and_is_noted(lease: Lease) -> None:
    execution = await run(lease, "bytearray(600 << 20)", memory_bytes=256 * MIB)
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 1)
    assert "memory limit" in execution.detail


async def test_a_crash_far_from_the_memory_limit_is_a_signal(lease: Lease) -> None:
    execution = await run(lease, "import os; os.abort()")
    assert (execution.outcome, execution.signal) == (Outcome.signalled, signal.SIGABRT)


async def test_fork_bomb_is_contained_and_named(lease: Lease) -> None:
    code = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    execution = await run(lease, code, processes=8, wall_seconds=0.5)
    assert execution.outcome is Outcome.pids


@pytest.mark.parametrize("processes", [1, 5])
async def test_exactly_so_many_processes_are_allowed(lease: Lease, processes: int) -> None:
    code = (
        "import os\ncount = 1\nhold = os.pipe()\n"
        "try:\n    while count < 40:\n"
        "        if os.fork() == 0: os.read(hold[0], 1)\n        count += 1\n"
        "except BlockingIOError: pass\nprint(count, flush=True)"
    )
    execution = await run(lease, code, processes=processes)
    assert execution.stdout == f"{processes}\n".encode()


@pytest.mark.parametrize("folder", ["/app", "/tmp", "/dev/shm"])
async def test_a_full_disk_is_named(lease: Lease, folder: str) -> None:
    code = f"for at in range(9): open(f'{folder}/{{at}}', 'wb').write(bytes(1 << 20))"
    execution = await run(lease, code, disk_bytes=4 * MIB)
    assert execution.outcome is Outcome.disk
    assert "of disk" in execution.detail


async def test_many_tiny_files_meet_the_limit(lease: Lease) -> None:
    code = "for at in range(10**5): open(f'/app/{at}', 'w').close()"
    execution = await run(lease, code, files=500, wall_seconds=30)
    assert execution.outcome is Outcome.disk
    assert "files" in execution.detail


async def test_flood_of_output_is_cut_and_named(lease: Lease) -> None:
    code = "import sys\nwhile True: sys.stdout.write('x' * (1 << 20))"
    execution = await run(lease, code, output_bytes=10_000)
    assert execution.outcome is Outcome.output
    assert len(execution.stdout) <= 10_000


async def test_job_files_past_the_disk_limit_are_disk(lease: Lease) -> None:
    job = Job(("true",), files={"/app/x": bytes(2 * MIB)}, limits=Limits(disk_bytes=MIB))
    execution = await lease.run(job)
    assert execution.outcome is Outcome.disk


async def test_what_cannot_be_executed_says_so(lease: Lease) -> None:
    execution = await lease.run(Job(("no-such-program",)))
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 127)
    assert "cannot execute" in execution.detail


async def test_outputs_are_collected_and_nothing_but_regular_files(lease: Lease) -> None:
    code = (
        "import os\n"
        "open('good', 'wb').write(bytes(range(256)) * 4096)\n"
        "os.symlink('/etc/passwd', 'link')\n"
        "os.mkfifo('fifo')\n"
        "os.makedirs('tree/below'); open('tree/below/x', 'w').write('y')\n"
        "open('/tmp/else', 'w').write('z')"
    )
    wanted = ("/app/good", "/app/link", "/app/fifo", "/app/tree/", "/tmp/else", "/app/none")
    found = (await run(lease, code, collect=wanted)).collected
    assert found["/app/good"].data == bytes(range(256)) * 4096
    assert found["/app/tree/below/x"].data == b"y"
    assert found["/tmp/else"].data == b"z"
    assert "symbolic link" in str(found["/app/link"].problem)
    assert "FIFO" in str(found["/app/fifo"].problem)
    assert found["/app/none"].problem == "missing"


async def test_the_next_run_starts_empty(lease: Lease) -> None:
    await run(lease, "for f in ('/app/a', '/tmp/a', '/dev/shm/a'): open(f, 'w').close()")
    execution = await run(
        lease, "import os; print([os.listdir(f) for f in ('/app', '/tmp', '/dev/shm')])"
    )
    assert execution.stdout == b"[['p.py'], [], []]\n"


async def test_daemon_holding_the_streams_does_not_hold_the_run(lease: Lease) -> None:
    code = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)"
    execution = await run(lease, code, wall_seconds=30)
    assert execution.outcome is Outcome.exited
    assert execution.wall_seconds < 10
