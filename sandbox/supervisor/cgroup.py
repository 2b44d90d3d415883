"""A lease's cgroup slot: one bound on memory and processes for everything that runs in it.

The slot is made while the supervisor still has its rights, and every control file is opened then
and kept: the kernel judges a write by who opened the file, so the handles go on working after root
is dropped, after a user namespace is entered and when no path leads to the hierarchy any more.
Version 1 needs root; version 2 a delegated cgroup (see `sandbox.cgroups.scope`), where the
supervisor moves itself into a leaf of its own, because only leaves may hold processes.
The directories outlive their processes, so the caller removes them (`sandbox.cgroups.remove`).
Sources: Linux Documentation/admin-guide/cgroup-v1/{memory,pids}.rst and cgroup-v2.rst.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

UNIFIED = ""
"""Stands for version 2's only hierarchy beside those of version 1, which go by controller."""
CONTROLLERS = ("memory", "pids")
SUPERVISOR = ".supervisor"
"""Ending of the leaf that holds the supervisor itself (version 2 only)."""
WHOLE = 16384  # bytes; the longest control file, memory.stat, has about 3000

# What each file is to us -> its name. The first of each must be there, or there is no slot.
_PIDS = {"tasks_limit": "pids.max", "tasks": "pids.current", "refused": "pids.events"}
_VERSION_1 = {
    "memory": {
        "limit": "memory.limit_in_bytes",
        "limit_with_swap": "memory.memsw.limit_in_bytes",
        "usage": "memory.usage_in_bytes",
        "stat": "memory.stat",
        "peak": "memory.max_usage_in_bytes",
        "kills": "memory.oom_control",
    },
    "pids": _PIDS,
}
_VERSION_2 = {
    "memory": {
        "limit": "memory.max",
        "swap": "memory.swap.max",
        "usage": "memory.current",
        "stat": "memory.stat",
        "peak": "memory.peak",
        "kills": "memory.events",
    },
    "pids": _PIDS,
}
_MISSING = {
    "limit": "memory limit",
    "usage": "memory in use",
    "kills": "count of out-of-memory kills",
    "tasks_limit": "process limit",
    "tasks": "number of processes",
    "refused": "count of refused forks",
}


class Slot:
    """The control files of one slot; `make` makes it, `enter` is how a process comes into it."""

    def __init__(self) -> None:
        self.paths: tuple[str, ...] = ()
        """Directories that the caller must remove once every process of the lease has ended."""
        self.lacks: tuple[str, ...] = ()
        """What this machine's cgroups do not offer, in words for a reader; the rest holds."""
        self._procs: list[int] = []
        self._files: dict[str, int] = {}
        self._limits: tuple[int, int] | None = None
        self._memory = 0

    @classmethod
    def make(cls, name: str, proc: str = "/proc") -> tuple[Slot | None, str]:
        """Return a slot called `name` below this process's own cgroups, or None and the reason.

        To be called before root is dropped and before the mount namespace is left; on version 2
        it moves this process. Leaves nothing behind when it returns None. `proc` is where this
        process's cgroups and mounts are read.
        """
        slot = cls()
        problems = []
        try:
            own = own_cgroups(proc)
        except FileNotFoundError:
            return None, f"this kernel has no cgroups, or {proc} does not show them"
        for controller in CONTROLLERS:
            if controller in own:
                try:
                    slot._add(f"{own[controller]}/{name}", _VERSION_1[controller])
                except OSError as error:
                    problems.append(_why(controller, error))
        left = [controller for controller in CONTROLLERS if controller not in own]
        if left and UNIFIED in own:
            try:
                slot._add_delegated(own[UNIFIED], name, left)
            except OSError as error:
                problems.append(_why(" and ".join(left), error))
        elif left:
            problems.append(f"no {' and '.join(left)} cgroup of this process is mounted")
        if not slot._procs:
            return None, "; ".join(problems)
        slot.lacks = tuple(problems + slot._missing(proc))
        return slot, ""

    @property
    def bounds_memory(self) -> bool:
        """Whether memory is bounded, and kills for want of it are counted."""
        return {"limit", "kills"} <= self._files.keys()

    @property
    def bounds_tasks(self) -> bool:
        """Whether processes are bounded, and refused forks are counted."""
        return {"tasks_limit", "refused"} <= self._files.keys()

    def enter(self) -> None:
        """Move the calling process into the slot, with everything it will start.

        To be called in a forked child before its exec, which closes the handles. Memory that the
        process holds already stays charged to where it came from. Raises OSError.
        """
        for handle in self._procs:
            os.write(handle, b"0")

    def try_entering(self) -> str | None:
        """Let a child enter and end; return why that failed, or None.

        To be called once root is dropped: kernels before 5.16 judge by who writes, not by who
        opened the file, and version 2 then refuses what was allowed before.
        """
        pid = os.fork()
        if pid == 0:
            try:
                self.enter()
            except OSError as error:
                os._exit(error.errno or errno.EIO)
            os._exit(0)
        number = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return f"no process may enter the cgroup: {os.strerror(number)}" if number else None

    def limit(self, memory_bytes: int, tasks: int) -> None:
        """Bound what all processes of the slot hold together; costs nothing when unchanged.

        `memory_bytes` counts what was there before (`baseline`) and the pages of every tmpfs the
        processes fill; swap is counted too or forbidden. `tasks` counts processes and threads,
        helpers and the unreaped dead among them. Raises OSError when more memory than that is in
        use and cannot be reclaimed.
        """
        if self._limits == (memory_bytes, tasks):
            return
        self._limits = None
        memory = ["limit", "limit_with_swap"]
        if memory_bytes > self._memory > 0:
            memory.reverse()  # the limit without swap must never be above the one with it
        for word in memory:
            self._write(word, memory_bytes)
        self._memory = memory_bytes
        self._write("tasks_limit", tasks)
        self._limits = (memory_bytes, tasks)

    def baseline(self) -> int:
        """Return the bytes in use now, cached files left out: the kernel takes those back."""
        if "usage" not in self._files:
            return 0
        return max(0, self._number("usage") - self._count("stat", b"inactive_file")
                   - self._count("stat", b"active_file"))  # fmt: skip

    def tasks(self) -> int:
        """Return the number of processes and threads in the slot; 0 where it is not told."""
        return self._number("tasks") if "tasks" in self._files else 0

    def oom_kills(self) -> int:
        """Return how many processes were killed since `make` for want of memory in the slot."""
        return self._count("kills", b"oom_kill")

    def pids_refused(self) -> int:
        """Return how many forks and threads were refused since `make`."""
        return self._count("refused", b"max")

    def peak(self) -> int | None:
        """Return the most bytes in use at once since `reset_peak`, cached files included.

        None where the kernel cannot start anew (version 2 before Linux 6.12): the figure would be
        that of an earlier run.
        """
        return self._number("peak") if "peak" in self._files else None

    def reset_peak(self) -> None:
        """Forget the peak so far."""
        if "peak" in self._files:
            self._write("peak", 0)

    def close(self) -> None:
        """Let go of the control files; the directories stay."""
        for handle in (*self._procs, *self._files.values()):
            os.close(handle)
        self._procs.clear()
        self._files.clear()

    # -- making -------------------------------------------------------------------------------

    def _add(self, folder: str, names: Mapping[str, str]) -> None:
        """Make `folder`, unless both controllers share it, and open its files; all or nothing."""
        shared = folder in self.paths
        if not shared:
            os.mkdir(folder, 0o755)
        opened: dict[str, int] = {}
        try:
            for word, name in {"procs": "cgroup.procs", **names}.items():
                try:
                    opened[word] = _open(f"{folder}/{name}")
                except FileNotFoundError:
                    if word in ("procs", next(iter(names))):
                        raise
            if "swap" in opened:
                os.pwrite(opened["swap"], b"0", 0)
        except OSError:
            for handle in opened.values():
                os.close(handle)
            if not shared:
                os.rmdir(folder)
            raise
        procs = opened.pop("procs")
        if shared:
            os.close(procs)
        else:
            self._procs.append(procs)
            self.paths += (folder,)
        self._files |= opened

    def _add_delegated(self, own: str, name: str, controllers: Iterable[str]) -> None:
        """Split this process's cgroup of version 2 into a leaf for itself and one for programs."""
        with open(f"{own}/cgroup.controllers", encoding="ascii") as file:
            offered = file.read().split()
        wanted = [controller for controller in controllers if controller in offered]
        if not wanted:
            raise OSError(errno.EOPNOTSUPP, "version 2, and they are not delegated to this process")
        leaf = f"{own}/{name}{SUPERVISOR}"
        os.mkdir(leaf, 0o755)
        try:
            _put(f"{leaf}/cgroup.procs", "0")
            _put(f"{own}/cgroup.subtree_control", _signed("+", wanted))
            names = {word: file for one in wanted for word, file in _VERSION_2[one].items()}
            self._add(f"{own}/{name}", names)
        except OSError as error:
            with suppress(OSError):  # switched off already, or never on: then moving back works
                _put(f"{own}/cgroup.subtree_control", _signed("-", wanted))
            _put(f"{own}/cgroup.procs", "0")
            os.rmdir(leaf)
            if error.errno == errno.EBUSY:
                raise OSError(error.errno, "its cgroup of version 2 holds other processes, "
                              "so it cannot be split") from error  # fmt: skip
            raise
        self.paths += (leaf,)

    def _missing(self, proc: str) -> list[str]:
        """Return what is not there; a file whose figure could not be believed is let go."""
        try:
            self.reset_peak()
        except OSError:
            os.close(self._files.pop("peak"))
        missing = [text for word, text in _MISSING.items() if word not in self._files]
        if "peak" not in self._files:
            missing.append("peak of memory")
        if not self._files.keys() & {"swap", "limit_with_swap"} and _has_swap(proc):
            missing.append("limit on swap")
        if "kills" in self._files and b"oom_kill " not in self._read("kills"):
            missing.append(_MISSING["kills"])
        return missing

    # -- control files ------------------------------------------------------------------------

    def _write(self, word: str, value: int) -> None:
        if word in self._files:
            try:
                os.pwrite(self._files[word], b"%d\n" % value, 0)
            except OSError as error:
                text = f"cgroup slot: {word.replace('_', ' ')} of {value}: {error.strerror}"
                raise OSError(error.errno, text) from error

    def _read(self, word: str) -> bytes:
        return os.pread(self._files[word], WHOLE, 0)

    def _number(self, word: str) -> int:
        return int(self._read(word).split()[0])

    def _count(self, word: str, key: bytes) -> int:
        if word in self._files:
            for line in self._read(word).splitlines():
                if line.startswith(key + b" "):
                    return int(line.split()[1])
        return 0


def own_cgroups(proc: str = "/proc") -> dict[str, str]:
    """Return controller (or `UNIFIED`) -> directory of this process's cgroup, where mounted."""
    own: dict[str, str] = {}
    found = mounts(proc)
    with open(f"{proc}/self/cgroup", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            _, controllers, path = line.rstrip("\n").split(":", 2)
            for controller in controllers.split(","):
                for root, point in found.get(controller, ()):
                    below = path if root == "/" else path.removeprefix(root)
                    inside = root == "/" or path == root or path.startswith(root + "/")
                    folder = (point + below).rstrip("/")
                    if inside and controller not in own and os.path.isdir(folder):
                        own[controller] = folder
    return own


def mounts(proc: str = "/proc") -> dict[str, list[tuple[str, str]]]:
    """Return controller (or `UNIFIED`) -> (cgroup that is mounted, where) as this process sees."""
    found: dict[str, list[tuple[str, str]]] = {}
    with open(f"{proc}/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            before, _, after = line.partition(" - ")
            words = after.split()
            kind, options = words[0], words[-1]
            root, point = (_plain(word) for word in before.split()[3:5])
            if kind == "cgroup2":
                found.setdefault(UNIFIED, []).append((root, point))
            elif kind == "cgroup":
                for controller in set(options.split(",")).intersection(CONTROLLERS):
                    found.setdefault(controller, []).append((root, point))
    return found


def _plain(word: str) -> str:
    """Undo mountinfo's octal escapes of white space and backslash."""
    for code, sign in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        word = word.replace(code, sign)
    return word


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except PermissionError:  # a figure that can only be read
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)


def _put(path: str, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(handle, text.encode())
    finally:
        os.close(handle)


def _signed(sign: str, controllers: Iterable[str]) -> str:
    return " ".join(sign + controller for controller in controllers)


def _has_swap(proc: str) -> bool:
    try:
        with open(f"{proc}/swaps", encoding="utf-8", errors="replace") as file:
            return len(file.readlines()) > 1
    except FileNotFoundError:  # a kernel without swap
        return False


def _why(controllers: str, error: OSError) -> str:
    """Say why a controller cannot be used, and for the usual causes what would help."""
    cause = error.strerror or str(error)
    if error.filename:
        cause = f"{cause}: {error.filename}"
    if error.errno in (errno.EACCES, errno.EPERM):
        cause = "only root, or the user a cgroup was delegated to, may make one"
    elif error.errno == errno.EROFS:
        cause = "the cgroup file system is mounted read-only"
    return f"no {controllers} cgroup: {cause}"
