"""Labels by which what this package made is known again, and whether its maker still lives."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OURS = "workbench.sandbox"
ROLE = f"{OURS}.role"
_MAKER = f"{OURS}.maker"


@dataclass(frozen=True)
class Maker:
    """A process, told from every other one on any machine."""

    machine: str
    boot: str
    namespace: str
    """Its process namespace: the number means nothing in another one."""
    pid: int
    started: str
    """In clock ticks since boot: numbers are used again."""

    @classmethod
    def this(cls) -> Maker:
        """Return this process."""
        return cls(_text("/etc/machine-id") or os.uname().nodename,
                   _text("/proc/sys/kernel/random/boot_id"), _namespace(), os.getpid(),
                   _started(os.getpid()))  # fmt: skip

    @classmethod
    def parse(cls, text: str) -> Maker | None:
        """Return the maker that `str` of it names, or None."""
        words = text.split("/")
        if len(words) != 5 or not words[3].isdigit():
            return None
        return cls(words[0], words[1], words[2], int(words[3]), words[4])

    def __str__(self) -> str:
        words = (self.machine, self.boot, self.namespace, str(self.pid), self.started)
        return "/".join(words)

    def is_dead(self) -> bool:
        """Whether it is known to have ended; one that cannot be seen from here is not."""
        here = Maker.this()
        if self.machine != here.machine:
            return False
        if self.boot != here.boot:
            return True
        return self.namespace == here.namespace and _started(self.pid) != self.started


def made_here(role: str) -> dict[str, str]:
    """Return the labels of something this process makes."""
    return {OURS: "1", ROLE: role, _MAKER: str(Maker.this())}


def is_abandoned(labels: Mapping[str, str]) -> bool:
    """Whether the maker that `labels` name is dead."""
    maker = Maker.parse(labels.get(_MAKER, ""))
    return maker is not None and maker.is_dead()


def _text(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return os.readlink("/proc/self/ns/pid").strip("pid:[]")
    except OSError:
        return ""


def _started(pid: int) -> str:
    """Return when a process started, empty when there is none (field 22 of proc(5)'s stat)."""
    text = _text(f"/proc/{pid}/stat")
    return text.rpartition(")")[2].split()[19] if text else ""
