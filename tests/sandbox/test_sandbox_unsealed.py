"""A lease with a network, or shown more of the machine: that is open, and nothing else."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from sandbox_helpers import python_job

from sandbox import Backend, Job, Lease, Outcome, Spec
from sandbox.api import UNSEALED
from sandbox.bubblewrap import Bubblewrap
from sandbox.layout import ENVIRONMENT

pytestmark = pytest.mark.asyncio(loop_scope="module")

MIB = 1 << 20
DENIED = {"Read-only file system", "Permission denied", "Operation not permitted"}
TRY = """
import json, os, socket, sys
def attempt(action):
    try:
        return repr(action())
    except OSError as error:
        return error.strerror
"""


@pytest.fixture(scope="module")
def installation() -> Iterator[Path]:
    """A directory of this machine that is no sandbox's own, with a program and a closed file."""
    folder = Path(tempfile.mkdtemp(prefix="installation-", dir="/var/tmp"))
    folder.chmod(0o755)
    (folder / "bin").mkdir()
    (folder / "bin/agent").write_text("#!/bin/sh\necho ran with $*\n")
    (folder / "bin/agent").chmod(0o755)
    (folder / "bin/other").write_text("not shown alone")
    yield folder
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def networked(usable: Backend) -> AsyncIterator[Lease]:
    async with await usable.open(Spec(network=True)) as lease:
        yield lease


@pytest.fixture
def server() -> Iterator[int]:
    """A server on this machine's loopback; returns its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


CONNECT = TRY + (
    "def connect():\n"
    "    with socket.create_connection(('127.0.0.1', int(sys.argv[1])), 5): return 'connected'\n"
    "print(attempt(connect))"
)


async def test_a_server_is_reached_with_a_network(networked: Lease, server: int) -> None:
    execution = await networked.run(python_job(CONNECT, str(server)))
    assert execution.stdout == b"'connected'\n", execution


@pytest.mark.parametrize("spec", [Spec(), Spec(warm=False)], ids=["warm", "anew"])
async def test_and_not_without(usable: Backend, server: int, spec: Spec) -> None:
    async with await usable.open(spec) as lease:
        execution = await lease.run(python_job(CONNECT, str(server)))
    assert execution.stdout == b"Connection refused\n", execution


async def test_names_are_looked_up_as_on_this_machine(networked: Lease) -> None:
    execution = await networked.run(
        python_job(
            "import json, socket\n"
            "read = lambda path: open(path).read()\n"
            "find = socket.gethostbyname\n"
            "print(json.dumps([read('/etc/resolv.conf'), read('/etc/nsswitch.conf'),\n"
            "                  find('localhost'), find('sandbox')]))"
        )
    )
    resolv, switch, local, own = json.loads(execution.stdout)
    assert resolv == Path("/etc/resolv.conf").read_text()
    assert switch == Path("/etc/nsswitch.conf").read_text()
    assert local == own == "127.0.0.1"


async def test_certificates_are_those_of_this_machine(networked: Lease) -> None:
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    if not bundle.exists():
        pytest.skip(f"this machine has no {bundle}")
    execution = await networked.run(
        python_job(
            TRY + "path = '/etc/ssl/certs/ca-certificates.crt'\n"
            "print(os.path.getsize(path), attempt(lambda: open(path, 'a')))"
        )
    )
    size, _, denied = execution.stdout.decode().strip().partition(" ")
    assert int(size) == bundle.stat().st_size
    assert denied in DENIED


async def test_every_run_with_a_network_starts_anew(networked: Lease) -> None:
    execution = await networked.run(Job(("python3", "-S", "-c", "print(1)")))
    assert (execution.stdout, execution.warm) == (b"1\n", False)
    assert networked.cold == UNSEALED  # type: ignore[attr-defined]


async def test_a_network_opens_no_unix_socket_of_the_machine(networked: Lease) -> None:
    name = f"\0sandbox-test-{secrets.token_hex(8)}"
    with closing(socket.socket(socket.AF_UNIX)) as unix:
        unix.bind(name)
        unix.listen()
        execution = await networked.run(
            python_job(
                TRY + "name = chr(0) + sys.argv[1]\n"
                "print(attempt(lambda: socket.socket(socket.AF_UNIX).connect(name)),\n"
                "      len(socket.socketpair()))",
                name[1:],
            )
        )
    assert execution.stdout == b"Address family not supported by protocol 2\n", execution


@pytest.mark.parametrize("family", ["AF_VSOCK", "AF_ALG", "AF_PACKET", "AF_NETLINK"])
async def test_other_socket_families_stay_refused(networked: Lease, family: str) -> None:
    execution = await networked.run(
        python_job(TRY + f"print(attempt(lambda: socket.socket(socket.{family})))")
    )
    assert execution.stdout == b"Address family not supported by protocol\n"


async def test_everything_else_stays_closed(
    usable: Backend, installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not-for-programs")
    spec = Spec(network=True, shown=(str(installation),), env={"MINE": "yes"})
    wanted = ["/etc/shadow", str(Path(__file__)), "/run", "/sys", "/home", "/etc/machine-id"]
    wanted += [
        "/proc/1/root/etc/shadow",
        "/var/run/docker.sock",
        "/var/lib/dpkg",
        "/etc/ssl/private",
    ]
    async with await usable.open(spec) as lease:
        execution = await lease.run(
            python_job(
                TRY + "import glob\n"
                "places = [attempt(lambda: os.stat(p) and os.listdir(p)) for p in sys.argv[1:]]\n"
                "texts = []\n"
                "for path in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/*/cmdline'):\n"
                "    try: texts.append(open(path).read())\n"
                "    except OSError: pass\n"
                "status = dict(line.split(':', 1) for line in open('/proc/self/status'))\n"
                "print(json.dumps([places, sorted(os.environ), texts,\n"
                "    sorted(int(n) for n in os.listdir('/proc') if n.isdigit()), os.getuid(),\n"
                "    int(status['CapEff'], 16), int(status['NoNewPrivs'])]))",
                *wanted,
            )
        )
    places, names, texts, seen, uid, capabilities, locked = json.loads(execution.stdout)
    told = dict(zip(wanted, places, strict=True))
    assert set(told.values()) <= {"No such file or directory", "Permission denied"}, told
    assert set(names) <= {*ENVIRONMENT, "MINE", "PWD", "LC_CTYPE"}
    assert not any("not-for-programs" in text for text in texts)
    assert (seen, uid, capabilities, locked) == ([1, 2], 1000, 0, 1)


async def test_what_is_shown_is_at_its_own_place_and_read_only(
    usable: Backend, installation: Path
) -> None:
    path = str(installation / "bin/agent")
    async with await usable.open(Spec(shown=(str(installation),))) as lease:
        ran = await lease.run(Job((path, "one", "two")))
        assert ran.stdout == b"ran with one two\n", ran
        assert not ran.warm
        execution = await lease.run(
            python_job(
                TRY + "path = sys.argv[1]\n"
                "acts = [lambda: open(path, 'a'), lambda: os.unlink(path),\n"
                "        lambda: open(path + '2', 'w'), lambda: os.chmod(path, 0)]\n"
                "print(json.dumps([attempt(act) for act in acts]))",
                path,
            )
        )
    assert set(json.loads(execution.stdout)) <= DENIED


async def test_a_single_file_is_shown_alone(usable: Backend, installation: Path) -> None:
    async with await usable.open(Spec(shown=(str(installation / "bin/agent"),))) as lease:
        execution = await lease.run(
            python_job("import os, sys; print(os.listdir(sys.argv[1]))", str(installation / "bin"))
        )
    assert execution.stdout == b"['agent']\n"


async def test_a_socket_in_what_is_shown_cannot_be_connected(
    usable: Backend, installation: Path
) -> None:
    path = installation / "service.sock"
    with closing(socket.socket(socket.AF_UNIX)) as service:
        service.bind(str(path))
        service.listen()
        path.chmod(0o777)
        async with await usable.open(Spec(shown=(str(installation),))) as lease:
            execution = await lease.run(
                python_job(
                    TRY + "print(os.path.exists(sys.argv[1]), attempt(lambda: "
                    "socket.socket(socket.AF_UNIX).connect(sys.argv[1])))",
                    str(path),
                )
            )
        path.unlink()
    assert execution.stdout == b"True Address family not supported by protocol\n"


async def test_without_mounts_of_its_own_it_is_the_same(
    usable: Backend, installation: Path, server: int
) -> None:
    backend = Bubblewrap(private_mounts=False)
    shown = (str(installation),)
    async with await backend.open(Spec(network=True, shown=shown)) as lease:
        execution = await lease.run(python_job(CONNECT, str(server)))
        assert execution.stdout == b"'connected'\n", execution
        ran = await lease.run(Job((f"{installation}/bin/agent",)))
        assert ran.stdout == b"ran with\n"
    async with await backend.open(Spec()) as lease:
        execution = await lease.run(python_job(CONNECT, str(server)))
        assert execution.stdout == b"Connection refused\n", execution


async def test_packages_of_the_machine_are_shown_when_asked_for(usable: Backend) -> None:
    import site
    import sys

    folders = [x for x in site.getsitepackages([sys.base_prefix]) if os.path.isdir(x)]
    folders = [x for x in folders if os.path.realpath(x) == x and os.listdir(x)]
    if not folders:
        pytest.skip("this machine's interpreter has no packages of its own")
    look = python_job("import os, sys; print(os.listdir(sys.argv[1]) != [])", folders[0])
    async with await usable.open(Spec()) as lease:
        assert (await lease.run(look)).stdout == b"False\n"
    async with await usable.open(Spec(shown=(folders[0],))) as lease:
        assert (await lease.run(look)).stdout == b"True\n"
    with pytest.raises(ValueError, match="not shown in part"):
        await usable.open(Spec(shown=(f"{folders[0]}/{os.listdir(folders[0])[0]}",)))


async def test_what_a_lease_promises_is_told_as_it_is(usable: Backend) -> None:
    found = await usable.probe()
    assert "network off" in found.line()
    assert found.of(Spec()) is found
    networked = found.of(Spec(network=True))
    assert "network OPEN" in networked.line()
    assert "network off" not in networked.line()
    assert networked.check("network").state == "absent"
    assert networked.cold == UNSEALED
    shown = found.of(Spec(shown=("/opt/agent",)))
    assert "network off" in shown.line()
    assert "/opt/agent" in shown.check("filesystem").detail


async def test_a_daemon_with_a_network_dies_with_its_run(networked: Lease) -> None:
    """The port that it holds is free again once the run is over."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    source = (
        "import os, socket, sys\n"
        "end = socket.create_server(('127.0.0.1', int(sys.argv[1])))\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    os.close(1); os.close(2)\n"
        "    end.accept()\n"
    )
    execution = await networked.run(python_job(source, str(port)))
    assert (execution.outcome, execution.exit_code) == (Outcome.exited, 0), execution
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


async def test_cancelling_ends_a_run_that_waits_for_the_network(networked: Lease) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        source = (
            "import socket, sys\nsocket.create_connection(('127.0.0.1', int(sys.argv[1]))).recv(1)"
        )
        job = python_job(source, str(listening.getsockname()[1]), wall_seconds=60)
        running = asyncio.ensure_future(networked.run(job))
        async with asyncio.timeout(20):
            client, _ = await asyncio.get_running_loop().sock_accept(listening)
        with client:
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            client.settimeout(5)
            assert client.recv(1) == b""  # its end is closed: it is dead


RESERVE = """
import mmap, time
space = mmap.mmap(-1, 4 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
held = bytearray(b"x" * (int(__import__('sys').argv[1]) << 20))
print("held", flush=True)
time.sleep(float(__import__('sys').argv[2]))
"""


async def test_address_space_may_be_larger_than_memory(lease: Lease) -> None:
    small = python_job(RESERVE, "8", "0", memory_bytes=256 * MIB)
    assert b"Cannot allocate memory" in (await lease.run(small)).stderr
    large = python_job(RESERVE, "8", "0", memory_bytes=256 * MIB, address_bytes=1 << 46)
    execution = await lease.run(large)
    assert (execution.outcome, execution.stdout) == (Outcome.exited, b"held\n"), execution


async def test_memory_is_bounded_whatever_the_address_space(lease: Lease) -> None:
    limits = {"memory_bytes": 128 * MIB, "disk_bytes": MIB, "address_bytes": 1 << 46}
    execution = await lease.run(python_job(RESERVE, "400", "60", wall_seconds=60, **limits))
    assert execution.outcome is Outcome.oom, execution


async def test_where_no_cgroup_bounds_it_memory_is_sampled_and_told(
    usable: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sandbox.cgroups.slot_name", lambda: "no/such/slot")
    limits = {"memory_bytes": 128 * MIB, "address_bytes": 1 << 46}
    async with await usable.open(Spec(warm=False)) as lease:
        if lease.opened["bounds_memory"]:  # type: ignore[attr-defined]
            pytest.skip("a cgroup cannot be done without here")
        calm = await lease.run(python_job(RESERVE, "8", "0", **limits))
        greedy = await lease.run(python_job(RESERVE, "400", "60", wall_seconds=60, **limits))
        plain = await lease.run(python_job("pass", memory_bytes=128 * MIB))
    assert calm.outcome is Outcome.exited
    assert "no cgroup bounds its memory" in calm.detail
    assert greedy.outcome is Outcome.oom
    assert greedy.wall_seconds < 30
    assert "no cgroup" not in plain.detail
