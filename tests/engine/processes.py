"""Looking at processes through /proc: who descends from whom, and who is still there."""

from __future__ import annotations

import os
import select
import time
from pathlib import Path

Identity = tuple[int, str]
"""Process id and start time: ids are used again, pairs are not."""


def _stat(pid: int) -> tuple[int, str, str] | None:
    """Parent, start time and state of a process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), fields[19], fields[0]


def descendants(pid: int) -> set[Identity]:
    """Every living descendant of `pid`."""
    parents: dict[int, tuple[int, str]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (found := _stat(int(name))) is not None:
            parents[int(name)] = found[0], found[1]
    known, grown = {pid}, True
    while grown:
        more = {child for child, (parent, _) in parents.items() if parent in known} - known
        known |= more
        grown = bool(more)
    return {(child, parents[child][1]) for child in known - {pid}}


def alive(identities: set[Identity]) -> set[Identity]:
    """Those that still run; a zombie does not."""
    left = set()
    for pid, started in identities:
        found = _stat(pid)
        if found is not None and found[1] == started and found[2] not in "ZX":
            left.add((pid, started))
    return left


def wait_gone(identities: set[Identity], seconds: float = 1.0) -> set[Identity]:
    """Give them `seconds` to end; return those that did not."""
    deadline = time.monotonic() + seconds
    for identity in alive(identities):
        try:
            ending = os.pidfd_open(identity[0])
        except ProcessLookupError:
            continue
        try:
            if alive({identity}):  # else the number is another process's by now
                select.select([ending], [], [], max(0.0, deadline - time.monotonic()))
        finally:
            os.close(ending)
    return alive(identities)
