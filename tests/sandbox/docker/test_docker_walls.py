"""What a program in a container can reach: nothing of the machine, of other runs, of the engine."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

import pytest

from sandbox import Job, Lease, Limits, Spec
from sandbox.docker import Docker

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFUSED = """
import json, sys
def refused(action):
    try:
        action()
    except OSError as error:
        return error.strerror
    return None
"""


async def reach(lease: Lease, code: str, *words: str) -> object:
    """Return what `code` binds to `found`."""
    source = f"{REFUSED}\n{code}\nprint(json.dumps(found))"
    job = Job(("python3", "p.py", *words), files={"/app/p.py": source.encode()})
    execution = await lease.run(job)
    assert execution.exit_code == 0, execution
    return json.loads(execution.stdout)


async def test_every_promise_holds_when_tried(docker: Docker) -> None:
    capabilities = await docker.probe(full=True)
    assert capabilities.usable, capabilities.problem
    assert capabilities.tier == "container"
    assert {check.state for check in capabilities.checks} == {"enforced"}, capabilities.checks
    assert "network off" in capabilities.line()


async def test_no_network_can_be_reached(lease: Lease) -> None:
    found = await reach(
        lease,
        "import socket\n"
        "found = [refused(lambda: socket.create_connection((address, 80), 1))\n"
        "         for address in ('192.0.2.1', '172.17.0.1', '10.0.0.1', '169.254.169.254')]",
    )
    assert found == ["Network is unreachable"] * 4


async def test_the_root_is_read_only_everywhere(lease: Lease) -> None:
    found = await reach(
        lease,
        "import os\nfound = {}\n"
        "for top, folders, names in os.walk('/'):\n"
        "    if top in ('/app', '/tmp', '/dev', '/proc', '/sys'):\n"
        "        folders[:] = []\n"
        "        continue\n"
        "    if refused(lambda: open(top + '/sandbox-test', 'x')) is None: found[top] = 'written'",
    )
    assert found == {}


async def test_no_socket_or_file_of_the_machine_is_there(lease: Lease, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("secret")
    found = await reach(
        lease,
        "import os\nfound = [path for path in sys.argv[1:] if os.path.exists(path)]",
        str(canary), "/var/run/docker.sock", "/run/docker.sock", os.path.expanduser("~"),
        "/etc/shadow", "/home",
    )  # fmt: skip
    assert found == []


async def test_programs_are_nobody_and_can_do_nothing(lease: Lease) -> None:
    found = await reach(
        lease,
        "import os\nlines = open('/proc/self/status')\n"
        "found = dict(line.rstrip().split(':\\t') for line in lines\n"
        "             if line.startswith(('Cap', 'NoNewPrivs', 'Seccomp:')))\n"
        "found['uid'] = os.getuid()",
    )
    assert isinstance(found, dict)
    assert found.pop("uid") not in (0, os.getuid())
    assert found.pop("NoNewPrivs") == "1"
    assert found.pop("Seccomp") == "2"
    assert {int(value, 16) for value in found.values()} == {0}


async def test_system_calls_that_reach_the_kernel_are_refused(lease: Lease) -> None:
    found = await reach(
        lease,
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\nfound = {}\n"
        "calls = {'unshare': (272, 0x10000000), 'mount': (165, 0, 0, 0, 0, 0),\n"
        "         'keyctl': (250, 0), 'bpf': (321, 0), 'io_uring': (425, 1),\n"
        "         'userfaultfd': (323, 0), 'ptrace': (101, 0), 'perf': (298, 0),\n"
        "         'vsock': (41, 40, 1, 0)}\n"
        "if os.uname().machine != 'x86_64': calls = {}\n"
        "for name, numbers in calls.items():\n"
        "    if libc.syscall(*numbers) != -1: found[name] = 'allowed'",
    )
    assert found == {}


async def test_the_supervisor_cannot_be_looked_into_or_ended(lease: Lease) -> None:
    found = await reach(
        lease,
        "import os, signal\n"
        "others = [name for name in os.listdir('/proc')\n"
        "          if name.isdigit() and int(name) != os.getpid()]\n"
        "found = [name for name in others for what in ('mem', 'environ', 'fd/1')\n"
        "         if refused(lambda: open(f'/proc/{name}/{what}', 'rb').read(1)) is None]\n"
        "for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):\n"
        "    refused(lambda: os.kill(1, number))",
    )
    assert found == []
    again = await lease.run(Job(("true",)))
    assert again.exit_code == 0


async def test_two_containers_do_not_see_each_other(docker: Docker) -> None:
    token = secrets.token_hex(8)
    async with await docker.open(Spec()) as one, await docker.open(Spec()) as other:
        first = await one.run(Job(("sh", "-c", f"echo {token} > /tmp/{token}; echo kept")))
        found = await reach(
            other,
            "import os\nfound = [os.path.exists('/tmp/' + sys.argv[1]),\n"
            "         len([name for name in os.listdir('/proc') if name.isdigit()]) < 6]",
            token,
        )
    assert first.stdout == b"kept\n"
    assert found == [False, True]


async def test_nothing_of_this_environment_is_inherited(
    docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = secrets.token_hex(16)
    monkeypatch.setenv("SOME_API_KEY", secret)
    for warm in (True, False):
        async with await docker.open(Spec(env={"MINE": "yes"}, warm=warm)) as lease:
            execution = await lease.run(Job(("env",)))
        assert b"MINE=yes" in execution.stdout
        assert secret.encode() not in execution.stdout


@pytest.mark.parametrize("warm", [True, False])
async def test_files_of_the_lease_can_be_read_and_not_changed(docker: Docker, warm: bool) -> None:
    files = {"/tests/verify.py": b"print('trusted')", "/logs/in/x": b"1"}
    spec = Spec(files=files, writable=("/app", "/logs/out"), warm=warm)
    async with await docker.open(spec) as lease:
        found = await reach(
            lease,
            "import os\nfound = [refused(lambda: open('/tests/verify.py', 'a')),\n"
            "    refused(lambda: os.chmod('/tests/verify.py', 0o777)),\n"
            "    refused(lambda: os.unlink('/tests/verify.py')),\n"
            "    refused(lambda: os.rename('/tests', '/x')),\n"
            "    refused(lambda: open('/logs/out/y', 'w')), open('/logs/in/x').read()]",
        )
        assert isinstance(found, list)
        assert None not in found[:4]
        assert found[4:] == [None, "1"]
        execution = await lease.run(Job(("python3", "/tests/verify.py")))
        assert execution.stdout == b"trusted\n"


async def test_a_program_runs_warm_unless_asked_otherwise(docker: Docker) -> None:
    for wanted in (True, False):
        async with await docker.open(Spec(warm=wanted)) as lease:
            execution = await lease.run(Job(("python3", "-c", "pass"), limits=Limits()))
        assert execution.warm is wanted
