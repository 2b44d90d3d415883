"""The parts that need no engine: trees, libraries, makers, settings, the filter, the relay."""

from __future__ import annotations

import importlib.util
import io
import json
import marshal
import os
import select
import shutil
import socket
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox import Limits, Spec
from sandbox.docker import closure
from sandbox.docker.container import ceilings, choose_uid, profile, settings
from sandbox.docker.images import Prepared
from sandbox.docker.labels import Maker, is_abandoned, made_here
from sandbox.docker.runtime import add_runtime, runtime, runtime_key
from sandbox.docker.tree import Tree
from sandbox.supervisor import frames
from sandbox.supervisor.channel import Gone
from sandbox.supervisor.contained import shown
from sandbox.supervisor.relay import RELAYED, RelayChannel


def unpacked(tree: Tree) -> dict[str, tarfile.TarInfo]:
    file = io.BytesIO()
    tree.write(file)
    file.seek(0)
    with tarfile.open(fileobj=file) as tar:
        return {entry.name: entry for entry in tar}


def test_every_directory_is_written_before_what_is_in_it() -> None:
    tree = Tree()
    tree.data("/a/b/c", b"x")
    tree.link("/a/d", "b")
    entries = unpacked(tree)
    assert list(entries) == ["a", "a/b", "a/b/c", "a/d"]
    assert entries["a/b"].mode == 0o755
    assert {(entry.uid, entry.gid, entry.mtime) for entry in entries.values()} == {(0, 0, 0)}


def test_bytecode_is_current_and_needs_no_check(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("VALUE = 41\n")
    subprocess.run([sys.executable, "-m", "py_compile", source], check=True)
    source.write_text("VALUE = 42\n")  # same size: only its time tells
    os.utime(source, (1, 1))
    tree = Tree()
    tree.python("/m", str(tmp_path))
    file = io.BytesIO()
    tree.write(file)
    file.seek(0)
    name = f"m/__pycache__/module.{sys.implementation.cache_tag}.pyc"
    with tarfile.open(fileobj=file) as tar:
        data = tar.extractfile(name).read()  # type: ignore[union-attr]
    assert data[:4] == importlib.util.MAGIC_NUMBER
    assert data[4:8] == b"\1\0\0\0", "by hash, unchecked"
    found: dict[str, int] = {}
    exec(marshal.loads(data[16:]), found)
    assert found["VALUE"] == 42


def test_private_files_become_readable_and_programs_stay_programs(tmp_path: Path) -> None:
    for name, mode in (("secret", 0o600), ("program", 0o700)):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(mode)
    tree = Tree()
    for name in ("secret", "program"):
        tree.file(f"/{name}", str(tmp_path / name))
    entries = unpacked(tree)
    assert (entries["secret"].mode, entries["program"].mode) == (0o644, 0o755)


def test_the_loader_and_all_libraries_of_a_program_are_found() -> None:
    program = os.path.realpath(shutil.which("ls") or "/bin/ls")
    loader = closure.loader(program)
    assert os.path.exists(loader)
    found = closure.libraries(loader, [program])
    assert any(name.startswith("libc.") for name in found)
    assert all(os.path.isfile(path) for path in found.values())


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("#!/bin/sh\n")
    with pytest.raises(closure.NotElf, match="no 64-bit ELF"):
        closure.loader(str(text))


def test_the_runtime_starts_where_nothing_else_is(tmp_path: Path) -> None:
    tree = Tree()
    add_runtime(tree)
    with open(tmp_path / "tar", "w+b") as file:
        tree.write(file)
        file.seek(0)
        with tarfile.open(fileobj=file) as tar:
            tar.extractall(tmp_path / "root", filter="tar")
    root = tmp_path / "root"
    start = [f"{root}{word}" if word.startswith("/") else word for word in runtime().start]
    code = (
        "import sys, ssl, sqlite3, hashlib; sys.path.append(sys.argv[1]);"
        "import supervisor.contained; print(sys.prefix, supervisor.__file__)"
    )
    command = [*start, "-I", "-S", "-c", code, f"{root}/.sandbox"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={}).stdout
    assert said.split() == [f"{root}/.sandbox/python", f"{root}/.sandbox/supervisor/__init__.py"]


def test_the_key_of_the_runtime_is_stable() -> None:
    assert runtime_key() == runtime_key()


def test_a_maker_is_dead_only_when_that_is_certain() -> None:
    this = Maker.this()
    assert not this.is_dead()
    assert Maker.parse(str(this)) == this
    assert replace(this, started="1").is_dead(), "the number is another process's now"
    assert replace(this, boot="earlier").is_dead()
    assert not replace(this, machine="another", boot="other").is_dead()
    assert not replace(this, namespace="1", started="1").is_dead(), "cannot be seen from here"
    assert not is_abandoned(made_here("x"))
    assert not is_abandoned({})


def test_containers_have_none_of_the_known_holes() -> None:
    prepared = Prepared("sha256:0", {}, volumes=("/data",))
    for inner in (True, False):
        body = settings(prepared, Spec(), Limits(), inner)
        host = body["HostConfig"]
        assert not {"Binds", "Privileged", "PidMode", "Devices", "CapAdd", "UTSMode"} & set(host)
        assert [mount for mount in host["Mounts"] if mount["Type"] == "bind"] == []
        assert (host["NetworkMode"], host["IpcMode"]) == ("none", "private")
        assert (host["CapDrop"], host["ReadonlyRootfs"]) == (["ALL"], True)
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert not any("unconfined" in option for option in host["SecurityOpt"])
        assert host["Memory"] == host["MemorySwap"] > Limits().memory_bytes
        assert int(body["User"].split(":")[0]) >= 64000


def test_only_what_is_asked_for_is_opened() -> None:
    spec = Spec(network=True, shown=("/opt/agent",))
    host = settings(Prepared("x", {}), spec, Limits(), False, network="bridge")["HostConfig"]
    assert host["NetworkMode"] == "bridge"
    assert host["Mounts"] == [
        {"Type": "bind", "Source": "/opt/agent", "Target": "/opt/agent", "ReadOnly": True}
    ]


def test_the_container_as_a_whole_has_room_for_what_a_run_is_promised() -> None:
    limits = Limits(memory_bytes=1 << 30, disk_bytes=1 << 28, processes=5)
    for inner in (True, False):
        assert ceilings(limits, inner)["Memory"] > limits.memory_bytes + limits.disk_bytes
    assert ceilings(limits, inner=True)["PidsLimit"] > 8, "the walls inside need some"
    assert ceilings(limits, inner=False)["PidsLimit"] == 6, "the program's and the supervisor"


def test_users_of_containers_are_nobody_s_own() -> None:
    wide = {choose_uid(few=False) for _ in range(50)}
    assert len(wide) == 50
    assert min(wide) > 1 << 28
    assert all(64000 <= choose_uid(few=True) < 65534 for _ in range(50))


def test_the_filter_denies_by_default_and_says_what_it_allows() -> None:
    rules = json.loads(profile())
    assert rules["defaultAction"] == "SCMP_ACT_ERRNO"
    allowed = {
        name
        for rule in rules["syscalls"]
        for name in rule["names"]
        if rule["action"] == "SCMP_ACT_ALLOW" and "args" not in rule
    }
    assert {"unshare", "setns", "mount", "umount2", "pivot_root", "clone"} <= allowed
    kept_out = {
        "keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "ptrace",
        "process_vm_readv", "process_vm_writev", "io_uring_setup", "io_uring_enter", "kexec_load",
        "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot", "syslog",
        "swapon", "open_by_handle_at", "fsopen", "fsmount", "move_mount", "open_tree", "socket",
        "clock_settime", "settimeofday", "quotactl", "acct", "iopl", "ioperm", "clone3", "kcmp",
        "personality", "fanotify_init", "pidfd_getfd", "lookup_dcookie", "move_pages", "mbind",
    }  # fmt: skip
    assert not allowed & kept_out


def test_an_image_s_directories_make_room_for_what_the_lease_shows(tmp_path: Path) -> None:
    for path in ("usr/bin", "tests/old", "app", "var/log"):
        (tmp_path / path).mkdir(parents=True)
    (tmp_path / "bin").symlink_to("usr/bin")
    (tmp_path / "tests/verify.py").touch()
    top = str(tmp_path)
    taken = [f"{top}/app", f"{top}/tests/verify.py", f"{top}/var/log/out"]
    mounts, links = shown(top, taken)
    assert [path for _, path in mounts] == [f"{top}/tests/old", f"{top}/usr"]
    assert links == [["usr/bin", f"{top}/bin"]]


class Pipes:
    """A relay whose other side is held here."""

    def __init__(self) -> None:
        reader, self.to = os.pipe()
        self.out, writer = os.pipe()
        self.relay = RelayChannel(reader, writer)

    def say(self, header: dict[str, object], *blobs: bytes) -> None:
        os.write(self.to, frames.message(header, blobs))

    def heard(self) -> list[tuple[str, bytes]]:
        """Return the operations and the first blobs of the messages that came."""
        found = []
        while select.select([self.out], [], [], 0)[0]:
            length, count = frames.parse_head(os.read(self.out, frames.HEAD.size))
            header = frames.loads(os.read(self.out, length))
            sizes = frames.parse_sizes(os.read(self.out, 8 * count))
            blobs = [os.read(self.out, size) for size in sizes]
            found.append((header.get("op", "reply"), blobs[0] if blobs else b""))
        return found


def test_one_piece_is_under_way_until_it_is_taken() -> None:
    pipes = Pipes()
    with socket.socket(fileno=pipes.relay.receive_handle().handle) as program:
        program.sendall(b"one")
        assert pipes.relay.receive() == (RELAYED, [])
        assert pipes.heard() == [("data", b"one")]
        program.sendall(b"two")
        pipes.say({"op": "taken"})
        pipes.relay.receive()
        pipes.relay.receive()
        assert pipes.heard() == [("data", b"two")]
        pipes.say({"op": "data"}, b"three")
        pipes.relay.receive()
        assert program.recv(10) == b"three"
        assert pipes.heard() == [("taken", b"")]
        program.sendall(b"last")
    pipes.relay.send({"outcome": "exited"}, [], [])
    assert pipes.heard() == [("data", b"last"), ("reply", b"")]


def test_words_about_a_channel_that_has_ended_are_no_error() -> None:
    pipes = Pipes()
    for operation in ("data", "taken", "end", "shut"):
        pipes.say({"op": operation}, b"late")
        assert pipes.relay.receive() == (RELAYED, [])
    pipes.say({"op": "run"}, b"file")
    assert pipes.relay.receive() == ({"op": "run"}, [b"file"])
    os.close(pipes.to)
    with pytest.raises(Gone):
        pipes.relay.receive()
