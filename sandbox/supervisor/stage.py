"""Build the small root file system a supervisor lives in, and give up every privilege.

In it: `/tree`, what the sandbox will show; `/proc`; a minimal `/dev`; the bwrap binary; and `/run`,
where each run gets its own tmpfs. Nothing else of the machine can be reached from it afterwards.
Root stages with its own privileges and then drops them for good, because the interpreter may live
below a directory that only root can enter; an ordinary user stages inside a user namespace.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Sequence
from contextlib import suppress

from . import linux

DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
BASE = "/tmp"  # only a mount point in a private mount namespace: nothing is created on the machine
FIRST_UID = 64000  # above what distributions give to people and services, below 65534 (nobody)
UIDS = 1500


class Refused(Exception):
    """The machine does not allow what a sandbox needs; the text says which step, and why."""


def private_mounts_allowed() -> str | None:
    """Try, in a child, a user namespace with a mount in it; return why not, or None."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            enter_user_namespace()
            linux.mount("tmpfs", BASE, "tmpfs")
        except OSError as error:
            os.write(writer, str(error).encode())
        os._exit(0)
    os.close(writer)
    problem = b""
    while chunk := os.read(reader, 4096):
        problem += chunk
    os.close(reader)
    os.waitpid(pid, 0)
    return problem.decode() or None


def enter_user_namespace() -> None:
    """Enter a new user and mount namespace, keeping the same uid and gid."""
    uid, gid = os.getuid(), os.getgid()
    linux.unshare(linux.CLONE_NEWUSER | linux.CLONE_NEWNS, "user")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
    linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)


def become_first_process(close: Iterable[int]) -> None:
    """Go on as the first process of a new process namespace; the original waits and ends alike.

    The kernel then kills everything below the moment this process dies, however it dies: bwrap by
    itself leaves a child behind when it is killed in the middle of its start. `close` are handles
    that the waiting original must not keep open. Needs a user namespace; raises Refused.
    """
    try:
        linux.unshare(linux.CLONE_NEWPID, "process")
        pid = os.fork()
        if pid == 0:
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
            linux.mount("proc", "/proc", "proc", flags)
            return
    except OSError as error:
        raise Refused(str(error)) from error
    for handle in close:
        os.close(handle)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def drop_root() -> None:
    """Become an ordinary user without groups, for good; raises Refused."""
    uid = FIRST_UID + int.from_bytes(os.urandom(4)) % UIDS
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        raise Refused(f"cannot drop root to user {uid}: {error.strerror}") from error
    # The kernel marked the process undumpable, which makes /proc/self/uid_map root's.
    linux.prctl(linux.PR_SET_DUMPABLE, 1)


def build(
    mounts: Sequence[Sequence[str]],
    links: Sequence[Sequence[str]],
    files: Iterable[tuple[str, bytes]],
    folders: Iterable[str],
    hidden: Iterable[str],
    helper: Sequence[Sequence[str]],
) -> bool:
    """Stage, move into the stage and drop privileges; return whether runs get their own tmpfs.

    `mounts` are (path on the machine, path in the sandbox), `links` (target, path in the sandbox),
    `files`, `folders` and `hidden` paths in the sandbox, `helper` (path on the machine, path on
    the stage) for bwrap itself. Raises Refused.
    """
    root = os.getuid() == 0
    try:
        if root:
            linux.unshare(linux.CLONE_NEWNS, "mount")
            linux.mount("none", "/", "", linux.MS_REC | linux.MS_PRIVATE)
        else:
            enter_user_namespace()
        # Opened inside the new mount namespace, or they could not be bound, and before the stage
        # covers the very directory that a source may lie in.
        sources = [(_handle(source), "/tree" + target) for source, target in mounts]
        sources += [(_handle(source), target) for source, target in helper]
        sources += [(_handle(f"/dev/{name}"), f"/dev/{name}") for name in DEVICES]
        _fill(sources, links, files, folders)
        for path in hidden:
            flags = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_RDONLY
            linux.mount("tmpfs", f"{BASE}/tree{path}", "tmpfs", flags, "size=4k,mode=755")
        linux.pivot_root(BASE)
        if not root:
            return True
        drop_root()
        if private_mounts_allowed() is not None:
            os.makedirs("/run/area", exist_ok=True)
            return False
        enter_user_namespace()
    except OSError as error:
        raise Refused(str(error)) from error
    return True


def _handle(path: str) -> int:
    try:
        return os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError as error:
        raise Refused(f"cannot open {path}: {error.strerror}") from error


def _fill(
    sources: Sequence[tuple[int, str]],
    links: Sequence[Sequence[str]],
    files: Iterable[tuple[str, bytes]],
    folders: Iterable[str],
) -> None:
    flags = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount("tmpfs", BASE, "tmpfs", flags, "mode=755")
    os.umask(0o022)
    for name in ("tree/proc", "tree/dev", "tree/tmp", "proc", "dev", "run", "tmp"):
        os.makedirs(f"{BASE}/{name}", exist_ok=True)
    os.chmod(f"{BASE}/run", 0o777)
    # Files before mounts: a mount may hide a file, a file must never be written through a mount.
    for path, data in files:
        write_file(f"{BASE}/tree{path}", data)
    for folder in folders:
        os.makedirs(f"{BASE}/tree{folder}", exist_ok=True)
    for target, path in links:
        os.makedirs(os.path.dirname(f"{BASE}/tree{path}"), exist_ok=True)
        os.symlink(target, f"{BASE}/tree{path}")
    for name in ("usr", "bin", "lib", "lib64"):
        with suppress(FileExistsError):  # bwrap's own loader and libraries
            os.symlink(f"tree/{name}", f"{BASE}/{name}")
    linux.mount("/proc", f"{BASE}/proc", "", linux.MS_BIND | linux.MS_REC)
    for handle, target in sources:
        _bind(handle, BASE + target)


def _bind(handle: int, target: str) -> None:
    source = f"/proc/self/fd/{handle}"
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.mount(source, target, "", linux.MS_BIND | linux.MS_REC)
    os.close(handle)


def write_file(path: str, data: bytes, mode: int = 0o644) -> None:
    """Create `path` and its parents with `data`; never overwrites or follows a link."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)
