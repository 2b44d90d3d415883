"""What a hostile program cannot reach, end, leave behind or find out."""

from __future__ import annotations

import json
import os
import secrets
import socket
from contextlib import closing
from pathlib import Path

import pytest
from sandbox_helpers import RunPython, alive, python_job

from sandbox import Backend, Job, Lease, Limits, Outcome, Spec

pytestmark = pytest.mark.asyncio(loop_scope="module")


TRY = """
import json, os, sys
def attempt(action):
    try:
        return repr(action())
    except OSError as error:
        return error.strerror
"""

FLEE = """
import os, sys
def flee():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execv(sys.executable, [sys.executable, "-I", "-S", "-c",
                     "import signal, time\\n"
                     "for n in (1, 2, 13, 15): signal.signal(n, signal.SIG_IGN)\\n"
                     "time.sleep(60)", sys.argv[1]])
        os._exit(0)
    os.wait()
for _ in range(3): flee()
"""


async def test_daemons_of_their_own_session_die_with_the_run(python: RunPython) -> None:
    token = secrets.token_hex(16)
    execution = await python(FLEE, token)
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 0)
    assert alive(token) == []


async def test_daemons_of_a_killed_run_die_with_it(python: RunPython) -> None:
    token = secrets.token_hex(16)
    execution = await python(FLEE + "import time; time.sleep(60)", token, wall_seconds=0.5)
    assert execution.outcome is Outcome.timeout
    assert alive(token) == []


async def test_kill_of_everything_reaches_only_its_own(python: RunPython) -> None:
    execution = await python(
        "import os, signal\n"
        "if os.fork() == 0:\n    signal.pause()\n"
        "os.kill(-1, signal.SIGKILL)\n"
        "print(os.waitstatus_to_exitcode(os.wait()[1]))"
    )
    assert (execution.exit_code, execution.stdout) == (0, b"-9\n")


async def test_signals_to_the_parents_change_nothing(python: RunPython) -> None:
    execution = await python(
        "import os, signal\n"
        "for pid in (os.getppid(), 1):\n"
        "    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):\n"
        "        if pid: os.kill(pid, number)\n"
        "print('still here')"
    )
    assert (execution.outcome, execution.stdout) == (Outcome.exited, b"still here\n")


@pytest.mark.parametrize("path", ["/x", "/usr/x", "/etc/x", "/dev/x", "/opt/python/x"])
async def test_nothing_outside_the_writable_directories_can_be_written(
    python: RunPython, path: str
) -> None:
    execution = await python(TRY + f"print(attempt(lambda: open({path!r}, 'w')))")
    assert execution.stdout in (b"Read-only file system\n", b"Permission denied\n")


async def test_files_of_the_machine_are_not_there(python: RunPython) -> None:
    wanted = ["/etc/shadow", str(Path.home()), str(Path(__file__)), "/run", "/sys", "/var", "/home"]
    wanted += ["/proc/1/root/etc/shadow", "/var/run/docker.sock", "/etc/machine-id"]
    execution = await python(
        TRY + "print(json.dumps([attempt(lambda: os.stat(p) and os.listdir(p)) for p in "
        "json.loads(sys.argv[1])]))",
        json.dumps(wanted),
    )
    answers = dict(zip(wanted, json.loads(execution.stdout), strict=True))
    # The home may be there as an empty shell around an interpreter that lives below it.
    home = answers.pop(str(Path.home()))
    assert home == "No such file or directory" or ".ssh" not in home
    # The first process lives in the sandbox too, so its root shows nothing more.
    assert set(answers.values()) <= {"No such file or directory", "Permission denied"}, answers


async def test_the_interpreter_shows_no_packages_of_the_machine(python: RunPython) -> None:
    execution = await python(
        "import site, os\n"
        "print([name for path in site.getsitepackages() if os.path.isdir(path) "
        "for name in os.listdir(path)])"
    )
    assert execution.stdout == b"[]\n", execution


async def test_network_reaches_neither_tcp_udp_nor_abstract_sockets(python: RunPython) -> None:
    name = f"\0sandbox-test-{secrets.token_hex(8)}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as udp,
        closing(socket.socket(socket.AF_UNIX)) as unix,
    ):
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        unix.bind(name)
        unix.listen()
        execution = await python(
            TRY + "import socket\n"
            "tcp, udp, name = json.loads(sys.argv[1])\n"
            "def connect(family, address): socket.socket(family).connect(address)\n"
            "print(json.dumps([\n"
            "  attempt(lambda: connect(socket.AF_INET, ('127.0.0.1', tcp))),\n"
            "  attempt(lambda: connect(socket.AF_INET, ('192.0.2.1', 80))),\n"
            "  attempt(lambda: connect(socket.AF_UNIX, name)),\n"
            "  attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "          .sendto(b'x', ('192.0.2.1', 53))),\n"
            "]))\n"
            "attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            "        .sendto(b'x', ('127.0.0.1', udp)))",
            json.dumps([tcp.getsockname()[1], udp.getsockname()[1], name]),
        )
        with pytest.raises(BlockingIOError):
            udp.recv(1)
    assert json.loads(execution.stdout) == [
        "Connection refused",
        "Network is unreachable",
        "Connection refused",
        "Network is unreachable",
    ]


@pytest.mark.parametrize("family", ["AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_NETLINK"])
async def test_socket_families_outside_the_namespace_are_refused(
    python: RunPython, family: str
) -> None:
    execution = await python(
        TRY + f"import socket\nprint(attempt(lambda: socket.socket(socket.{family})))"
    )
    assert execution.stdout == b"Address family not supported by protocol\n"


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="call numbers are of x86-64")
async def test_namespaces_mounts_and_tracing_are_refused(python: RunPython) -> None:
    execution = await python(
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def refused(*call):\n"
        "    assert libc.syscall(*call) == -1\n"
        "    return os.strerror(ctypes.get_errno())\n"
        "print(refused(272, 0x10000000), refused(165, 0, 0, 0, 0, 0), refused(101, 0, 0, 0, 0),\n"
        "      refused(56, 0x10000011, 0, 0, 0, 0), refused(425, 8, 0), refused(435, 0, 0),\n"
        "      refused(0x40000000 + 39), sep='; ')"
    )
    denied, missing = "Operation not permitted", "Function not implemented"
    assert execution.stdout.decode().strip().split("; ") == [denied] * 5 + [missing] * 2


async def test_the_callers_environment_stays_outside(
    usable: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not-for-programs")
    async with await usable.open(Spec(env={"MINE": "yes"})) as lease:
        execution = await lease.run(
            python_job(
                "import glob, os\n"
                "print(sorted(os.environ))\n"
                "for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/*/cmdline'):\n"
                "    try: print(path, open(path).read())\n"
                "    except OSError: pass"
            )
        )
    assert b"MINE" in execution.stdout
    assert b"not-for-programs" not in execution.stdout
    assert b"ANTHROPIC_API_KEY" not in execution.stdout


async def test_only_its_own_processes_and_handles_are_visible(python: RunPython) -> None:
    execution = await python(
        "import os\n"
        "print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()), os.getpid(),\n"
        "      [h for h in range(3, 100) if os.path.exists(f'/proc/self/fd/{h}')],\n"
        "      os.readlink('/proc/self/fd/0'), os.getuid(), os.uname().nodename)"
    )
    assert execution.stdout == b"[1, 2] 2 [] /dev/null 1000 sandbox\n"


async def test_two_leases_at_once_do_not_see_each_other(usable: Backend) -> None:
    async with await usable.open(Spec()) as first, await usable.open(Spec()) as second:
        await first.run(python_job("open('/app/mine', 'w'); open('/dev/shm/mine', 'w')"))
        execution = await second.run(
            python_job("import os; print([os.listdir(p) for p in ('/app', '/tmp', '/dev/shm')])")
        )
    assert execution.stdout == b"[[], [], []]\n"


async def test_every_run_starts_empty(lease: Lease) -> None:
    look = "import os; print([os.listdir(p) for p in ('/app', '/tmp', '/dev/shm')])"
    leave = "\nfor p in ('/app', '/tmp', '/dev/shm'): open(p + '/left', 'w'); os.chmod(p, 0)"
    for _ in range(2):
        execution = await lease.run(python_job(look + leave))
        assert execution.stdout == b"[[], [], []]\n"


async def test_files_of_the_spec_are_read_only_and_there_each_time(usable: Backend) -> None:
    async with await usable.open(Spec(files={"/tests/verify.py": b"print('verified')"})) as lease:
        for _ in range(2):
            execution = await lease.run(
                python_job(
                    TRY + "path = '/tests/verify.py'\n"
                    "print(open(path).read(), attempt(lambda: open(path, 'w')),\n"
                    "      attempt(lambda: os.unlink(path)), attempt(lambda: os.chmod(path, 0)))"
                )
            )
            assert execution.stdout.decode() == (
                "print('verified') Read-only file system Read-only file system "
                "Read-only file system\n"
            )


async def test_a_machine_out_of_memory_would_end_programs_first(python: RunPython) -> None:
    execution = await python("print(open('/proc/self/oom_score_adj').read())")
    assert execution.stdout.strip() == b"1000"


async def test_a_program_can_do_nothing_to_what_keeps_its_cell(lease: Lease) -> None:
    send = """
import os
for number in range(1, 65):
    try: os.kill(1, number)
    except (OSError, ValueError): pass
print("still here")
"""
    job = Job(("python3", "-S", "-c", send), limits=Limits(wall_seconds=10))
    for _ in range(3):  # what is harmed would be met by the next
        execution = await lease.run(job)
        assert (execution.outcome, execution.stdout) == (Outcome.exited, b"still here\n"), execution
