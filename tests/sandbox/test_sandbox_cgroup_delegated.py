"""Version 2, containers and systemd, against stand-ins: directories that look like theirs."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import cgroups
from sandbox.supervisor import cgroup
from sandbox.supervisor.cgroup import Slot, own_cgroups

MEMORY_FILES = {
    "memory.max": "max\n",
    "memory.swap.max": "max\n",
    "memory.current": "9000000\n",
    "memory.stat": "anon 7000000\nfile 1500000\ninactive_file 1000000\nactive_file 500000\n",
    "memory.peak": "9500000\n",
    "memory.events": "low 0\nhigh 0\nmax 5\noom 2\noom_kill 2\noom_group_kill 0\n",
}
PIDS_FILES = {"pids.max": "max\n", "pids.current": "3\n", "pids.events": "max 4\n"}


class Hierarchy:
    """A directory that answers like cgroup version 2: made directories have control files."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.proc = folder / "proc"
        self.own = folder / "fs" / "user.slice" / "run-1.scope"
        self.files = {**MEMORY_FILES, **PIDS_FILES}
        self.real_mkdir, self.real_rmdir = os.mkdir, os.rmdir
        self.own.mkdir(parents=True)
        (self.proc / "self").mkdir(parents=True)
        self.write(self.own, {"cgroup.procs": "", "cgroup.subtree_control": "",
                              "cgroup.controllers": "cpu memory pids\n"})  # fmt: skip
        self.show("0::/user.slice/run-1.scope\n", f"cgroup2 cgroup2 rw,nsdelegate {folder}/fs /")
        monkeypatch.setattr(os, "mkdir", self.mkdir)
        monkeypatch.setattr(os, "rmdir", self.rmdir)

    def show(self, groups: str, *mounts: str, swap: bool = False) -> None:
        """`mounts` are: kind, source, options, mount point, mounted cgroup."""
        lines = [
            f"31 23 0:28 {root} {point} rw,relatime shared:9 - {kind} {source} {options}\n"
            for kind, source, options, point, root in map(str.split, mounts)
        ]
        swaps = ["Filename Type Size Used Priority\n", *["/dev/x partition 9 0 -2\n"] * swap]
        self.write(self.proc, {"swaps": "".join(swaps)})
        self.write(self.proc / "self", {"cgroup": groups, "mountinfo": "".join(lines)})

    @staticmethod
    def write(folder: Path, files: dict[str, str]) -> None:
        for name, text in files.items():
            (folder / name).write_text(text)

    def mkdir(self, path: str, mode: int = 0o777) -> None:
        self.real_mkdir(path, mode)
        self.write(Path(path), {"cgroup.procs": "", **self.files})

    def rmdir(self, path: str) -> None:
        for file in Path(path).iterdir():
            file.unlink()
        self.real_rmdir(path)

    def make(self) -> tuple[Slot | None, str]:
        return Slot.make("slot", str(self.proc))

    def below(self) -> set[str]:
        return {path.name for path in self.own.iterdir() if path.is_dir()}

    def text(self, name: str) -> str:
        return (self.own / name).read_text().split("\n")[0]


@pytest.fixture
def hierarchy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hierarchy:
    return Hierarchy(tmp_path, monkeypatch)


def test_a_delegated_cgroup_is_split_into_two_leaves(hierarchy: Hierarchy) -> None:
    slot, reason = hierarchy.make()
    assert slot is not None
    assert (reason, slot.lacks) == ("", ())
    assert set(slot.paths) == {f"{hierarchy.own}/slot", f"{hierarchy.own}/slot.supervisor"}
    assert hierarchy.text("slot.supervisor/cgroup.procs") == "0"
    assert hierarchy.text("cgroup.subtree_control") == "+memory +pids"
    assert hierarchy.text("slot/memory.swap.max").startswith("0")
    slot.limit(256 << 20, 12)
    slot.enter()
    assert hierarchy.text("slot/memory.max") == str(256 << 20)
    assert hierarchy.text("slot/pids.max") == "12"
    assert hierarchy.text("slot/cgroup.procs") == "0"
    assert hierarchy.text("cgroup.procs") == ""
    assert slot.baseline() == 7_500_000
    assert (slot.oom_kills(), slot.pids_refused(), slot.tasks()) == (2, 4, 3)
    slot.close()


def test_a_cgroup_with_other_processes_is_left_as_it_was(
    hierarchy: Hierarchy, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cgroup._put

    def put(path: str, text: str) -> None:
        if path.endswith("subtree_control"):
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        real(path, text)

    monkeypatch.setattr(cgroup, "_put", put)
    slot, reason = hierarchy.make()
    assert slot is None
    assert "holds other processes" in reason
    assert hierarchy.text("cgroup.procs") == "0", "it must move back"
    assert hierarchy.below() == set()


def test_what_an_older_kernel_lacks_is_named_and_the_rest_works(hierarchy: Hierarchy) -> None:
    for name in ("memory.peak", "memory.swap.max", "pids.events"):
        del hierarchy.files[name]
    hierarchy.show((hierarchy.proc / "self/cgroup").read_text(),
                   f"cgroup2 cgroup2 rw {hierarchy.own.parent.parent} /", swap=True)  # fmt: skip
    slot, _ = hierarchy.make()
    assert slot is not None
    assert slot.lacks == ("count of refused forks", "peak of memory", "limit on swap")
    slot.limit(64 << 20, 3)
    slot.reset_peak()
    assert (slot.peak(), slot.pids_refused(), slot.oom_kills()) == (None, 0, 2)
    slot.close()


def test_one_controller_alone_is_used_and_the_other_named(hierarchy: Hierarchy) -> None:
    hierarchy.write(hierarchy.own, {"cgroup.controllers": "cpu pids\n"})
    for name in MEMORY_FILES:
        del hierarchy.files[name]
    slot, _ = hierarchy.make()
    assert slot is not None
    assert hierarchy.text("cgroup.subtree_control") == "+pids"
    assert {"memory limit", "memory in use"} <= set(slot.lacks)
    slot.limit(64 << 20, 3)
    assert hierarchy.text("slot/pids.max") == "3"
    assert slot.baseline() == 0
    slot.close()


def test_no_controllers_delegated_is_a_reason(hierarchy: Hierarchy) -> None:
    hierarchy.write(hierarchy.own, {"cgroup.controllers": "\n"})
    slot, reason = hierarchy.make()
    assert slot is None
    assert "not delegated" in reason
    assert hierarchy.below() == set()


def test_a_slot_that_lost_its_limit_file_leaves_nothing(hierarchy: Hierarchy) -> None:
    del hierarchy.files["memory.max"]
    slot, reason = hierarchy.make()
    assert slot is None
    assert "memory and pids" in reason
    assert hierarchy.below() == set()
    assert hierarchy.text("cgroup.procs") == "0"


def test_nothing_mounted_is_a_reason(hierarchy: Hierarchy) -> None:
    hierarchy.show("0::/\n")
    assert hierarchy.make() == (None, "no memory and pids cgroup of this process is mounted")
    (hierarchy.proc / "self/cgroup").unlink()
    slot, reason = hierarchy.make()
    assert slot is None
    assert "no cgroups" in reason


def test_version_1_with_both_controllers_in_one_mount(hierarchy: Hierarchy) -> None:
    hierarchy.files = {
        "memory.limit_in_bytes": "9\n",
        "memory.memsw.limit_in_bytes": "9\n",
        "memory.usage_in_bytes": "9\n",
        "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 7\n",
        **PIDS_FILES,
    }
    hierarchy.show("3:memory,pids:/\n0::/\n", f"cgroup cgroup rw,memory,pids {hierarchy.own} /")
    slot, _ = hierarchy.make()
    assert slot is not None
    assert slot.paths == (f"{hierarchy.own}/slot",)
    assert (slot.oom_kills(), slot.tasks()) == (7, 3)
    slot.limit(64 << 20, 3)
    assert hierarchy.text("slot/memory.memsw.limit_in_bytes") == str(64 << 20)
    slot.enter()
    slot.close()


@pytest.mark.parametrize(
    ("path", "mounted", "below"),
    [
        ("/", "/", ""),
        ("/a/b", "/", "/a/b"),
        ("/docker/abc", "/docker/abc", ""),
        ("/docker/abc/x", "/docker/abc", "/x"),
        ("/docker/abcdef", "/docker/abc", None),
        ("/../other", "/docker/abc", None),
        ("/gone", "/", None),
    ],
)
def test_own_cgroup_is_found_below_what_is_mounted(
    hierarchy: Hierarchy, path: str, mounted: str, below: str | None
) -> None:
    top = hierarchy.own.parent
    for name in ("a/b", "x", "def"):
        os.makedirs(top / name)
    hierarchy.show(
        f"4:memory:{path}\n1:name=systemd:/\n", f"cgroup cgroup rw,memory {top} {mounted}"
    )
    expected = {} if below is None else {"memory": f"{top}{below}"}
    assert own_cgroups(str(hierarchy.proc)) == expected


def test_mount_points_with_spaces(hierarchy: Hierarchy) -> None:
    place = hierarchy.own / "a place"
    place.mkdir()
    hierarchy.show("4:pids:/\n", f"cgroup cgroup pids,rw {hierarchy.own}/a\\040place /")
    assert own_cgroups(str(hierarchy.proc)) == {"pids": str(place)}


# -- systemd ------------------------------------------------------------------------------------


class Systemd:
    """A program called systemd-run on PATH."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.root = folder / "fs"
        self.root.mkdir()
        self.offer("cpuset cpu io memory hugetlb pids\n")
        monkeypatch.setenv("PATH", str(folder))
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/7")
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)

    def offer(self, controllers: str) -> None:
        (self.root / "cgroup.controllers").write_text(controllers)

    def answer(self, script: str) -> None:
        program = self.folder / "systemd-run"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def scope(self) -> cgroups.Scope:
        return cgroups.scope(str(self.root))


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    cgroups.scope.cache_clear()
    yield Systemd(tmp_path, monkeypatch)
    cgroups.scope.cache_clear()


OBEY = """
echo "$XDG_RUNTIME_DIR $HOME $*" >> "$0.log"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""


def test_scope_is_tried_once_and_then_prefixed(systemd: Systemd) -> None:
    systemd.answer(OBEY)
    scope = systemd.scope()
    assert systemd.scope() is scope
    assert scope.reason == ""
    assert scope.environment == {"XDG_RUNTIME_DIR": "/run/user/7"}
    tried = (systemd.folder / "systemd-run.log").read_text().splitlines()
    assert len(tried) == 1
    assert tried[0].startswith("/run/user/7  "), "nothing else of the environment, HOME least"
    words = tried[0].split()
    assert "Delegate=yes" in words
    assert ("--user" in words) is (os.getuid() != 0)
    done = subprocess.run([*scope.prefix, "/bin/sh", "-c", "echo ran"], capture_output=True,
                          text=True, env=dict(scope.environment), check=True)  # fmt: skip
    assert done.stdout == "ran\n"


def test_scope_says_why_there_is_none(systemd: Systemd, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = []

    def ask() -> None:
        cgroups.scope.cache_clear()
        scope = systemd.scope()
        assert scope.prefix == ()
        reasons.append(scope.reason)

    ask()
    systemd.answer(
        'echo "a hint" >&2; echo "Failed to connect to bus: No medium found" >&2; exit 1'
    )
    ask()
    systemd.answer("exec /usr/bin/tail -f /dev/null")
    monkeypatch.setattr(cgroups, "SCOPE_SECONDS", 0.05)
    ask()
    systemd.offer("hugetlb\n")
    ask()
    (systemd.root / "cgroup.controllers").unlink()
    ask()
    wanted = [
        "not installed",
        "bus: No medium found",
        "within 0.05 s",
        "memory and pids",
        "mounted",
    ]
    assert all(word in reason for word, reason in zip(wanted, reasons, strict=True)), reasons
