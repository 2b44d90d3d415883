"""Watch and end the processes below this one, whatever session or parent they fled to.

The supervisor is a child subreaper, so a process that outlives its parent becomes its child.
"""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from collections.abc import Iterator, Set
from contextlib import suppress

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CHILDREN_FILES = os.path.exists(f"/proc/self/task/{os.getpid()}/children")


class Sample:
    """What the processes below use at one moment."""

    def __init__(self) -> None:
        self.tasks = 0
        """Processes and threads."""
        self.cpu_seconds = 0.0
        self.rss_bytes = 0
        """Of the largest process."""


class Usage:
    """What the reaped processes used."""

    def __init__(self) -> None:
        self.cpu_seconds = 0.0
        self.rss_bytes = 0
        self.statuses: dict[int, int] = {}
        """Wait statuses by process id."""


def descendants(root: int, spared: Set[int] = frozenset(), go_below: bool = False) -> Iterator[int]:
    """Yield the process ids below `root`, parents first; a moving target, so call it in a loop.

    `spared` are left out, and what is below them too unless `go_below`.
    """
    children = _children if CHILDREN_FILES else _parents().__getitem__
    queue = [root]
    for pid in queue:
        for child in children(pid):
            if child in spared:
                if go_below:
                    queue.append(child)
                continue
            queue.append(child)
            yield child


def _children(pid: int) -> list[int]:
    found = []
    with suppress(OSError):  # the process went away meanwhile
        for task in os.listdir(f"/proc/{pid}/task"):
            with suppress(OSError), open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                found += [int(word) for word in file.read().split()]
    return found


def _parents() -> defaultdict[int, list[int]]:
    """Return parent -> children of the whole machine, for kernels without `children` files."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError), open(f"/proc/{name}/stat", "rb") as file:
                found[int(file.read().rpartition(b")")[2].split()[1])].append(int(name))
    return found


def oom_kills() -> int:
    """Return how often this machine has killed for want of memory since it started."""
    with suppress(OSError), open("/proc/vmstat", "rb") as file:
        for line in file:
            if line.startswith(b"oom_kill "):
                return int(line.split()[1])
    return 0


def tasks_of_user() -> int:
    """Return how many processes and threads of this user there are on the whole machine."""
    count, me = 0, os.getuid()
    for name in os.listdir("/proc"):
        with suppress(OSError):
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == me:
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


def sample(apart_from: set[int], spared: Set[int], go_below: bool = False) -> Sample:
    """Measure the processes below this one.

    Those of the sandbox itself, `apart_from`, count only with their processor time; `spared` and
    `go_below` are as for `descendants`.
    """
    total = Sample()
    for pid in descendants(os.getpid(), spared, go_below):
        with suppress(OSError), open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
            if fields[0] == b"Z":
                continue
            total.cpu_seconds += sum(int(fields[at]) for at in (11, 12, 13, 14)) / TICK
            if pid not in apart_from:
                total.tasks += max(int(fields[17]), 1)
                total.rss_bytes = max(total.rss_bytes, int(fields[21]) * PAGE)
    return total


def end_all(usage: Usage, main: set[int], spared: Set[int] = frozenset()) -> None:
    """Kill and reap until no process is left below this one but the spared and theirs.

    All are stopped before any is killed: stopped processes still count against the process
    limit, so a fork bomb runs into it instead of outrunning the kills. `main` are the processes
    whose resident size counts.
    """
    me = os.getpid()
    while True:
        reap(usage, main)
        stopped: set[int] = set()
        while fresh := set(descendants(me, spared)) - stopped:
            _signal(fresh, signal.SIGSTOP)
            stopped |= fresh
        if not stopped:
            return
        _signal(stopped, signal.SIGKILL)
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
        except ChildProcessError:
            return


def end_below(pid: int) -> None:
    """Kill a child and everything below it, and reap them all; no other child may be running."""
    left = {pid, *descendants(pid)}
    _signal(left, signal.SIGKILL)
    while any(os.path.exists(f"/proc/{one}") for one in left):
        try:  # those below become this one's children when their parents are gone
            left.discard(os.wait()[0])
        except ChildProcessError:
            return


def reap(usage: Usage, main: set[int]) -> None:
    """Collect every process that has ended, and what it used."""
    while True:
        try:
            pid, status, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        usage.statuses[pid] = status
        usage.cpu_seconds += used.ru_utime + used.ru_stime
        if pid in main:
            usage.rss_bytes = max(usage.rss_bytes, used.ru_maxrss * 1024)


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
