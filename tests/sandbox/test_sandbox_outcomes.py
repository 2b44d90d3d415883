"""Every way of ending has its name, and the evidence for it."""

from __future__ import annotations

import signal

import pytest
from sandbox_helpers import RunPython

from sandbox import Job, Lease, Limits, Outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")


MIB = 1 << 20


async def test_exit_code_and_both_streams_come_back(python: RunPython) -> None:
    execution = await python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert (execution.outcome, execution.exit_code, execution.signal) == (Outcome.exited, 3, None)
    assert (execution.stdout, execution.stderr) == (b"out\n", b"err\n")


async def test_os_exit_zero_is_an_ordinary_exit(python: RunPython) -> None:
    execution = await python("import os; os._exit(0)")
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 0)


async def test_sleeping_program_is_killed_at_the_wall_limit(python: RunPython) -> None:
    execution = await python("import time; time.sleep(60)", wall_seconds=0.2)
    assert (execution.outcome, execution.exit_code) == (Outcome.timeout, None)
    assert 0.2 <= execution.wall_seconds < 2
    assert "0.2 s of wall time" in execution.detail


async def test_program_that_ignores_signals_is_killed_all_the_same(python: RunPython) -> None:
    execution = await python(
        "import signal\n"
        "for n in signal.valid_signals() - {9, 19}: signal.signal(n, signal.SIG_IGN)\n"
        "while True: pass",
        wall_seconds=0.3,
    )
    assert execution.outcome is Outcome.timeout


async def test_no_signal_is_ignored_from_the_start(python: RunPython) -> None:
    execution = await python(
        "print([l.split()[1] for l in open('/proc/self/status') if l.startswith('SigIgn')])"
    )
    ignored = int(execution.stdout[2:18], 16)
    own = {bit - 1 for bit in (32, 33)}  # the C library's, which no program can change
    left = [bit for bit in range(64) if ignored >> bit & 1 and bit not in own]
    assert left == [signal.SIGPIPE - 1, signal.SIGXFSZ - 1], "Python itself ignores these two"


async def test_busy_loop_is_killed_at_the_processor_limit(python: RunPython) -> None:
    execution = await python("while True: pass", cpu_seconds=0.2, wall_seconds=30)
    assert execution.outcome is Outcome.timeout
    assert "processor time" in execution.detail
    assert execution.cpu_seconds >= 0.2


async def test_processor_time_of_all_processes_counts(python: RunPython) -> None:
    execution = await python(
        "import os; [os.fork() for _ in range(2)]\nwhile True: pass",
        cpu_seconds=1,
        wall_seconds=30,
    )
    assert execution.outcome is Outcome.timeout
    assert execution.wall_seconds < 10


async def test_kernel_limit_on_processor_time_is_a_timeout(lease: Lease) -> None:
    # Without a sample in between: the program raises its own soft limit's signal at once.
    execution = await lease.run(Job(("sh", "-c", "kill -XCPU $$")))
    assert (execution.outcome, execution.signal) == (Outcome.timeout, signal.SIGXCPU)


async def test_allocation_past_the_limit_fails_and_is_noted(python: RunPython) -> None:
    execution = await python("bytearray(10 << 30)", memory_bytes=256 * MIB)
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 1)
    assert "memory limit" in execution.detail


async def test_shared_memory_counts_against_the_limit(python: RunPython) -> None:
    execution = await python("import mmap; mmap.mmap(-1, 300 << 20)", memory_bytes=256 * MIB)
    assert execution.exit_code == 1


async def test_slow_growth_to_the_limit_names_the_memory_used(python: RunPython) -> None:
    execution = await python(
        "kept = []\nwhile True: kept.append(bytes(1 << 20) + b'x')", memory_bytes=128 * MIB
    )
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 1)
    assert execution.max_rss_bytes > 100 * MIB
    assert "resident memory reached" in execution.detail


async def test_abort_at_the_memory_limit_is_oom(python: RunPython) -> None:
    execution = await python(
        "import os\nkept = []\n"
        "try:\n    while True: kept.append(bytes(1 << 20) + b'x')\n"
        "except MemoryError: os.abort()",
        memory_bytes=128 * MIB,
    )
    assert (execution.outcome, execution.signal) == (Outcome.oom, signal.SIGABRT)


async def test_abort_far_from_the_memory_limit_is_a_signal(python: RunPython) -> None:
    execution = await python("import os; os.abort()")
    assert (execution.outcome, execution.signal) == (Outcome.signalled, signal.SIGABRT)
    assert "SIGABRT" in execution.detail


FORK_UNTIL_REFUSED = """
import os, time
count = 1
try:
    while count < 100:
        if os.fork() == 0:
            time.sleep(60)
        count += 1
except BlockingIOError:
    pass
print(count, flush=True)
{then}
"""


@pytest.mark.parametrize("processes", [1, 5, 24])
async def test_exactly_so_many_processes_are_allowed(python: RunPython, processes: int) -> None:
    execution = await python(FORK_UNTIL_REFUSED.format(then=""), processes=processes)
    assert execution.stdout == f"{processes}\n".encode()
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 0)


async def test_threads_count_as_processes(python: RunPython) -> None:
    execution = await python(
        "import threading, time\n"
        "for _ in range(9): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
        processes=8,
    )
    assert execution.exit_code == 1
    assert "refused thread" in execution.detail


async def test_fork_bomb_is_contained_and_named(python: RunPython) -> None:
    execution = await python(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
        processes=16,
        wall_seconds=0.5,
    )
    assert execution.outcome is Outcome.pids
    assert "the limit" in execution.detail
    assert execution.wall_seconds < 5


async def test_flood_of_output_is_cut_and_named(python: RunPython) -> None:
    execution = await python(
        "import sys\nprint('first')\nwhile True: sys.stdout.write('x' * (1 << 20))",
        output_bytes=10_000,
    )
    assert execution.outcome is Outcome.output
    assert execution.stdout.startswith(b"first\n")
    assert len(execution.stdout) + len(execution.stderr) <= 10_000
    assert "stdout truncated" in execution.detail


async def test_a_gigabyte_at_once_is_never_kept(python: RunPython) -> None:
    execution = await python("import os; os.write(1, bytes(1 << 30))", memory_bytes=2048 * MIB)
    assert execution.outcome is Outcome.output
    assert len(execution.stdout) <= Limits().output_bytes


async def test_too_much_output_is_named_even_when_the_program_ended(python: RunPython) -> None:
    execution = await python("import os; os.write(1, bytes(30_000))", output_bytes=1_000)
    assert execution.outcome is Outcome.output
    assert (len(execution.stdout), execution.stderr) == (500, b"")


async def test_the_least_memory_starts_a_program(lease: Lease) -> None:
    execution = await lease.run(Job(("true",), limits=Limits(memory_bytes=16 * MIB)))
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 0)


async def test_output_up_to_the_limit_is_kept_whole(python: RunPython) -> None:
    execution = await python("print('x' * 9_998)", output_bytes=10_000)
    assert (execution.outcome, len(execution.stdout)) == (Outcome.exited, 9_999)


async def test_a_full_disk_is_named(python: RunPython) -> None:
    execution = await python(
        "for at in range(9): open(f'/tmp/{at}', 'wb').write(bytes(1 << 20))", disk_bytes=4 * MIB
    )
    assert execution.outcome is Outcome.disk
    assert f"all {4 * MIB} bytes" in execution.detail


@pytest.mark.parametrize("folder", ["/app", "/tmp", "/dev/shm"])
async def test_a_hundred_thousand_tiny_files_meet_the_limit(python: RunPython, folder: str) -> None:
    execution = await python(
        f"for at in range(10**5): open(f'{folder}/{{at}}', 'w').close()",
        files=None,
        wall_seconds=30,
    )
    assert execution.outcome is Outcome.disk
    assert "files are in use" in execution.detail


async def test_one_file_past_its_limit_is_refused(python: RunPython) -> None:
    execution = await python("open('big', 'wb').write(bytes(2 << 20))", file_bytes=MIB)
    assert execution.exit_code == 1
    assert "file size limit" in execution.detail


async def test_a_program_that_dies_of_a_large_file_is_disk(lease: Lease) -> None:
    job = Job(("sh", "-c", "exec head -c 2000000 /dev/zero > big"), limits=Limits(file_bytes=MIB))
    execution = await lease.run(job)
    assert (execution.outcome, execution.signal) == (Outcome.disk, signal.SIGXFSZ)


async def test_job_files_past_the_disk_limit_are_disk(python: RunPython) -> None:
    execution = await python("pass", files={"/app/x": bytes(2 * MIB)}, disk_bytes=MIB)
    assert execution.outcome is Outcome.disk
    assert "/app/x" in execution.detail


@pytest.mark.parametrize("program", ["no-such-program", "/app/missing", "/app/plain.txt"])
async def test_what_cannot_be_executed_says_so(lease: Lease, program: str) -> None:
    execution = await lease.run(Job((program,), files={"/app/plain.txt": b"text"}))
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 127)
    assert "cannot execute" in execution.detail


async def test_status_above_128_that_is_no_signal_stays_a_status(python: RunPython) -> None:
    execution = await python("import sys; sys.exit(200)")
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 200)


async def test_daemon_holding_the_streams_does_not_hold_the_run(python: RunPython) -> None:
    execution = await python(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(60)", wall_seconds=30
    )
    assert execution.outcome is Outcome.exited
    assert execution.wall_seconds < 10


async def test_runs_of_other_sizes_get_what_they_ask_for(lease: Lease) -> None:
    look = "import os; s = os.statvfs('/tmp'); print(s.f_blocks * s.f_frsize >> 20)"
    for size in (3, 5, 5, 2, 2, 2, 7, 1, 1):
        limits = Limits(disk_bytes=size << 20, file_bytes=1 << 20)
        execution = await lease.run(Job(("python3", "-S", "-c", look), limits=limits))
        assert (execution.warm, execution.stdout) == (True, b"%d\n" % size), execution
